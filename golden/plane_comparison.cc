#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <utility>

#include "golden/pixel_kernels_internal.h"
#include "golden/plane_comparison_internal.h"

namespace hyperlocal::golden {
namespace {

// Z. Wang and others, "Multi-scale structural similarity for image quality assessment", 2003.
constexpr std::array kScaleWeights{0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
constexpr int kSmallestScale = 16;  // samples a side

constexpr double kC1 = 0.01 * 0.01;  // of the squared peak
constexpr double kC2 = 0.03 * 0.03;
constexpr double kWindowSamples = 64;

template <typename Sample>
const Sample* RowOf(const SamplePlane& plane, int y) {
  return reinterpret_cast<const Sample*>(plane.bytes + std::ptrdiff_t{y} * plane.stride);
}

// The squared error of the columns and rows that are in no whole block of 4x4.
template <typename Sample>
double SquaredErrorBeyond(const SamplePlane& a, const SamplePlane& b, int columns, int rows) {
  double sum = 0;
  for (int y = 0; y < a.height; ++y) {
    const Sample* row_a = RowOf<Sample>(a, y);
    const Sample* row_b = RowOf<Sample>(b, y);
    for (int x = y < rows ? columns : 0; x < a.width; ++x) {
      const double difference = static_cast<double>(row_a[x]) - static_cast<double>(row_b[x]);
      sum += difference * difference;
    }
  }
  return sum;
}

PlaneComparison Finished(const SamplePlane& a, double squared_error, double ssim, double contrast,
                         int columns, int rows) {
  PlaneComparison result;
  result.figures.mse = squared_error / (static_cast<double>(a.width) * a.height);
  if (columns < 2 || rows < 2) {
    result.figures.ssim = result.contrast = squared_error == 0 ? 1 : 0;
    return result;
  }
  const double windows = static_cast<double>(columns - 1) * (rows - 1);
  result.figures.ssim = ssim / windows;
  result.contrast = contrast / windows;
  return result;
}

}  // namespace

bool SameSamples(const SamplePlane& a, const SamplePlane& b, std::size_t sample_bytes) {
  const std::size_t row = static_cast<std::size_t>(a.width) * sample_bytes;
  for (int y = 0; y < a.height; ++y) {
    if (std::memcmp(RowOf<std::uint8_t>(a, y), RowOf<std::uint8_t>(b, y), row) != 0) return false;
  }
  return true;
}

PlaneComparison PlaneComparer::Compare(const SamplePlane& a, const SamplePlane& b, int bits) {
  return bits > 8 ? CompareWords(a, b, bits) : CompareBytes(a, b);
}

PlaneComparison PlaneComparer::CompareBytes(const SamplePlane& a, const SamplePlane& b) {
  const int columns = a.width / 4;
  const int rows = a.height / 4;
  const auto width = static_cast<std::size_t>(columns);
  sums_.resize(8 * width);
  const auto row_at = [&](std::size_t half) {
    std::int32_t* start = sums_.data() + 4 * half * width;
    return BlockSums{start, start + width, start + 2 * width, start + 3 * width};
  };
  BlockSums upper = row_at(0);
  BlockSums lower = row_at(1);
  // Rounded as ffmpeg's ssim filter rounds them, to agree with it.
  constexpr SsimConstants kConstants{
      static_cast<std::int32_t>(kC1 * 255 * 255 * kWindowSamples + 0.5),
      static_cast<std::int32_t>(kC2 * 255 * 255 * kWindowSamples * (kWindowSamples - 1) + 0.5)};
  const PixelKernels& kernels = Kernels();
  double ssim = 0;
  double contrast = 0;
  std::int64_t squared_error = 0;
  for (int row = 0; row < rows; ++row) {
    std::swap(upper, lower);
    kernels.block_row(RowOf<std::uint8_t>(a, 4 * row), a.stride, RowOf<std::uint8_t>(b, 4 * row),
                      b.stride, columns, lower);
    std::int64_t error = 0;
    for (int i = 0; i < columns; ++i) error += lower.squares[i] - 2 * lower.products[i];
    squared_error += error;
    if (row > 0) kernels.ssim_row(upper, lower, columns, kConstants, &ssim, &contrast);
  }
  const double beyond = SquaredErrorBeyond<std::uint8_t>(a, b, 4 * columns, 4 * rows);
  return Finished(a, static_cast<double>(squared_error) + beyond, ssim, contrast, columns, rows);
}

PlaneComparison PlaneComparer::CompareWords(const SamplePlane& a, const SamplePlane& b, int bits) {
  using Sample = std::uint16_t;
  const int columns = a.width / 4;
  const int rows = a.height / 4;
  const auto width = static_cast<std::size_t>(columns);
  wide_sums_.assign(8 * width, 0);
  double* upper = wide_sums_.data();
  double* lower = upper + 4 * width;
  const double peak = (1 << bits) - 1;
  const double c1 = kC1 * peak * peak * kWindowSamples;
  const double c2 = kC2 * peak * peak * kWindowSamples * (kWindowSamples - 1);
  double ssim = 0;
  double contrast = 0;
  double squared_error = 0;
  for (int row = 0; row < rows; ++row) {
    std::swap(upper, lower);
    std::fill(lower, lower + 4 * width, 0.0);
    for (int y = 4 * row; y < 4 * row + 4; ++y) {
      const Sample* row_a = RowOf<Sample>(a, y);
      const Sample* row_b = RowOf<Sample>(b, y);
      for (int x = 0; x < 4 * columns; ++x) {
        const double va = row_a[x];
        const double vb = row_b[x];
        double* block = lower + 4 * (static_cast<std::size_t>(x) / 4);
        block[0] += va;
        block[1] += vb;
        block[2] += va * va + vb * vb;
        block[3] += va * vb;
      }
    }
    for (std::size_t i = 0; i < width; ++i)
      squared_error += lower[4 * i + 2] - 2 * lower[4 * i + 3];
    for (std::size_t i = 0; row > 0 && i + 1 < width; ++i) {
      std::array<double, 4> s{};
      for (std::size_t k = 0; k < 4; ++k) {
        s[k] = upper[4 * i + k] + upper[4 * i + 4 + k] + lower[4 * i + k] + lower[4 * i + 4 + k];
      }
      const double means = s[0] * s[0] + s[1] * s[1];
      const double structure =
          (2 * (kWindowSamples * s[3] - s[0] * s[1]) + c2) / (kWindowSamples * s[2] - means + c2);
      ssim += (2 * s[0] * s[1] + c1) / (means + c1) * structure;
      contrast += structure;
    }
  }
  squared_error += SquaredErrorBeyond<Sample>(a, b, 4 * columns, 4 * rows);
  return Finished(a, squared_error, ssim, contrast, columns, rows);
}

SamplePlane PlaneComparer::Halved(const SamplePlane& plane, std::vector<std::uint8_t>& out) {
  SamplePlane half{.stride = plane.width / 2, .width = plane.width / 2, .height = plane.height / 2};
  out.resize(static_cast<std::size_t>(half.width) * static_cast<std::size_t>(half.height));
  half.bytes = out.data();
  for (int y = 0; y < half.height; ++y) {
    Kernels().halve_row(RowOf<std::uint8_t>(plane, 2 * y), RowOf<std::uint8_t>(plane, 2 * y + 1),
                        half.width, out.data() + std::ptrdiff_t{y} * half.stride);
  }
  return half;
}

double PlaneComparer::MultiScaleSsim(const SamplePlane& a, const SamplePlane& b, int bits,
                                     const PlaneComparison& first) {
  const auto in_bytes = [bits](const SamplePlane& plane, std::vector<std::uint8_t>& out) {
    if (bits == 8) return plane;
    SamplePlane rounded{.stride = plane.width, .width = plane.width, .height = plane.height};
    out.resize(static_cast<std::size_t>(plane.width) * static_cast<std::size_t>(plane.height));
    rounded.bytes = out.data();
    const int half = 1 << (bits - 9);
    std::uint8_t* to = out.data();
    for (int y = 0; y < plane.height; ++y) {
      const auto* row = RowOf<std::uint16_t>(plane, y);
      for (int x = 0; x < plane.width; ++x) {
        *to++ = static_cast<std::uint8_t>(std::min((row[x] + half) >> (bits - 8), 255));
      }
    }
    return rounded;
  };
  SamplePlane small_a = in_bytes(a, smaller_[0][1]);
  SamplePlane small_b = in_bytes(b, smaller_[1][1]);
  double weights = 0;
  double logarithm = 0;
  for (std::size_t scale = 0; scale < kScaleWeights.size(); ++scale) {
    const bool last = scale + 1 == kScaleWeights.size() ||
                      std::min(small_a.width, small_a.height) / 2 < kSmallestScale;
    const PlaneComparison here = scale == 0 && bits == 8 ? first : CompareBytes(small_a, small_b);
    // What is less alike than nothing at all counts as nothing.
    const double value = std::max(last ? here.figures.ssim : here.contrast, 0.0);
    if (value == 0) return 0;
    logarithm += kScaleWeights[scale] * std::log(value);
    weights += kScaleWeights[scale];
    if (last) break;
    small_a = Halved(small_a, smaller_[0][scale % 2]);
    small_b = Halved(small_b, smaller_[1][scale % 2]);
  }
  return std::exp(logarithm / weights);
}

}  // namespace hyperlocal::golden
