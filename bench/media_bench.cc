// What one 1080p frame costs on its way from a screenshot to the file: decoding the picture,
// converting its colours, encoding. Every benchmark but x264 runs on one core; the figure to read
// is milliseconds a frame. Beside the conversions stands the copy of a frame in RGB: they read as
// much, and write half of it.

#include <benchmark/benchmark.h>
#include <turbojpeg.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/memory_bandwidth.h"
#include "engine/av/image_codec.h"
#include "engine/av/libav_handles_internal.h"
#include "engine/av/rgb_to_yuv_internal.h"
#include "engine/av/video_writer.h"
#include "engine/av/yuv_to_rgb_internal.h"

namespace hyperlocal {
namespace {

constexpr int kWidth = 1920;
constexpr int kHeight = 1080;

// Something like a page: a gradient, flat boxes, and a band of fine detail that stands for text; it
// moves with `index`.
Frame Page(int index, PixelLayout layout = PixelLayout::kRgb24) {
  Frame frame{.width = kWidth, .height = kHeight, .layout = layout, .pixels = {}};
  frame.pixels.resize(frame.row_bytes() * kHeight);
  const std::size_t step = BytesPerPixel(layout);
  std::uint8_t* pixel = frame.pixels.data();
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x, pixel += step) {
      const bool in_box = x > 200 + 4 * index && x < 900 + 4 * index && y > 150 && y < 500;
      const bool in_text = y > 600 && y < 900 && (((x + index) * 7919) ^ (y * 104729)) % 11 < 3;
      pixel[0] = static_cast<std::uint8_t>(in_box ? 240 : in_text ? 20 : 40 + 160 * x / kWidth);
      pixel[1] = static_cast<std::uint8_t>(in_box ? 60 : in_text ? 20 : 60 + 100 * y / kHeight);
      pixel[2] = static_cast<std::uint8_t>(in_box ? 90 : in_text ? 30 : 180);
      if (step == 4) pixel[3] = 255;
    }
  }
  return frame;
}

void SetFrames(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * kWidth * kHeight * 3);
}

void DecodeJpeg(benchmark::State& state) {
  const Frame page = Page(0);
  const tjhandle compressor = tjInitCompress();
  unsigned char* out = nullptr;
  unsigned long size = 0;
  tjCompress2(compressor, page.pixels.data(), kWidth, 0, kHeight, TJPF_RGB, &out, &size, TJSAMP_420,
              static_cast<int>(state.range(0)), 0);
  const CapturedImage image{.format = ImageFormat::kJpeg,
                            .width = kWidth,
                            .height = kHeight,
                            .bytes = std::vector<std::uint8_t>(out, out + size)};
  tjFree(out);
  tjDestroy(compressor);
  for (auto _ : state) {
    auto frame = DecodeImage(image);
    if (!frame) return state.SkipWithError(frame.error().message.c_str());
    benchmark::DoNotOptimize(frame->pixels.data());
  }
  SetFrames(state);
}
BENCHMARK(DecodeJpeg)->ArgName("quality")->Arg(80)->Arg(95)->Unit(benchmark::kMillisecond);

void DecodePng(benchmark::State& state) {
  auto png = EncodePng(Page(0, state.range(0) == 4 ? PixelLayout::kRgba32 : PixelLayout::kRgb24));
  const CapturedImage image{.format = ImageFormat::kPng,
                            .width = kWidth,
                            .height = kHeight,
                            .bytes = std::move(png).value()};
  for (auto _ : state) {
    auto frame = DecodeImage(image);
    if (!frame) return state.SkipWithError(frame.error().message.c_str());
    benchmark::DoNotOptimize(frame->pixels.data());
  }
  SetFrames(state);
}
BENCHMARK(DecodePng)->ArgName("channels")->Arg(3)->Arg(4)->Unit(benchmark::kMillisecond);

void EncodePngForPeople(benchmark::State& state) {
  const Frame page = Page(0);
  for (auto _ : state) {
    auto png = EncodePng(page);
    state.counters["bytes"] = static_cast<double>(png->size());
  }
  SetFrames(state);
}
BENCHMARK(EncodePngForPeople)->Unit(benchmark::kMillisecond);

FrameHandle Picture420() {
  FrameHandle picture(av_frame_alloc());
  picture->format = AV_PIX_FMT_YUV420P;
  picture->width = kWidth;
  picture->height = kHeight;
  picture->colorspace = AVCOL_SPC_BT709;
  picture->color_range = AVCOL_RANGE_MPEG;
  picture->chroma_location = AVCHROMA_LOC_CENTER;
  if (av_frame_get_buffer(picture.get(), 0) != 0) std::abort();
  return picture;
}

Yuv420Planes PlanesOf(const AVFrame& picture) {
  return Yuv420Planes{.y = picture.data[0],
                      .cb = picture.data[1],
                      .cr = picture.data[2],
                      .y_stride = picture.linesize[0],
                      .cb_stride = picture.linesize[1],
                      .cr_stride = picture.linesize[2]};
}

BENCHMARK_CAPTURE(CopyMemory, rgb, std::size_t{kWidth} * kHeight * 3)
    ->Unit(benchmark::kMillisecond);

template <void (*kConvert)(const Frame&, const Yuv420Planes&)>
void RgbToYuv(benchmark::State& state) {
  const Frame page = Page(0, state.range(0) == 4 ? PixelLayout::kRgba32 : PixelLayout::kRgb24);
  const FrameHandle picture = Picture420();
  for (auto _ : state) {
    kConvert(page, PlanesOf(*picture));
    benchmark::ClobberMemory();
  }
  SetFrames(state);
}
BENCHMARK(RgbToYuv<RgbToYuv420Bt709>)
    ->Name("RgbToYuv")
    ->ArgName("channels")
    ->Arg(3)
    ->Arg(4)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(RgbToYuv<RgbToYuv420Bt709Portable>)
    ->Name("RgbToYuvPortable")
    ->ArgName("channels")
    ->Arg(3)
    ->Arg(4)
    ->Unit(benchmark::kMillisecond);

// The library's conversion, told to be as accurate as ours.
void RgbToYuvBySwscale(benchmark::State& state) {
  const Frame page = Page(0);
  const FrameHandle picture = Picture420();
  const ScalerHandle scaler(sws_getContext(
      kWidth, kHeight, AV_PIX_FMT_RGB24, kWidth, kHeight, AV_PIX_FMT_YUV420P,
      SWS_AREA | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_BITEXACT, nullptr, nullptr, nullptr));
  sws_setColorspaceDetails(scaler.get(), sws_getCoefficients(SWS_CS_ITU709), 1,
                           sws_getCoefficients(SWS_CS_ITU709), 0, 0, 1 << 16, 1 << 16);
  const std::uint8_t* source = page.pixels.data();
  const int stride = static_cast<int>(page.row_bytes());
  for (auto _ : state) {
    sws_scale(scaler.get(), &source, &stride, 0, kHeight, picture->data, picture->linesize);
    benchmark::ClobberMemory();
  }
  SetFrames(state);
}
BENCHMARK(RgbToYuvBySwscale)->Unit(benchmark::kMillisecond);

void YuvToRgbFrame(benchmark::State& state) {
  const FrameHandle picture = Picture420();
  RgbToYuv420Bt709(Page(0), PlanesOf(*picture));
  for (auto _ : state) {
    auto frame = YuvToRgb(*picture);
    benchmark::DoNotOptimize(frame->pixels.data());
  }
  SetFrames(state);
}
BENCHMARK(YuvToRgbFrame)->Unit(benchmark::kMillisecond);

// Conversion and x264 together, real time, as a chunk pays it; the encoder has its fixed number of
// threads.
void EncodeX264(benchmark::State& state, const char* preset, int crf) {
  constexpr int kFrames = 16;
  std::vector<Frame> pages;
  for (int i = 0; i < kFrames; ++i) pages.push_back(Page(i));
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("hyperlocal-bench-" + std::string(preset) + ".mp4");
  for (auto _ : state) {
    auto writer = VideoWriter::Create(file, VideoSettings{.width = kWidth,
                                                          .height = kHeight,
                                                          .rate = {30, 1},
                                                          .encoder = VideoEncoder::kX264,
                                                          .preset = preset,
                                                          .crf = crf,
                                                          .bitrate = {},
                                                          .gop_size = kFrames});
    if (!writer) return state.SkipWithError(writer.error().message.c_str());
    for (const Frame& page : pages) {
      if (Status status = (*writer)->Write(page); !status) {
        return state.SkipWithError(status.error().message.c_str());
      }
    }
    if (auto frames = (*writer)->Finish(); !frames) {
      return state.SkipWithError(frames.error().message.c_str());
    }
  }
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  state.counters["frame"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kFrames,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(EncodeX264, draft, "ultrafast", 28)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(EncodeX264, standard, "medium", 18)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(EncodeX264, high, "slow", 15)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace hyperlocal
