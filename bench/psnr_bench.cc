// PSNR, SSIM and MS-SSIM of two 1080p pictures, beside reading both once.
//   build/bench/bench/bench_psnr
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/memory_bandwidth.h"
#include "golden/picture_metrics.h"

namespace hyperlocal::golden {
namespace {

constexpr int kWidth = 1920;
constexpr int kHeight = 1080;
constexpr std::size_t kBytes = std::size_t{kWidth} * kHeight * 3 / 2;

// 4:2:0 of 8 bits; `noise` is the most that a sample is off.
PlanePicture Picture(int noise) {
  auto bytes = std::make_shared<std::vector<std::uint8_t>>(kBytes);
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < kBytes; ++i) {
    state = state * 1664525U + 1013904223U;
    const int off = noise == 0 ? 0 : static_cast<int>(state >> 24) % (2 * noise + 1) - noise;
    (*bytes)[i] =
        static_cast<std::uint8_t>(64 + (i / 64 * 5) % 128 + static_cast<std::size_t>(16 + off));
  }
  PlanePicture picture;
  picture.width = kWidth;
  picture.height = kHeight;
  picture.plane_count = 3;
  const std::uint8_t* data = bytes->data();
  picture.planes[0] = {data, kWidth, kWidth, kHeight};
  data += std::size_t{kWidth} * kHeight;
  for (std::size_t plane = 1; plane < 3; ++plane) {
    picture.planes[plane] = {data, kWidth / 2, kWidth / 2, kHeight / 2};
    data += std::size_t{kWidth} * kHeight / 4;
  }
  picture.owner = std::move(bytes);
  return picture;
}

// range(0): how different the pictures are; equal ones are told without looking closer.
void Compare(benchmark::State& state) {
  const PlanePicture a = Picture(0);
  const PlanePicture b = Picture(static_cast<int>(state.range(0)));
  PictureComparer comparer;
  for (auto _ : state) {
    const auto figures = comparer.Compare(a, b);
    if (!figures || figures->identical != (state.range(0) == 0)) {
      return state.SkipWithError("a wrong verdict");
    }
    state.counters["dB"] = PsnrDb(figures->mse, figures->peak);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBytes));
}
BENCHMARK(Compare)->ArgName("noise")->Arg(0)->Arg(4)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(CompareMemory, both, kBytes)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hyperlocal::golden
