#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "golden/picture_metrics.h"
#include "golden/rgb_rows_internal.h"

namespace hyperlocal::golden {
namespace {

// How samples become R'G'B' of 0 to 255.
struct ExactMatrix {
  double luma_offset, luma_gain, chroma_middle;
  double red_of_cr, green_of_cb, green_of_cr, blue_of_cb;
};

ExactMatrix MatrixOf(const ColourCoding& coding, int bits) {
  const double unit = 1 << (bits - 8);
  const double top = (1 << bits) - 1;
  const double kg = 1 - coding.kr - coding.kb;
  const double chroma_gain = 255.0 / (coding.full_range ? top : 224 * unit);
  ExactMatrix matrix{};
  matrix.luma_offset = coding.full_range ? 0 : 16 * unit;
  matrix.luma_gain = 255.0 / (coding.full_range ? top : 219 * unit);
  matrix.chroma_middle = 128 * unit;
  matrix.red_of_cr = chroma_gain * 2 * (1 - coding.kr);
  matrix.blue_of_cb = chroma_gain * 2 * (1 - coding.kb);
  matrix.green_of_cb = -chroma_gain * 2 * coding.kb * (1 - coding.kb) / kg;
  matrix.green_of_cr = -chroma_gain * 2 * coding.kr * (1 - coding.kr) / kg;
  return matrix;
}

std::int16_t Fixed(double value, double one) {
  return static_cast<std::int16_t>(std::lround(value * one));
}

FixedMatrix FixedMatrixOf(const ColourCoding& coding) {
  const ExactMatrix exact = MatrixOf(coding, 8);
  return FixedMatrix{.luma_offset = static_cast<std::int16_t>(exact.luma_offset),
                     .luma_gain = Fixed(exact.luma_gain, 16384),
                     .red_of_cr = Fixed(exact.red_of_cr, 8192),
                     .green_of_cb = Fixed(exact.green_of_cb, 8192),
                     .green_of_cr = Fixed(exact.green_of_cr, 8192),
                     .blue_of_cb = Fixed(exact.blue_of_cb, 8192)};
}

const std::uint8_t* RowOf(const SamplePlane& plane, int y) {
  return plane.bytes + std::ptrdiff_t{y} * plane.stride;
}

double SampleAt(const std::uint8_t* row, int x, int bits) {
  if (bits <= 8) return row[x];
  std::uint16_t wide = 0;
  std::memcpy(&wide, row + 2 * std::ptrdiff_t{x}, sizeof wide);
  return wide;
}

std::int16_t Level(double value) {
  return static_cast<std::int16_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

ColourRow Thirds(std::vector<std::int16_t>& memory, int width) {
  const auto w = static_cast<std::size_t>(width);
  return ColourRow{memory.data(), memory.data() + w, memory.data() + 2 * w};
}

}  // namespace

void RgbRows::Begin(const PlanePicture& picture) {
  picture_ = &picture;
  const int chroma_width = picture.planes[1].width;
  const int width = picture.width;
  fixed_ = picture.model == ColourModel::kYcbcr && picture.bits == 8 &&
           (chroma_width == width || chroma_width == (width + 1) / 2);
  if (fixed_) matrix_ = FixedMatrixOf(picture.coding);
  chroma_row_ = -1;
  chroma_.resize(3 * static_cast<std::size_t>(width));
  colours_.resize(3 * static_cast<std::size_t>(width));
}

ColourRow RgbRows::Row(int y) {
  if (fixed_) {
    FillFixed(y);
  } else if (picture_->model == ColourModel::kYcbcr) {
    FillExact(y);
  } else {
    FillPlanar(y);
  }
  return Thirds(colours_, picture_->width);
}

void RgbRows::FillFixed(int y) {
  const SamplePlane& cb = picture_->planes[1];
  const int width = picture_->width;
  const int chroma_row = cb.height == picture_->height ? y : y / 2;
  if (chroma_row != chroma_row_) {
    chroma_row_ = chroma_row;
    Kernels().chroma_row(RowOf(cb, chroma_row), RowOf(picture_->planes[2], chroma_row), width,
                         cb.width == width ? 0 : 1, matrix_, Thirds(chroma_, width));
  }
  Kernels().rgb_row(RowOf(picture_->planes[0], y), Thirds(chroma_, width), width, matrix_,
                    Thirds(colours_, width));
}

void RgbRows::FillExact(int y) {
  const ExactMatrix m = MatrixOf(picture_->coding, picture_->bits);
  const SamplePlane& cb = picture_->planes[1];
  const int columns = (picture_->width + cb.width - 1) / cb.width;  // pixels to a chroma sample
  const int chroma_row = cb.height == picture_->height ? y : y / 2;
  const std::uint8_t* luma = RowOf(picture_->planes[0], y);
  const std::uint8_t* blue = RowOf(cb, chroma_row);
  const std::uint8_t* red = RowOf(picture_->planes[2], chroma_row);
  const ColourRow out = Thirds(colours_, picture_->width);
  for (int x = 0; x < picture_->width; ++x) {
    const double l = (SampleAt(luma, x, picture_->bits) - m.luma_offset) * m.luma_gain;
    const double u = SampleAt(blue, x / columns, picture_->bits) - m.chroma_middle;
    const double v = SampleAt(red, x / columns, picture_->bits) - m.chroma_middle;
    out.red[x] = Level(l + v * m.red_of_cr);
    out.green[x] = Level(l + u * m.green_of_cb + v * m.green_of_cr);
    out.blue[x] = Level(l + u * m.blue_of_cb);
  }
}

// RGB as it is, and grey.
void RgbRows::FillPlanar(int y) {
  const bool grey = picture_->model == ColourModel::kGrey;
  const bool limited = grey && !picture_->coding.full_range;
  const double unit = 1 << (picture_->bits - 8);
  const double offset = limited ? 16 * unit : 0;
  const double gain = 255.0 / (limited ? 219 * unit : (1 << picture_->bits) - 1);
  const ColourRow out = Thirds(colours_, picture_->width);
  std::int16_t* const channels[3] = {out.red, out.green, out.blue};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::uint8_t* row = RowOf(picture_->planes[grey ? 0 : i], y);
    if (picture_->bits == 8 && !limited) {
      for (int x = 0; x < picture_->width; ++x) channels[i][x] = row[x];
      continue;
    }
    for (int x = 0; x < picture_->width; ++x) {
      channels[i][x] = Level((SampleAt(row, x, picture_->bits) - offset) * gain);
    }
  }
}

RgbFigures CompareRgb(const PlanePicture& a, const PlanePicture& b, RgbRows& rows_a,
                      RgbRows& rows_b) {
  RgbFigures figures;
  rows_a.Begin(a);
  rows_b.Begin(b);
  std::int64_t squares = 0;
  std::int64_t absolute = 0;
  for (int y = 0; y < a.height; ++y) {
    const ColourRow row_a = rows_a.Row(y);
    const ColourRow row_b = rows_b.Row(y);
    RowDifference row{};
    Kernels().difference_row(row_a, row_b, a.width, &row);
    squares += row.squares;
    absolute += row.absolute;
    figures.differing_pixels += row.differing;
    if (row.max <= figures.max_error) continue;
    figures.max_error = row.max;
    figures.worst_y = y;
    for (int x = 0; x < a.width; ++x) {
      if (std::max({std::abs(row_a.red[x] - row_b.red[x]),
                    std::abs(row_a.green[x] - row_b.green[x]),
                    std::abs(row_a.blue[x] - row_b.blue[x])}) == row.max) {
        figures.worst_x = x;
        break;
      }
    }
  }
  const double values = 3.0 * a.width * a.height;
  figures.mse = static_cast<double>(squares) / values;
  figures.mean_error = static_cast<double>(absolute) / values;
  return figures;
}

}  // namespace hyperlocal::golden
