#include <cstdint>
#include <utility>

#include <benchmark/benchmark.h>

#include "engine/capture/test_card_source.h"
#include "golden/frame_number.h"

namespace hyperlocal {
namespace {

constexpr std::int64_t kFrames = 1000;

// range(0): the pattern, range(1): the height of a 16:9 card.
void DrawAndRead(benchmark::State& state, bool read) {
  const auto height = static_cast<int>(state.range(1));
  auto source = CreateTestCardSource({.width = height * 16 / 9,
                                      .height = height,
                                      .fps = 30,
                                      .frames = kFrames,
                                      .pattern = static_cast<TestCardPattern>(state.range(0))});
  if (!source) return state.SkipWithError(source.error().message.c_str());
  std::int64_t frame = 0;
  std::int64_t bytes = 0;
  for (auto _ : state) {
    auto image = (*source)->Capture(frame);
    if (!image) return state.SkipWithError(image.error().message.c_str());
    bytes += static_cast<std::int64_t>(image->bytes.size());
    if (read) {
      const auto number = golden::ReadFrameNumber({.width = image->width,
                                                   .height = image->height,
                                                   .layout = PixelLayout::kRgb24,
                                                   .pixels = std::move(image->bytes)});
      if (!number || *number != frame) return state.SkipWithError("the frame number was misread");
    }
    frame = (frame + 1) % kFrames;
  }
  state.SetBytesProcessed(bytes);
}

BENCHMARK_CAPTURE(DrawAndRead, draw, false)
    ->ArgNames({"pattern", "height"})
    ->ArgsProduct({{0, 1, 2, 3}, {360, 1080}});
BENCHMARK_CAPTURE(DrawAndRead, draw_and_read, true)
    ->ArgNames({"pattern", "height"})
    ->ArgsProduct({{0}, {360, 1080}});

}  // namespace
}  // namespace hyperlocal
