#include "golden/picture_metrics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "golden/plane_comparison_internal.h"
#include "golden/rgb_rows_internal.h"

namespace hyperlocal::golden {
namespace {

double Samples(const SamplePlane& plane) {
  return static_cast<double>(plane.width) * plane.height;
}

bool SamePicture(const PlanePicture& a, const PlanePicture& b) {
  if (!a.SameLayout(b) || a.coding != b.coding || a.alpha.has_value() != b.alpha.has_value()) {
    return false;
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(a.plane_count); ++i) {
    if (!SameSamples(a.planes[i], b.planes[i], a.sample_bytes())) return false;
  }
  return !a.alpha || SameSamples(*a.alpha, *b.alpha, a.sample_bytes());
}

bool IsOpaque(const PlanePicture& picture) {
  if (!picture.alpha) return true;
  const int peak = (1 << picture.bits) - 1;
  for (int y = 0; y < picture.alpha->height; ++y) {
    const std::uint8_t* row = picture.alpha->bytes + std::ptrdiff_t{y} * picture.alpha->stride;
    for (int x = 0; x < picture.alpha->width; ++x) {
      int value = row[x];
      if (picture.bits > 8) {
        std::uint16_t wide = 0;
        std::memcpy(&wide, row + 2 * std::ptrdiff_t{x}, sizeof wide);
        value = wide;
      }
      if (value != peak) return false;
    }
  }
  return true;
}

// The means of columns x rows cells of a plane, in 1/64 of a level of 8 bits.
template <typename Sample>
void CellMeans(const SamplePlane& plane, int columns, int rows, int bits,
               std::vector<std::int16_t>& out) {
  columns = std::min(columns, plane.width);
  rows = std::min(rows, plane.height);
  std::vector<std::uint32_t> sums(static_cast<std::size_t>(plane.width));
  out.clear();
  for (int row = 0; row < rows; ++row) {
    std::fill(sums.begin(), sums.end(), 0U);
    const int top = plane.height * row / rows;
    const int bottom = plane.height * (row + 1) / rows;
    // Some eight rows of a cell speak for all.
    const int step = std::max(1, (bottom - top) / 8);
    int taken = 0;
    for (int y = top; y < bottom; y += step, ++taken) {
      const auto* __restrict samples =
          reinterpret_cast<const Sample*>(plane.bytes + std::ptrdiff_t{y} * plane.stride);
      std::uint32_t* __restrict to = sums.data();
      for (int x = 0; x < plane.width; ++x) to[x] += samples[x];
    }
    for (int column = 0; column < columns; ++column) {
      const int left = plane.width * column / columns;
      const int right = plane.width * (column + 1) / columns;
      double sum = 0;
      for (int x = left; x < right; ++x) sum += sums[static_cast<std::size_t>(x)];
      const double mean = sum / (static_cast<double>(right - left) * taken);
      out.push_back(static_cast<std::int16_t>(std::lround(mean * 64 / (1 << (bits - 8)))));
    }
  }
}

void Means(const SamplePlane& plane, int columns, int rows, int bits,
           std::vector<std::int16_t>& out) {
  if (bits > 8) {
    CellMeans<std::uint16_t>(plane, columns, rows, bits, out);
  } else {
    CellMeans<std::uint8_t>(plane, columns, rows, bits, out);
  }
}

}  // namespace

double PsnrDb(double mean_squared_error, double peak) {
  if (mean_squared_error <= 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(peak * peak / mean_squared_error);
}

PictureSignature SignatureOf(const PlanePicture& picture) {
  PictureSignature signature;
  Means(picture.planes[0], kSignatureColumns, kSignatureRows, picture.bits, signature.luma);
  if (picture.model == ColourModel::kGrey) return signature;
  std::vector<std::int16_t>& second = signature.cb;
  std::vector<std::int16_t>& third = signature.cr;
  const bool rgb = picture.model == ColourModel::kRgb;
  const int divisor = rgb ? 1 : 2;
  Means(picture.planes[1], kSignatureColumns / divisor, kSignatureRows / divisor, picture.bits,
        second);
  Means(picture.planes[2], kSignatureColumns / divisor, kSignatureRows / divisor, picture.bits,
        third);
  if (!rgb) return signature;
  for (std::size_t i = 0; i < signature.luma.size(); ++i) {
    signature.luma[i] = static_cast<std::int16_t>(
        std::lround(0.2126 * signature.luma[i] + 0.7152 * second[i] + 0.0722 * third[i]));
  }
  second.clear();
  third.clear();
  return signature;
}

struct PictureComparer::Buffers {
  PlaneComparer planes;
  RgbRows rows_a;
  RgbRows rows_b;
};

PictureComparer::PictureComparer() : buffers_(std::make_unique<Buffers>()) {}
PictureComparer::~PictureComparer() = default;

Result<PictureFigures> PictureComparer::Compare(const PlanePicture& a, const PlanePicture& b) {
  if (a.width != b.width || a.height != b.height || a.width <= 0 || a.height <= 0) {
    return Error{ErrorCode::kMedia,
                 fmt::format("cannot compare pictures of different sizes: {}x{} and {}x{}", a.width,
                             a.height, b.width, b.height)};
  }
  PictureFigures figures;
  figures.planes_compared = a.SameLayout(b);
  figures.plane_count = figures.planes_compared ? a.plane_count : 0;
  figures.peak = figures.planes_compared ? (1 << a.bits) - 1 : 255;
  if (a.alpha && b.alpha && a.bits == b.bits) figures.alpha = PlaneFigures{};
  figures.opaque_a = IsOpaque(a);
  figures.opaque_b = IsOpaque(b);
  if (SamePicture(a, b)) {
    figures.identical = true;
    return figures;
  }
  if (figures.planes_compared) {
    double samples = 0;
    figures.ssim = 0;
    const std::size_t main = a.model == ColourModel::kRgb ? 1 : 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.plane_count); ++i) {
      const PlaneComparison plane = buffers_->planes.Compare(a.planes[i], b.planes[i], a.bits);
      figures.planes[i] = plane.figures;
      if (i == main) {
        figures.ms_ssim = buffers_->planes.MultiScaleSsim(a.planes[i], b.planes[i], a.bits, plane);
      }
      const double weight = Samples(a.planes[i]);
      figures.mse += figures.planes[i].mse * weight;
      figures.ssim += figures.planes[i].ssim * weight;
      samples += weight;
    }
    figures.mse /= samples;
    figures.ssim /= samples;
  }
  figures.rgb = CompareRgb(a, b, buffers_->rows_a, buffers_->rows_b);
  if (!figures.planes_compared) figures.mse = figures.rgb.mse;
  if (figures.alpha) {
    figures.alpha = buffers_->planes.Compare(*a.alpha, *b.alpha, a.bits).figures;
  }
  return figures;
}

}  // namespace hyperlocal::golden
