#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/av/libav_handles_internal.h"
#include "engine/av/yuv_samples_internal.h"
#include "engine/av/yuv_to_rgb_internal.h"

namespace hyperlocal {
namespace {

// One chroma plane's values at every pixel of a luma row: first between two chroma rows, then
// between columns.
class ChromaRow {
 public:
  ChromaRow(int width, int chroma_width, ChromaSite site, int log2_step)
      : chroma_width_(static_cast<std::size_t>(chroma_width)),
        columns_(width, chroma_width, site.x, log2_step) {}

  template <typename Sample>
  void Fill(const Sample* __restrict upper, const Sample* __restrict lower, float weight,
            const SampleScale& scale) {
    float* __restrict samples = columns_.samples();
    for (std::size_t i = 0; i < chroma_width_; ++i) {
      const auto a = static_cast<float>(upper[i]);
      const auto b = static_cast<float>(lower[i]);
      samples[i] = (a + (b - a) * weight - scale.chroma_middle) * scale.chroma_gain;
    }
    columns_.Spread();
  }
  const float* values() const { return columns_.values(); }

 private:
  std::size_t chroma_width_;
  ChromaColumns columns_;
};

template <typename Sample>
void ConvertRows(const AVFrame& picture, const AVPixFmtDescriptor& format, const YuvMatrix& matrix,
                 const SampleScale& scale, Frame& frame) {
  const int chroma_width = AV_CEIL_RSHIFT(picture.width, format.log2_chroma_w);
  const int chroma_height = AV_CEIL_RSHIFT(picture.height, format.log2_chroma_h);
  const ChromaSite site = SiteOf(picture.chroma_location, format);
  ChromaRow cb(picture.width, chroma_width, site, format.log2_chroma_w);
  ChromaRow cr(picture.width, chroma_width, site, format.log2_chroma_w);
  const auto width = static_cast<std::size_t>(picture.width);
  std::vector<std::uint8_t> planes(3 * width);
  std::uint8_t* __restrict r = planes.data();
  std::uint8_t* __restrict g = r + width;
  std::uint8_t* __restrict b = g + width;
  for (int row = 0; row < picture.height; ++row) {
    const ChromaTap tap = TapOf(row, site.y, format.log2_chroma_h);
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

Result<YuvMatrix> MatrixOfPicture(const AVFrame& picture) {
  const std::optional<YuvMatrix> matrix = MatrixOf(picture.colorspace, picture.height);
  if (matrix) return *matrix;
  const char* name = av_color_space_name(picture.colorspace);
  return Error{ErrorCode::kMedia, std::string("the video's colour matrix (") +
                                      (name == nullptr ? "unknown" : name) +
                                      ") cannot be converted to RGB"};
}

Result<Frame> YuvToRgb(const AVFrame& picture) {
  const auto pixel_format = static_cast<AVPixelFormat>(picture.format);
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(pixel_format);
  if (!IsPlanarYuv(picture.format)) {
    return Error{ErrorCode::kInternal, "YuvToRgb called with another kind of picture"};
  }
  HYPERLOCAL_TRY(const YuvMatrix matrix, MatrixOfPicture(picture));
  const int depth = format->comp[0].depth;
  const SampleScale scale = ScaleOf(IsFullRange(picture), depth);
  Frame frame{.width = picture.width,
              .height = picture.height,
              .layout = PixelLayout::kRgb24,
              .pixels = {}};
  frame.pixels.resize(frame.row_bytes() * static_cast<std::size_t>(frame.height));
  if (depth > 8) {
    ConvertRows<std::uint16_t>(picture, *format, matrix, scale, frame);
  } else {
    ConvertRows<std::uint8_t>(picture, *format, matrix, scale, frame);
  }
  return frame;
}

}  // namespace hyperlocal
