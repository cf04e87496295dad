#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include "engine/av/jpeg_encoder.h"
#include "engine/av/jpeg_planes_internal.h"
#include "engine/av/upright_picture_internal.h"
#include "engine/av/yuv_to_rgb_internal.h"

namespace hyperlocal {
namespace {

PictureTurn TurnOf(const AVStream& stream) {
  const auto* matrix = reinterpret_cast<const std::int32_t*>(
      av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
  if (matrix == nullptr) return {};
  const auto sign = [](std::int32_t value) {
    constexpr std::int32_t kHalf = 1 << 15;  // of 1.0 in 16.16
    return value > kHalf ? 1 : value < -kHalf ? -1 : 0;
  };
  const PictureTurn turn{sign(matrix[0]), sign(matrix[1]), sign(matrix[3]), sign(matrix[4])};
  const bool quarter = std::abs(turn.a) + std::abs(turn.b) == 1 &&
                       std::abs(turn.c) + std::abs(turn.d) == 1 &&
                       std::abs(turn.a) == std::abs(turn.d);
  return quarter ? turn : PictureTurn();
}

UprightSize SquarePixels(AVRational aspect, UprightSize size) {
  if (aspect.num <= 0 || aspect.den <= 0 || aspect.num == aspect.den) return size;
  // The longer side grows, as players do it: nothing of the picture is thrown away.
  if (aspect.num > aspect.den) {
    size.width = static_cast<int>(av_rescale(size.width, aspect.num, aspect.den));
  } else {
    size.height = static_cast<int>(av_rescale(size.height, aspect.den, aspect.num));
  }
  return size;
}

UprightSize Turned(const PictureTurn& turn, UprightSize size) {
  if (turn.swaps_sides()) std::swap(size.width, size.height);
  return size;
}

// Pixels of `size` bytes, rows packed, of width times height.
std::vector<std::uint8_t> TurnPixels(const std::vector<std::uint8_t>& pixels, int width, int height,
                                     std::size_t size, const PictureTurn& turn) {
  std::vector<std::uint8_t> out(pixels.size());
  const UprightSize turned = Turned(turn, {width, height});
  const std::size_t row_bytes = static_cast<std::size_t>(turned.width) * size;
  const int from_x = (turn.a < 0 ? width - 1 : 0) + (turn.c < 0 ? height - 1 : 0);
  const int from_y = (turn.b < 0 ? width - 1 : 0) + (turn.d < 0 ? height - 1 : 0);
  const std::uint8_t* in = pixels.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, in += size) {
      const auto to_x = static_cast<std::size_t>(from_x + turn.a * x + turn.c * y);
      const auto to_y = static_cast<std::size_t>(from_y + turn.b * x + turn.d * y);
      std::memcpy(out.data() + to_y * row_bytes + to_x * size, in, size);
    }
  }
  return out;
}

Frame TurnFrame(const Frame& frame, const PictureTurn& turn) {
  const UprightSize turned = Turned(turn, {frame.width, frame.height});
  return Frame{
      turned.width, turned.height, frame.layout,
      TurnPixels(frame.pixels, frame.width, frame.height, BytesPerPixel(frame.layout), turn)};
}

void TurnPlanes(JpegPlanes& planes, const PictureTurn& turn) {
  const int width = planes.chroma_width();
  const int height = planes.chroma_height();
  planes.y = TurnPixels(planes.y, planes.width, planes.height, 1, turn);
  planes.cb = TurnPixels(planes.cb, width, height, 1, turn);
  planes.cr = TurnPixels(planes.cr, width, height, 1, turn);
  if (turn.swaps_sides()) std::swap(planes.width, planes.height);
}

// Any picture to a packed one by swscale, of that size.
Result<Frame> Scale(const AVFrame& picture, AVPixelFormat to, int width, int height) {
  const auto from = static_cast<AVPixelFormat>(picture.format);
  const ScalerHandle scaler(
      sws_getContext(picture.width, picture.height, from, width, height, to,
                     SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP,
                     nullptr, nullptr, nullptr));
  if (scaler == nullptr) {
    const char* name = av_get_pix_fmt_name(from);
    return Error{ErrorCode::kMedia, std::string("pixels of the format ") +
                                        (name == nullptr ? "unknown" : name) +
                                        " cannot be converted to RGB"};
  }
  const bool is_bt709 = picture.colorspace == AVCOL_SPC_BT709 ||
                        (picture.colorspace == AVCOL_SPC_UNSPECIFIED && picture.height >= 720);
  const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(from);
  const bool is_rgb = (description->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) != 0 ||
                      description->nb_components < 3;
  // Fails, harmlessly, for formats that have no matrix.
  sws_setColorspaceDetails(scaler.get(),
                           sws_getCoefficients(is_bt709 ? SWS_CS_ITU709 : SWS_CS_ITU601),
                           is_rgb || picture.color_range == AVCOL_RANGE_JPEG ? 1 : 0,
                           sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
  // swscale writes whole vectors past the end of a row: it gets a padded picture.
  const FrameHandle packed(av_frame_alloc());
  if (packed == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  packed->format = to;
  packed->width = width;
  packed->height = height;
  int code = av_frame_get_buffer(packed.get(), 0);
  if (code >= 0) {
    code = sws_scale(scaler.get(), picture.data, picture.linesize, 0, picture.height, packed->data,
                     packed->linesize);
  }
  if (code < 0) return LibavError(code, "converting to RGB");
  Frame frame{
      width, height, to == AV_PIX_FMT_RGBA ? PixelLayout::kRgba32 : PixelLayout::kRgb24, {}};
  frame.pixels.resize(frame.row_bytes() * static_cast<std::size_t>(height));
  for (int row = 0; row < height; ++row) {
    std::memcpy(frame.pixels.data() + static_cast<std::size_t>(row) * frame.row_bytes(),
                packed->data[0] + std::ptrdiff_t{row} * packed->linesize[0], frame.row_bytes());
  }
  return frame;
}

Result<Frame> Resize(Frame frame, UprightSize size) {
  if (frame.width == size.width && frame.height == size.height) return frame;
  const FrameHandle picture(av_frame_alloc());
  if (picture == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  const AVPixelFormat format =
      frame.layout == PixelLayout::kRgba32 ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
  picture->format = format;
  picture->width = frame.width;
  picture->height = frame.height;
  picture->data[0] = frame.pixels.data();  // not owned: no buffer is set
  picture->linesize[0] = static_cast<int>(frame.row_bytes());
  return Scale(*picture, format, size.width, size.height);
}

// The fourth plane of a planar picture, as the fourth byte of every pixel.
Frame WithAlphaPlane(const Frame& rgb, const AVFrame& picture, int depth) {
  Frame out{rgb.width, rgb.height, PixelLayout::kRgba32, {}};
  out.pixels.resize(out.row_bytes() * static_cast<std::size_t>(out.height));
  const auto width = static_cast<std::size_t>(rgb.width);
  const int top = (1 << depth) - 1;
  for (int row = 0; row < rgb.height; ++row) {
    const std::uint8_t* in = rgb.pixels.data() + static_cast<std::size_t>(row) * rgb.row_bytes();
    const std::uint8_t* plane = picture.data[3] + std::ptrdiff_t{row} * picture.linesize[3];
    std::uint8_t* to = out.pixels.data() + static_cast<std::size_t>(row) * out.row_bytes();
    for (std::size_t x = 0; x < width; ++x, in += 3, to += 4) {
      std::memcpy(to, in, 3);
      if (depth == 8) {
        to[3] = plane[x];
        continue;
      }
      std::uint16_t sample = 0;
      std::memcpy(&sample, plane + 2 * x, sizeof sample);
      to[3] = static_cast<std::uint8_t>((std::min<int>(sample, top) * 255 + top / 2) / top);
    }
  }
  return out;
}

Result<Frame> ToRgb(const AVFrame& picture) {
  const AVPixFmtDescriptor* format =
      av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  const bool alpha = format != nullptr && (format->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  if (!IsPlanarYuv(picture.format)) {
    return Scale(picture, alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24, picture.width,
                 picture.height);
  }
  HYPERLOCAL_TRY(Frame rgb, YuvToRgb(picture));
  if (!alpha) return rgb;
  return WithAlphaPlane(rgb, picture, format->comp[3].depth);
}

}  // namespace

UprightSize UprightSizeOf(AVFormatContext& demuxer, AVStream& stream) {
  const UprightSize stored{stream.codecpar->width, stream.codecpar->height};
  return Turned(TurnOf(stream),
                SquarePixels(av_guess_sample_aspect_ratio(&demuxer, &stream, nullptr), stored));
}

PictureShape ShapeOf(AVFormatContext& demuxer, AVStream& stream, AVFrame& picture) {
  return {TurnOf(stream), av_guess_sample_aspect_ratio(&demuxer, &stream, &picture)};
}

Result<Frame> UprightPicture(const AVFrame& picture, const PictureShape& shape) {
  HYPERLOCAL_TRY(Frame rgb, ToRgb(picture));
  const UprightSize square = SquarePixels(shape.aspect, {picture.width, picture.height});
  HYPERLOCAL_TRY(Frame frame, Resize(std::move(rgb), square));
  if (shape.turn.is_none()) return frame;
  return TurnFrame(frame, shape.turn);
}

Result<std::vector<std::uint8_t>> UprightJpeg(const AVFrame& picture, const PictureShape& shape,
                                              int quality) {
  const AVPixFmtDescriptor* format =
      av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  const bool coarse = format != nullptr && format->log2_chroma_w == 1 && format->log2_chroma_h == 1;
  const UprightSize square = SquarePixels(shape.aspect, {picture.width, picture.height});
  const bool is_square = square.width == picture.width && square.height == picture.height;
  // Turned, an odd side would begin with half of a colour sample.
  const bool even = picture.width % 2 == 0 && picture.height % 2 == 0;
  const bool keeps_chroma = !coarse || even || shape.turn.is_none();
  if (HasJpegPlanes(picture.format) && is_square && keeps_chroma) {
    HYPERLOCAL_TRY(JpegPlanes planes, ToJpegPlanes(picture));
    if (!shape.turn.is_none()) TurnPlanes(planes, shape.turn);
    return EncodeJpeg(planes, quality);
  }
  HYPERLOCAL_TRY(const Frame frame, UprightPicture(picture, shape));
  return EncodeJpeg(frame, {quality, coarse});
}

}  // namespace hyperlocal
