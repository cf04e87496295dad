// Uses a little of both installed libraries, among it what they link privately (libcrypto, libav).
#include <cstdio>
#include <string>
#include <utility>

#include "engine/av/libav_version.h"
#include "engine/capture/test_card_source.h"
#include "engine/hash/sha256.h"
#include "golden/frame_number.h"

namespace {

hyperlocal::Result<std::int64_t> DrawAndRead(std::int64_t frame) {
  HYPERLOCAL_TRY(auto source,
                 hyperlocal::CreateTestCardSource({.width = 320,
                                                   .height = 180,
                                                   .fps = 30,
                                                   .frames = 100,
                                                   .pattern = hyperlocal::TestCardPattern::kBars}));
  HYPERLOCAL_TRY(hyperlocal::CapturedImage image, source->Capture(frame));
  return hyperlocal::golden::ReadFrameNumber({.width = image.width,
                                              .height = image.height,
                                              .layout = hyperlocal::PixelLayout::kRgb24,
                                              .pixels = std::move(image.bytes)});
}

}  // namespace

int main() {
  const hyperlocal::Result<std::int64_t> frame = DrawAndRead(42);
  if (!frame) {
    std::fprintf(stderr, "%s\n", frame.error().message.c_str());
    return frame.error().spec().exit_status;
  }
  std::printf("frame %lld, %s, %s\n", static_cast<long long>(*frame),
              hyperlocal::Sha256Hex("").substr(0, 8).c_str(), hyperlocal::FfmpegVersion().c_str());
  return 0;
}
