#include <array>
#include <cassert>
#include <vector>

#include "engine/av/rgb_to_yuv_internal.h"

namespace hyperlocal {
namespace {

// BT.709: Y' = Kr R + Kg G + Kb B. Limited range: luma 16..235, chroma 16..240 around 128.
constexpr double kRed = 0.2126;
constexpr double kBlue = 0.0722;
constexpr double kGreen = 1 - kRed - kBlue;
constexpr double kLumaScale = 219.0 / 255.0;
constexpr double kChromaScale = 224.0 / 255.0;

// Coefficients are integers in units of 2^-15: they fit signed 16 bits, so the compiler may use
// 16-bit multiplications with 32-bit results.
constexpr int kFractionBits = 15;
constexpr std::int16_t Fixed(double value) {
  const double scaled = value * (1 << kFractionBits);
  return static_cast<std::int16_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}
constexpr std::int16_t kYR = Fixed(kLumaScale * kRed);
constexpr std::int16_t kYG = Fixed(kLumaScale * kGreen);
constexpr std::int16_t kYB = Fixed(kLumaScale * kBlue);
// The green ones make each chroma row add up to nought, so that grey has exactly no colour.
constexpr std::int16_t kCbB = Fixed(kChromaScale * 0.5);
constexpr std::int16_t kCbR = Fixed(-kChromaScale * 0.5 * kRed / (1 - kBlue));
constexpr std::int16_t kCbG = static_cast<std::int16_t>(-kCbB - kCbR);
constexpr std::int16_t kCrR = Fixed(kChromaScale * 0.5);
constexpr std::int16_t kCrB = Fixed(-kChromaScale * 0.5 * kBlue / (1 - kRed));
constexpr std::int16_t kCrG = static_cast<std::int16_t>(-kCrR - kCrB);

constexpr std::int32_t kLumaBias = (16 << kFractionBits) + (1 << (kFractionBits - 1));
// Chroma works on sums of four pixels: two more bits of fraction.
constexpr int kChromaBits = kFractionBits + 2;
constexpr std::int32_t kChromaBias = (128 << kChromaBits) + (1 << (kChromaBits - 1));

// Columns are handled in blocks whose planar copies stay in the first-level cache.
constexpr std::size_t kBlock = 256;

struct Block {
  alignas(64) std::array<std::uint8_t, kBlock> r;
  alignas(64) std::array<std::uint8_t, kBlock> g;
  alignas(64) std::array<std::uint8_t, kBlock> b;
};

// The loops below are written for the compiler's vectoriser (this file is compiled with -O3) and
// instantiated once for each instruction set. always_inline, because code is only compiled for an
// instruction set inside the function that carries the attribute.
#define HYPERLOCAL_INLINE [[gnu::always_inline]] inline

template <std::size_t kBytes>
HYPERLOCAL_INLINE void Split(const std::uint8_t* __restrict source, std::size_t count,
                             Block& block) {
  std::uint8_t* __restrict r = block.r.data();
  std::uint8_t* __restrict g = block.g.data();
  std::uint8_t* __restrict b = block.b.data();
  for (std::size_t i = 0; i < count; ++i) {
    r[i] = source[kBytes * i];
    g[i] = source[kBytes * i + 1];
    b[i] = source[kBytes * i + 2];
  }
}

HYPERLOCAL_INLINE void Luma(const Block& block, std::size_t count, std::uint8_t* __restrict y) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t sum = kYR * static_cast<std::int16_t>(block.r[i]) +
                             kYG * static_cast<std::int16_t>(block.g[i]) +
                             kYB * static_cast<std::int16_t>(block.b[i]) + kLumaBias;
    y[i] = static_cast<std::uint8_t>(sum >> kFractionBits);
  }
}

HYPERLOCAL_INLINE std::int16_t SumOfFour(const std::uint8_t* upper, const std::uint8_t* lower,
                                         std::size_t i) {
  return static_cast<std::int16_t>(upper[2 * i] + upper[2 * i + 1] + lower[2 * i] +
                                   lower[2 * i + 1]);
}

HYPERLOCAL_INLINE void Chroma(const Block& upper, const Block& lower, std::size_t count,
                              std::uint8_t* __restrict cb, std::uint8_t* __restrict cr) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::int16_t r = SumOfFour(upper.r.data(), lower.r.data(), i);
    const std::int16_t g = SumOfFour(upper.g.data(), lower.g.data(), i);
    const std::int16_t b = SumOfFour(upper.b.data(), lower.b.data(), i);
    cb[i] =
        static_cast<std::uint8_t>((kCbR * r + kCbG * g + kCbB * b + kChromaBias) >> kChromaBits);
    cr[i] =
        static_cast<std::uint8_t>((kCrR * r + kCrG * g + kCrB * b + kChromaBias) >> kChromaBits);
  }
}

template <std::size_t kBytes>
HYPERLOCAL_INLINE void ConvertRows(const Frame& frame, const Yuv420Planes& planes) {
  const auto width = static_cast<std::size_t>(frame.width);
  const std::size_t row_bytes = width * kBytes;
  Block upper;
  Block lower;
  for (int row = 0; row < frame.height; row += 2) {
    const std::uint8_t* source = frame.pixels.data() + static_cast<std::size_t>(row) * row_bytes;
    std::uint8_t* y = planes.y + row * planes.y_stride;
    std::uint8_t* cb = planes.cb + row / 2 * planes.cb_stride;
    std::uint8_t* cr = planes.cr + row / 2 * planes.cr_stride;
    for (std::size_t x = 0; x < width; x += kBlock) {
      const std::size_t count = width - x < kBlock ? width - x : kBlock;
      Split<kBytes>(source + x * kBytes, count, upper);
      Split<kBytes>(source + row_bytes + x * kBytes, count, lower);
      Luma(upper, count, y + x);
      Luma(lower, count, y + planes.y_stride + x);
      Chroma(upper, lower, count / 2, cb + x / 2, cr + x / 2);
    }
  }
}

HYPERLOCAL_INLINE void Convert(const Frame& frame, const Yuv420Planes& planes) {
  if (frame.layout == PixelLayout::kRgb24) {
    ConvertRows<3>(frame, planes);
  } else {
    ConvertRows<4>(frame, planes);
  }
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void ConvertAvx2(const Frame& frame, const Yuv420Planes& planes) {
  Convert(frame, planes);
}
#endif

}  // namespace

void RgbToYuv420Bt709(const Frame& frame, const Yuv420Planes& planes) {
  assert(frame.width % 2 == 0 && frame.height % 2 == 0);
  assert(frame.pixels.size() == frame.row_bytes() * static_cast<std::size_t>(frame.height));
#if defined(__x86_64__)
  // Not target_clones: its resolver runs before the sanitizers are ready.
  static const bool has_avx2 = __builtin_cpu_supports("avx2");
  if (has_avx2) return ConvertAvx2(frame, planes);
#endif
  RgbToYuv420Bt709Portable(frame, planes);
}

void RgbToYuv420Bt709Portable(const Frame& frame, const Yuv420Planes& planes) {
  Convert(frame, planes);
}

}  // namespace hyperlocal
