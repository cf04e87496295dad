#include "tests/browser/page_media.h"

#include <vector>

#include "engine/av/image_codec.h"
#include "engine/av/media_maker_test_support.h"
#include "engine/file/whole_file.h"

namespace hyperlocal::testing {
namespace {

constexpr int kSide = 64;  // of the still picture's longer side

// A picture in which every place is its own: a gradient with a frame and a diagonal.
Frame Still() {
  Frame frame{kSide, 36, PixelLayout::kRgb24, {}};
  frame.pixels.resize(frame.row_bytes() * 36);
  for (int y = 0; y < 36; ++y) {
    for (int x = 0; x < kSide; ++x) {
      std::uint8_t* pixel = frame.pixels.data() + static_cast<std::size_t>(y) * frame.row_bytes() +
                            static_cast<std::size_t>(x) * 3;
      const bool edge = x < 3 || y < 3 || x >= kSide - 3 || y >= 33 || std::abs(x / 2 - y) < 2;
      pixel[0] = static_cast<std::uint8_t>(edge ? 240 : 60 + 2 * x);
      pixel[1] = static_cast<std::uint8_t>(edge ? 220 : 180 - 3 * y);
      pixel[2] = static_cast<std::uint8_t>(edge ? 40 : 90);
    }
  }
  return frame;
}

Status AddTone(const std::filesystem::path& project, int hertz) {
  return MakeMedia(project / ("tone-" + std::to_string(hertz) + ".wav"), std::nullopt,
                   MadeSound{.tones = {{.seconds = 3, .hertz = double(hertz), .amplitude = 0.1}}});
}

}  // namespace

Status AddMediaFiles(const std::string& name, const std::filesystem::path& project) {
  if (name == "video-frames" || name == "video-pixels" || name == "video-nested") {
    HYPERLOCAL_TRY_STATUS(MakeMedia(project / "numbers.mp4", MadeVideo{.times = EvenTimes(60)}));
  }
  if (name == "video-frames") {
    HYPERLOCAL_TRY_STATUS(
        MakeMedia(project / "slow.mkv", MadeVideo{.times = {0, 4, 5, 15, 24}, .last_ticks = 6}));
    HYPERLOCAL_TRY_STATUS(MakeMedia(project / "loop.mp4", MadeVideo{.times = EvenTimes(8)}));
  }
  if (name == "video-look") {
    // Lossless in the file, and extracted as PNG: what is compared is where things are drawn.
    HYPERLOCAL_TRY_STATUS(
        MakeMedia(project / "still.mp4", MadeVideo{.codec = "png",
                                                   .pixels = "rgb24",
                                                   .width = kSide,
                                                   .height = 36,
                                                   .times = EvenTimes(6),
                                                   .picture = [](int) { return Still(); }}));
    HYPERLOCAL_TRY(const std::vector<std::uint8_t> png, EncodePng(Still()));
    HYPERLOCAL_TRY_STATUS(WriteWholeFile(project / "two.png", std::string(png.begin(), png.end())));
  }
  if (name == "sound-volume") {
    for (const int hertz : {400, 700, 1100, 1600, 3100, 4100}) {
      HYPERLOCAL_TRY_STATUS(AddTone(project, hertz));
    }
    HYPERLOCAL_TRY_STATUS(MakeMedia(
        project / "film-2300.mp4", MadeVideo{.times = EvenTimes(30)},
        MadeSound{.codec = "aac", .tones = {{.seconds = 1, .hertz = 2300, .amplitude = 0.1}}}));
  }
  return Ok();
}

}  // namespace hyperlocal::testing
