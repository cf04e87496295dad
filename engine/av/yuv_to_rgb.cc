#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/av/libav_handles_internal.h"
#include "engine/av/yuv_to_rgb_internal.h"

namespace hyperlocal {
namespace {

// R = y + rv*cr, G = y - gu*cb - gv*cr, B = y + bu*cb, with y, cb and cr already scaled to 0..255
// and ±127.5.
struct Matrix {
  float rv, gu, gv, bu;
};

constexpr Matrix MatrixOf(double red, double blue) {
  const double green = 1 - red - blue;
  return Matrix{
      static_cast<float>(2 * (1 - red)), static_cast<float>(2 * (1 - blue) * blue / green),
      static_cast<float>(2 * (1 - red) * red / green), static_cast<float>(2 * (1 - blue))};
}

std::optional<Matrix> MatrixOf(AVColorSpace space, int height) {
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

// Where the first chroma sample lies, in units of a quarter of a luma pixel from the first luma
// pixel's centre.
struct Site {
  int x = 0;
  int y = 0;
};

Site SiteOf(AVChromaLocation location, const AVPixFmtDescriptor& format) {
  Site site{.x = 0, .y = 2};  // left: beside the first pixel, between the first two rows
  switch (location) {
    case AVCHROMA_LOC_CENTER:
      site = Site{.x = 2, .y = 2};
      break;
    case AVCHROMA_LOC_TOPLEFT:
      site = Site{.x = 0, .y = 0};
      break;
    case AVCHROMA_LOC_TOP:
      site = Site{.x = 2, .y = 0};
      break;
    case AVCHROMA_LOC_BOTTOMLEFT:
      site = Site{.x = 0, .y = 4};
      break;
    case AVCHROMA_LOC_BOTTOM:
      site = Site{.x = 2, .y = 4};
      break;
    default:
      break;
  }
  if (format.log2_chroma_w == 0) site.x = 0;
  if (format.log2_chroma_h == 0) site.y = 0;
  return site;
}

// The two samples between which a luma position lies, and how far it is towards the second.
struct Tap {
  int first;  // from -1 on; the second is first + 1, at most the number of samples
  float weight;
};

Tap TapOf(int at, int site, int log2_step) {
  // In quarter pixels; one chroma step is 4 << log2_step of them.
  const int step = 4 << log2_step;
  const int distance = 4 * at - site + step;  // one step added: never negative
  return Tap{distance / step - 1, static_cast<float>(distance % step) / static_cast<float>(step)};
}

template <typename Sample>
const Sample* RowOf(const AVFrame& picture, int plane, int row) {
  return reinterpret_cast<const Sample*>(picture.data[plane] +
                                         std::ptrdiff_t{row} * picture.linesize[plane]);
}

// What turns a stored sample into y in 0..255 and cb, cr in ±127.5.
struct Scale {
  float luma_gain, luma_offset, chroma_gain, chroma_middle;
};

Scale ScaleOf(bool full_range, int depth) {
  const auto unit = static_cast<float>(1 << (depth - 8));
  const float top = static_cast<float>((1 << depth) - 1);
  if (full_range) return Scale{255.0F / top, 0, 255.0F / top, 128 * unit};
  return Scale{255.0F / (219 * unit), 16 * unit, 255.0F / (224 * unit), 128 * unit};
}

// One chroma plane's values at every pixel of a luma row: first between two chroma rows, then
// between columns. Written for the vectoriser (this file is compiled with -O3).
class ChromaRow {
 public:
  ChromaRow(int width, int chroma_width, Site site, int log2_step)
      : step_(std::size_t{1} << log2_step),
        chroma_width_(static_cast<std::size_t>(chroma_width)),
        columns_(chroma_width_ + 3),
        values_(static_cast<std::size_t>(width) + 1) {
    for (std::size_t phase = 0; phase < step_; ++phase) {
      phases_[phase] = TapOf(static_cast<int>(phase), site.x, log2_step);
    }
  }

  template <typename Sample>
  void Fill(const Sample* __restrict upper, const Sample* __restrict lower, float weight,
            const Scale& scale) {
    // The samples lie from 1 on; the edge ones are repeated beyond the edges.
    float* __restrict columns = columns_.data() + 1;
    for (std::size_t i = 0; i < chroma_width_; ++i) {
      const auto a = static_cast<float>(upper[i]);
      const auto b = static_cast<float>(lower[i]);
      columns[i] = (a + (b - a) * weight - scale.chroma_middle) * scale.chroma_gain;
    }
    columns_[0] = columns_[1];
    columns_[chroma_width_ + 1] = columns_[chroma_width_];
    columns_[chroma_width_ + 2] = columns_[chroma_width_];
    if (step_ == 1) {
      std::copy_n(columns, chroma_width_, values_.begin());
      return;
    }
    const float even_weight = phases_[0].weight;
    const float odd_weight = phases_[1].weight;
    const float* even = columns + phases_[0].first;
    const float* odd = columns + phases_[1].first;
    float* __restrict values = values_.data();
    for (std::size_t i = 0; i < values_.size() / 2; ++i) {
      values[2 * i] = even[i] + (even[i + 1] - even[i]) * even_weight;
      values[2 * i + 1] = odd[i] + (odd[i + 1] - odd[i]) * odd_weight;
    }
  }
  const float* values() const { return values_.data(); }

 private:
  std::size_t step_;
  std::size_t chroma_width_;
  std::array<Tap, 2> phases_{};
  std::vector<float> columns_;
  std::vector<float> values_;  // one more than the row, for odd widths
};

std::int32_t ToByte(float value) {
  return static_cast<std::int32_t>(std::min(std::max(value, 0.0F), 255.0F) + 0.5F);
}

template <typename Sample>
void ConvertRows(const AVFrame& picture, const AVPixFmtDescriptor& format, const Matrix& matrix,
                 const Scale& scale, Frame& frame) {
  const int chroma_width = AV_CEIL_RSHIFT(picture.width, format.log2_chroma_w);
  const int chroma_height = AV_CEIL_RSHIFT(picture.height, format.log2_chroma_h);
  const Site site = SiteOf(picture.chroma_location, format);
  ChromaRow cb(picture.width, chroma_width, site, format.log2_chroma_w);
  ChromaRow cr(picture.width, chroma_width, site, format.log2_chroma_w);
  const auto width = static_cast<std::size_t>(picture.width);
  std::vector<std::uint8_t> planes(3 * width);
  std::uint8_t* __restrict r = planes.data();
  std::uint8_t* __restrict g = r + width;
  std::uint8_t* __restrict b = g + width;
  for (int row = 0; row < picture.height; ++row) {
    const Tap tap = TapOf(row, site.y, format.log2_chroma_h);
    const int upper = std::clamp(tap.first, 0, chroma_height - 1);
    const int lower = std::clamp(tap.first + 1, 0, chroma_height - 1);
    cb.Fill(RowOf<Sample>(picture, 1, upper), RowOf<Sample>(picture, 1, lower), tap.weight, scale);
    cr.Fill(RowOf<Sample>(picture, 2, upper), RowOf<Sample>(picture, 2, lower), tap.weight, scale);
    const Sample* luma = RowOf<Sample>(picture, 0, row);
    const float* u = cb.values();
    const float* v = cr.values();
    for (std::size_t x = 0; x < width; ++x) {
      const float y = (static_cast<float>(luma[x]) - scale.luma_offset) * scale.luma_gain;
      r[x] = static_cast<std::uint8_t>(ToByte(y + matrix.rv * v[x]));
      g[x] = static_cast<std::uint8_t>(ToByte(y - matrix.gu * u[x] - matrix.gv * v[x]));
      b[x] = static_cast<std::uint8_t>(ToByte(y + matrix.bu * u[x]));
    }
    std::uint8_t* __restrict out =
        frame.pixels.data() + static_cast<std::size_t>(row) * frame.row_bytes();
    for (std::size_t x = 0; x < width; ++x) {
      out[3 * x] = r[x];
      out[3 * x + 1] = g[x];
      out[3 * x + 2] = b[x];
    }
  }
}

}  // namespace

bool IsPlanarYuv(int pixel_format) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(pixel_format));
  if (format == nullptr || format->nb_components < 3) return false;
  constexpr std::uint64_t kNever = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_HWACCEL |
                                   AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                                   AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_FLOAT;
  if ((format->flags & kNever) != 0 || (format->flags & AV_PIX_FMT_FLAG_PLANAR) == 0) return false;
  for (int i = 0; i < 3; ++i) {
    const AVComponentDescriptor& component = format->comp[i];
    // One plane a component, low bits used: not NV12, not P010.
    if (component.plane != i || component.shift != 0 || component.depth < 8) return false;
  }
  return format->log2_chroma_w <= 1 && format->log2_chroma_h <= 1;
}

Result<Frame> YuvToRgb(const AVFrame& picture) {
  const auto pixel_format = static_cast<AVPixelFormat>(picture.format);
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(pixel_format);
  if (!IsPlanarYuv(picture.format)) {
    return Error{ErrorCode::kInternal, "YuvToRgb called with another kind of picture"};
  }
  const std::optional<Matrix> matrix = MatrixOf(picture.colorspace, picture.height);
  if (!matrix) {
    const char* name = av_color_space_name(picture.colorspace);
    return Error{ErrorCode::kMedia, std::string("the video's colour matrix (") +
                                        (name == nullptr ? "unknown" : name) +
                                        ") cannot be converted to RGB"};
  }
  const bool full_range =
      picture.color_range == AVCOL_RANGE_JPEG ||
      (picture.color_range == AVCOL_RANGE_UNSPECIFIED &&
       (pixel_format == AV_PIX_FMT_YUVJ420P || pixel_format == AV_PIX_FMT_YUVJ422P ||
        pixel_format == AV_PIX_FMT_YUVJ444P));
  const int depth = format->comp[0].depth;
  const Scale scale = ScaleOf(full_range, depth);
  Frame frame{.width = picture.width,
              .height = picture.height,
              .layout = PixelLayout::kRgb24,
              .pixels = {}};
  frame.pixels.resize(frame.row_bytes() * static_cast<std::size_t>(frame.height));
  if (depth > 8) {
    ConvertRows<std::uint16_t>(picture, *format, *matrix, scale, frame);
  } else {
    ConvertRows<std::uint8_t>(picture, *format, *matrix, scale, frame);
  }
  return frame;
}

}  // namespace hyperlocal
