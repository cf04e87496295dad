#include <cassert>
#include <cmath>

#include "engine/av/rgba_to_yuva_internal.h"

namespace hyperlocal {
namespace {

constexpr double kRed = 0.2126;
constexpr double kBlue = 0.0722;
constexpr double kGreen = 1 - kRed - kBlue;

// Ten bits: luma 64..940, chroma 64..960 around 512, in units of 2^-18.
constexpr int kFractionBits = 18;
constexpr std::int32_t Fixed(double value) {
  const double scaled = value * (1 << kFractionBits);
  return static_cast<std::int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}
constexpr double kLuma = 876.0 / 255.0;
constexpr double kChroma = 896.0 / 255.0;
constexpr std::int32_t kYR = Fixed(kLuma * kRed);
constexpr std::int32_t kYG = Fixed(kLuma * kGreen);
constexpr std::int32_t kYB = Fixed(kLuma * kBlue);
// The green ones make each chroma row add up to nought, so that grey has exactly no colour.
constexpr std::int32_t kCbB = Fixed(kChroma * 0.5);
constexpr std::int32_t kCbR = Fixed(-kChroma * 0.5 * kRed / (1 - kBlue));
constexpr std::int32_t kCbG = -kCbB - kCbR;
constexpr std::int32_t kCrR = Fixed(kChroma * 0.5);
constexpr std::int32_t kCrB = Fixed(-kChroma * 0.5 * kBlue / (1 - kRed));
constexpr std::int32_t kCrG = -kCrR - kCrB;
constexpr std::int32_t kHalf = 1 << (kFractionBits - 1);
constexpr std::int32_t kLumaBias = (64 << kFractionBits) + kHalf;
constexpr std::int32_t kChromaBias = (512 << kFractionBits) + kHalf;

template <typename T>
T* RowAt(T* plane, std::ptrdiff_t stride, int row) {
  return reinterpret_cast<T*>(reinterpret_cast<std::uint8_t*>(plane) + row * stride);
}

template <std::size_t kBytes>
void ConvertRow444(const std::uint8_t* __restrict source, std::size_t width,
                   std::uint16_t* __restrict y, std::uint16_t* __restrict cb,
                   std::uint16_t* __restrict cr, std::uint16_t* __restrict alpha) {
  for (std::size_t x = 0; x < width; ++x) {
    const std::int32_t r = source[kBytes * x];
    const std::int32_t g = source[kBytes * x + 1];
    const std::int32_t b = source[kBytes * x + 2];
    const std::int32_t a = kBytes == 4 ? source[kBytes * x + 3] : 255;
    y[x] = static_cast<std::uint16_t>((kYR * r + kYG * g + kYB * b + kLumaBias) >> kFractionBits);
    cb[x] =
        static_cast<std::uint16_t>((kCbR * r + kCbG * g + kCbB * b + kChromaBias) >> kFractionBits);
    cr[x] =
        static_cast<std::uint16_t>((kCrR * r + kCrG * g + kCrB * b + kChromaBias) >> kFractionBits);
    alpha[x] = static_cast<std::uint16_t>(4 * a + (a >> 7) + (a == 255 ? 2 : 0));
  }
}

// The chroma of four pixels, each by its weight: two bits of fraction in each mean.
void WeightedChroma(const std::uint8_t* upper, const std::uint8_t* lower, std::uint8_t& cb,
                    std::uint8_t& cr) {
  std::int32_t weight = 0, r = 0, g = 0, b = 0;
  for (const std::uint8_t* pixel : {upper, upper + 4, lower, lower + 4}) {
    weight += pixel[3];
    r += pixel[3] * pixel[0];
    g += pixel[3] * pixel[1];
    b += pixel[3] * pixel[2];
  }
  const auto mean = [weight](std::int32_t sum) { return (8 * sum / weight + 1) / 2; };
  r = mean(r);
  g = mean(g);
  b = mean(b);
  // The ten-bit coefficients are four times the eight-bit ones, and r, g and b four times too
  // large.
  constexpr int kShift = kFractionBits + 4;
  constexpr std::int64_t kBias = (std::int64_t{128} << kShift) + (std::int64_t{1} << (kShift - 1));
  const auto chroma = [](std::int64_t sum) {
    return static_cast<std::uint8_t>((sum + kBias) >> kShift);
  };
  cb = chroma(std::int64_t{kCbR} * r + std::int64_t{kCbG} * g + std::int64_t{kCbB} * b);
  cr = chroma(std::int64_t{kCrR} * r + std::int64_t{kCrG} * g + std::int64_t{kCrB} * b);
}

void WeightChromaByAlpha(const Frame& frame, const Yuv420Planes& planes) {
  for (int row = 0; row < frame.height; row += 2) {
    const std::uint8_t* upper =
        frame.pixels.data() + static_cast<std::size_t>(row) * frame.row_bytes();
    const std::uint8_t* lower = upper + frame.row_bytes();
    std::uint8_t* cb = planes.cb + row / 2 * planes.cb_stride;
    std::uint8_t* cr = planes.cr + row / 2 * planes.cr_stride;
    for (int x = 0; x < frame.width; x += 2, upper += 8, lower += 8) {
      const std::uint8_t a = upper[3];
      if (upper[7] == a && lower[3] == a && lower[7] == a) continue;
      WeightedChroma(upper, lower, cb[x / 2], cr[x / 2]);
    }
  }
}

}  // namespace

void RgbaToYuva420Bt709(const Frame& frame, const Yuva420Planes& planes) {
  RgbToYuv420Bt709(frame, planes.color);
  const bool has_alpha = frame.layout == PixelLayout::kRgba32;
  if (has_alpha) WeightChromaByAlpha(frame, planes.color);
  for (int row = 0; row < frame.height; ++row) {
    std::uint8_t* alpha = planes.alpha + row * planes.alpha_stride;
    const std::uint8_t* source =
        frame.pixels.data() + static_cast<std::size_t>(row) * frame.row_bytes();
    for (int x = 0; x < frame.width; ++x) alpha[x] = has_alpha ? source[4 * x + 3] : 255;
  }
}

void RgbaToYuva444Bt709(const Frame& frame, const Yuva444Planes& planes) {
  assert(frame.pixels.size() == frame.row_bytes() * static_cast<std::size_t>(frame.height));
  const auto width = static_cast<std::size_t>(frame.width);
  const auto convert = frame.layout == PixelLayout::kRgba32 ? ConvertRow444<4> : ConvertRow444<3>;
  for (int row = 0; row < frame.height; ++row) {
    convert(frame.pixels.data() + static_cast<std::size_t>(row) * frame.row_bytes(), width,
            RowAt(planes.y, planes.y_stride, row), RowAt(planes.cb, planes.cb_stride, row),
            RowAt(planes.cr, planes.cr_stride, row), RowAt(planes.alpha, planes.alpha_stride, row));
  }
}

}  // namespace hyperlocal
