#include <algorithm>
#include <string>
#include <utility>

#include "engine/av/jpeg_planes_internal.h"
#include "engine/av/yuv_samples_internal.h"
#include "engine/av/yuv_to_rgb_internal.h"

namespace hyperlocal {
namespace {

// The way from a file's matrix to that of JPEG: y' = y + y_cb*cb + y_cr*cr,
// cb' = cb_cb*cb + cb_cr*cr, cr' = cr_cb*cb + cr_cr*cr. Grey is grey in both, so y is in none of
// the others.
struct Recoding {
  float y_cb, y_cr, cb_cb, cb_cr, cr_cb, cr_cr;
  bool keeps_luma() const { return y_cb == 0 && y_cr == 0; }
};

Recoding RecodingOf(const YuvMatrix& from) {
  constexpr YuvMatrix kJpeg = MatrixOf(0.299, 0.114);
  if (from.rv == kJpeg.rv && from.gu == kJpeg.gu && from.gv == kJpeg.gv && from.bu == kJpeg.bu) {
    return {0, 0, 1, 0, 0, 1};
  }
  Recoding way{};
  way.y_cb = 0.114F * from.bu - 0.587F * from.gu;
  way.y_cr = 0.299F * from.rv - 0.587F * from.gv;
  way.cb_cb = (from.bu - way.y_cb) / kJpeg.bu;
  way.cb_cr = -way.y_cr / kJpeg.bu;
  way.cr_cb = -way.y_cb / kJpeg.rv;
  way.cr_cr = (from.rv - way.y_cr) / kJpeg.rv;
  return way;
}

template <typename Sample>
void RecodeLuma(const AVFrame& picture, const AVPixFmtDescriptor& format, const Recoding& way,
                const SampleScale& scale, JpegPlanes& planes) {
  const auto width = static_cast<std::size_t>(picture.width);
  const int chroma_width = planes.chroma_width();
  const int chroma_height = planes.chroma_height();
  const ChromaSite site = SiteOf(picture.chroma_location, format);
  // By how much the colour at each pixel shifts luma.
  ChromaColumns shift(picture.width, chroma_width, site.x, format.log2_chroma_w);
  for (int row = 0; row < picture.height; ++row) {
    const Sample* __restrict luma = RowOf<Sample>(picture, 0, row);
    std::uint8_t* __restrict out = planes.y.data() + static_cast<std::size_t>(row) * width;
    if (way.keeps_luma()) {
      for (std::size_t x = 0; x < width; ++x) {
        const float y = (static_cast<float>(luma[x]) - scale.luma_offset) * scale.luma_gain;
        out[x] = static_cast<std::uint8_t>(ToByte(y));
      }
      continue;
    }
    const ChromaTap tap = TapOf(row, site.y, format.log2_chroma_h);
    const int upper = std::clamp(tap.first, 0, chroma_height - 1);
    const int lower = std::clamp(tap.first + 1, 0, chroma_height - 1);
    const Sample* __restrict cb0 = RowOf<Sample>(picture, 1, upper);
    const Sample* __restrict cb1 = RowOf<Sample>(picture, 1, lower);
    const Sample* __restrict cr0 = RowOf<Sample>(picture, 2, upper);
    const Sample* __restrict cr1 = RowOf<Sample>(picture, 2, lower);
    float* __restrict samples = shift.samples();
    const float of_cb = way.y_cb * scale.chroma_gain;
    const float of_cr = way.y_cr * scale.chroma_gain;
    for (std::size_t i = 0; i < static_cast<std::size_t>(chroma_width); ++i) {
      const auto a = static_cast<float>(cb0[i]);
      const auto b = static_cast<float>(cr0[i]);
      const float cb = a + (static_cast<float>(cb1[i]) - a) * tap.weight;
      const float cr = b + (static_cast<float>(cr1[i]) - b) * tap.weight;
      samples[i] = (cb - scale.chroma_middle) * of_cb + (cr - scale.chroma_middle) * of_cr;
    }
    shift.Spread();
    const float* __restrict shifts = shift.values();
    for (std::size_t x = 0; x < width; ++x) {
      const float y = (static_cast<float>(luma[x]) - scale.luma_offset) * scale.luma_gain;
      out[x] = static_cast<std::uint8_t>(ToByte(y + shifts[x]));
    }
  }
}

// A chroma plane of the file, moved to where a JPEG has its samples.
template <typename Sample>
class SitedRow {
 public:
  SitedRow(const AVFrame& picture, const AVPixFmtDescriptor& format, int plane, int width,
           int height)
      : picture_(picture),
        plane_(plane),
        width_(static_cast<std::size_t>(width)),
        height_(height),
        samples_(width_ + 2),
        values_(width_) {
    constexpr int kMiddle = 2;
    const ChromaSite site = SiteOf(picture.chroma_location, format);
    if (format.log2_chroma_w != 0) across_ = TapBetween(kMiddle, site.x, format.log2_chroma_w);
    if (format.log2_chroma_h != 0) down_ = TapBetween(kMiddle, site.y, format.log2_chroma_h);
  }

  const float* Read(int row, const SampleScale& scale) {
    const Sample* __restrict upper =
        RowOf<Sample>(picture_, plane_, std::clamp(row + down_.first, 0, height_ - 1));
    const Sample* __restrict lower =
        RowOf<Sample>(picture_, plane_, std::clamp(row + down_.first + 1, 0, height_ - 1));
    float* __restrict samples = samples_.data() + 1;
    for (std::size_t i = 0; i < width_; ++i) {
      const auto a = static_cast<float>(upper[i]);
      const auto b = static_cast<float>(lower[i]);
      samples[i] = (a + (b - a) * down_.weight - scale.chroma_middle) * scale.chroma_gain;
    }
    samples_.front() = samples[0];
    samples_.back() = samples[width_ - 1];
    const float* __restrict from = samples + across_.first;
    float* __restrict values = values_.data();
    for (std::size_t i = 0; i < width_; ++i) {
      values[i] = from[i] + (from[i + 1] - from[i]) * across_.weight;
    }
    return values;
  }

 private:
  const AVFrame& picture_;
  const int plane_;
  const std::size_t width_;
  const int height_;
  ChromaTap across_{0, 0};
  ChromaTap down_{0, 0};
  std::vector<float> samples_;  // one more at both ends
  std::vector<float> values_;
};

template <typename Sample>
void RecodeChroma(const AVFrame& picture, const AVPixFmtDescriptor& format, const Recoding& way,
                  const SampleScale& scale, JpegPlanes& planes) {
  const int width = planes.chroma_width();
  const int height = planes.chroma_height();
  SitedRow<Sample> blue(picture, format, 1, width, height);
  SitedRow<Sample> red(picture, format, 2, width, height);
  for (int row = 0; row < height; ++row) {
    const float* __restrict cb = blue.Read(row, scale);
    const float* __restrict cr = red.Read(row, scale);
    const std::size_t at = static_cast<std::size_t>(row) * static_cast<std::size_t>(width);
    std::uint8_t* __restrict out_cb = planes.cb.data() + at;
    std::uint8_t* __restrict out_cr = planes.cr.data() + at;
    for (std::size_t i = 0; i < static_cast<std::size_t>(width); ++i) {
      out_cb[i] = static_cast<std::uint8_t>(ToByte(way.cb_cb * cb[i] + way.cb_cr * cr[i] + 128));
      out_cr[i] = static_cast<std::uint8_t>(ToByte(way.cr_cb * cb[i] + way.cr_cr * cr[i] + 128));
    }
  }
}

}  // namespace

bool HasJpegPlanes(int pixel_format) {
  if (!IsPlanarYuv(pixel_format)) return false;
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(pixel_format));
  return (format->flags & AV_PIX_FMT_FLAG_ALPHA) == 0 &&
         format->log2_chroma_w == format->log2_chroma_h;
}

Result<JpegPlanes> ToJpegPlanes(const AVFrame& picture) {
  if (!HasJpegPlanes(picture.format)) {
    return Error{ErrorCode::kInternal, "ToJpegPlanes called with another kind of picture"};
  }
  HYPERLOCAL_TRY(const YuvMatrix matrix, MatrixOfPicture(picture));
  const AVPixFmtDescriptor* format =
      av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  const SampleScale scale = ScaleOf(IsFullRange(picture), format->comp[0].depth);
  const Recoding way = RecodingOf(matrix);
  JpegPlanes planes{.width = picture.width,
                    .height = picture.height,
                    .coarse_chroma = format->log2_chroma_w != 0,
                    .y = {},
                    .cb = {},
                    .cr = {}};
  planes.y.resize(static_cast<std::size_t>(planes.width) * static_cast<std::size_t>(planes.height));
  planes.cb.resize(static_cast<std::size_t>(planes.chroma_width()) *
                   static_cast<std::size_t>(planes.chroma_height()));
  planes.cr.resize(planes.cb.size());
  if (format->comp[0].depth > 8) {
    RecodeLuma<std::uint16_t>(picture, *format, way, scale, planes);
    RecodeChroma<std::uint16_t>(picture, *format, way, scale, planes);
  } else {
    RecodeLuma<std::uint8_t>(picture, *format, way, scale, planes);
    RecodeChroma<std::uint8_t>(picture, *format, way, scale, planes);
  }
  return planes;
}

}  // namespace hyperlocal
