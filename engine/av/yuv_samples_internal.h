#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/av/libav_handles_internal.h"
#include "engine/error/result.h"

// What the samples of a planar Y'CbCr picture mean, by its tags. Included by files of pixel loops,
// which are compiled alike (see CMakeLists.txt).
namespace hyperlocal {

// R = y + rv*cr, G = y - gu*cb - gv*cr, B = y + bu*cb, with y, cb and cr already scaled to 0..255
// and ±127.5.
struct YuvMatrix {
  float rv, gu, gv, bu;
};

constexpr YuvMatrix MatrixOf(double red, double blue) {
  const double green = 1 - red - blue;
  return YuvMatrix{
      static_cast<float>(2 * (1 - red)), static_cast<float>(2 * (1 - blue) * blue / green),
      static_cast<float>(2 * (1 - red) * red / green), static_cast<float>(2 * (1 - blue))};
}

// Untagged: BT.709 from 720 lines up, else BT.601. Nothing for a matrix that is no linear one.
inline std::optional<YuvMatrix> MatrixOf(AVColorSpace space, int height) {
  switch (space) {
    case AVCOL_SPC_BT709:
      return MatrixOf(0.2126, 0.0722);
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
      return MatrixOf(0.299, 0.114);
    case AVCOL_SPC_FCC:
      return MatrixOf(0.30, 0.11);
    case AVCOL_SPC_SMPTE240M:
      return MatrixOf(0.212, 0.087);
    case AVCOL_SPC_BT2020_NCL:
      return MatrixOf(0.2627, 0.0593);
    case AVCOL_SPC_UNSPECIFIED:
    case AVCOL_SPC_RESERVED:
      return height >= 720 ? MatrixOf(0.2126, 0.0722) : MatrixOf(0.299, 0.114);
    default:
      return std::nullopt;
  }
}

// That of a picture, by its tags. Error: kMedia.
Result<YuvMatrix> MatrixOfPicture(const AVFrame& picture);

// Where the first chroma sample lies, in units of a quarter of a luma pixel from the first luma
// pixel's centre.
struct ChromaSite {
  int x = 0;
  int y = 0;
};

// Untagged: left, as H.264 says.
inline ChromaSite SiteOf(AVChromaLocation location, const AVPixFmtDescriptor& format) {
  ChromaSite site{.x = 0, .y = 2};  // left: beside the first pixel, between the first two rows
  switch (location) {
    case AVCHROMA_LOC_CENTER:
      site = ChromaSite{.x = 2, .y = 2};
      break;
    case AVCHROMA_LOC_TOPLEFT:
      site = ChromaSite{.x = 0, .y = 0};
      break;
    case AVCHROMA_LOC_TOP:
      site = ChromaSite{.x = 2, .y = 0};
      break;
    case AVCHROMA_LOC_BOTTOMLEFT:
      site = ChromaSite{.x = 0, .y = 4};
      break;
    case AVCHROMA_LOC_BOTTOM:
      site = ChromaSite{.x = 2, .y = 4};
      break;
    default:
      break;
  }
  if (format.log2_chroma_w == 0) site.x = 0;
  if (format.log2_chroma_h == 0) site.y = 0;
  return site;
}

// The two samples between which a luma position lies, and how far it is towards the second.
struct ChromaTap {
  int first;  // from -1 on; the second is first + 1, at most the number of samples
  float weight;
};

// `at` and `site` as in ChromaSite, in quarter pixels; `at` is at most one chroma step negative.
inline ChromaTap TapBetween(int at, int site, int log2_step) {
  const int step = 4 << log2_step;        // of one chroma sample
  const int distance = at - site + step;  // one step added: never negative
  return ChromaTap{distance / step - 1,
                   static_cast<float>(distance % step) / static_cast<float>(step)};
}

inline ChromaTap TapOf(int pixel, int site, int log2_step) {
  return TapBetween(4 * pixel, site, log2_step);
}

template <typename Sample>
const Sample* RowOf(const AVFrame& picture, int plane, int row) {
  return reinterpret_cast<const Sample*>(picture.data[plane] +
                                         std::ptrdiff_t{row} * picture.linesize[plane]);
}

// What turns a stored sample into y in 0..255 and cb, cr in ±127.5.
struct SampleScale {
  float luma_gain, luma_offset, chroma_gain, chroma_middle;
};

inline SampleScale ScaleOf(bool full_range, int depth) {
  const auto unit = static_cast<float>(1 << (depth - 8));
  const float top = static_cast<float>((1 << depth) - 1);
  if (full_range) return SampleScale{255.0F / top, 0, 255.0F / top, 128 * unit};
  return SampleScale{255.0F / (219 * unit), 16 * unit, 255.0F / (224 * unit), 128 * unit};
}

// Untagged: limited, or full for the yuvj formats.
inline bool IsFullRange(const AVFrame& picture) {
  return picture.color_range == AVCOL_RANGE_JPEG ||
         (picture.color_range == AVCOL_RANGE_UNSPECIFIED &&
          (picture.format == AV_PIX_FMT_YUVJ420P || picture.format == AV_PIX_FMT_YUVJ422P ||
           picture.format == AV_PIX_FMT_YUVJ444P));
}

// The values of a row of chroma samples at every pixel of a luma row. Written for the vectoriser.
class ChromaColumns {
 public:
  ChromaColumns(int width, int chroma_width, int site, int log2_step)
      : step_(std::size_t{1} << log2_step),
        chroma_width_(static_cast<std::size_t>(chroma_width)),
        columns_(chroma_width_ + 3),
        values_(static_cast<std::size_t>(width) + 1) {
    for (std::size_t phase = 0; phase < step_; ++phase) {
      phases_[phase] = TapOf(static_cast<int>(phase), site, log2_step);
    }
  }

  // The samples of the row, to be filled before Spread.
  float* samples() { return columns_.data() + 1; }

  void Spread() {
    // The edge ones are repeated beyond the edges.
    columns_[0] = columns_[1];
    columns_[chroma_width_ + 1] = columns_[chroma_width_];
    columns_[chroma_width_ + 2] = columns_[chroma_width_];
    const float* columns = columns_.data() + 1;
    float* __restrict values = values_.data();
    if (step_ == 1) {
      for (std::size_t i = 0; i < chroma_width_; ++i) values[i] = columns[i];
      return;
    }
    const float even_weight = phases_[0].weight;
    const float odd_weight = phases_[1].weight;
    const float* even = columns + phases_[0].first;
    const float* odd = columns + phases_[1].first;
    for (std::size_t i = 0; i < values_.size() / 2; ++i) {
      values[2 * i] = even[i] + (even[i + 1] - even[i]) * even_weight;
      values[2 * i + 1] = odd[i] + (odd[i + 1] - odd[i]) * odd_weight;
    }
  }
  const float* values() const { return values_.data(); }

 private:
  std::size_t step_;
  std::size_t chroma_width_;
  std::array<ChromaTap, 2> phases_{};
  std::vector<float> columns_;
  std::vector<float> values_;  // one more than the row, for odd widths
};

inline std::int32_t ToByte(float value) {
  return static_cast<std::int32_t>(std::min(std::max(value, 0.0F), 255.0F) + 0.5F);
}

}  // namespace hyperlocal
