#include "engine/av/image_codec.h"

#include <turbojpeg.h>

#include <memory>
#include <string>
#include <utility>

#include "engine/av/png_internal.h"

namespace hyperlocal {
namespace {

struct TurboJpegDeleter {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using TurboJpegHandle = std::unique_ptr<void, TurboJpegDeleter>;

Error JpegError(tjhandle handle) {
  return Error{ErrorCode::kMedia, std::string("decoding a JPEG: ") + tjGetErrorStr2(handle)};
}

Result<Frame> DecodeJpeg(const std::vector<std::uint8_t>& bytes) {
  // A decompressor holds its tables and row buffers; one a thread, kept for the next picture.
  thread_local const TurboJpegHandle decompressor(tjInitDecompress());
  if (decompressor == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  Frame frame;
  int subsampling = 0;
  int color_space = 0;
  if (tjDecompressHeader3(decompressor.get(), bytes.data(), bytes.size(), &frame.width,
                          &frame.height, &subsampling, &color_space) != 0) {
    return JpegError(decompressor.get());
  }
  frame.pixels.resize(frame.row_bytes() * static_cast<std::size_t>(frame.height));
  // Chroma is repeated, not interpolated (TJFLAG_FASTUPSAMPLE): the encoder averages the same 2x2
  // blocks again, so the JPEG's chroma passes through unchanged instead of being blurred twice. A
  // warning (a cut-off file, say) comes back as a failure too, and is one: a picture with a grey
  // lower half is no frame.
  if (tjDecompress2(decompressor.get(), bytes.data(), bytes.size(), frame.pixels.data(),
                    frame.width, static_cast<int>(frame.row_bytes()), frame.height, TJPF_RGB,
                    TJFLAG_ACCURATEDCT | TJFLAG_FASTUPSAMPLE) != 0) {
    return JpegError(decompressor.get());
  }
  return frame;
}

Result<Frame> TakeRaw(CapturedImage image, PixelLayout layout) {
  Frame frame{.width = image.width, .height = image.height, .layout = layout, .pixels = {}};
  if (image.width < 1 || image.height < 1 ||
      image.bytes.size() != frame.row_bytes() * static_cast<std::size_t>(image.height)) {
    return Error{ErrorCode::kMedia, "a raw picture of " + std::to_string(image.width) + "x" +
                                        std::to_string(image.height) + " does not have " +
                                        std::to_string(image.bytes.size()) + " bytes"};
  }
  frame.pixels = std::move(image.bytes);
  return frame;
}

}  // namespace

Result<Frame> DecodeImage(CapturedImage image) {
  switch (image.format) {
    case ImageFormat::kJpeg:
      return DecodeJpeg(image.bytes);
    case ImageFormat::kPng:
      return DecodePng(image.bytes);
    case ImageFormat::kRgb24:
      return TakeRaw(std::move(image), PixelLayout::kRgb24);
    case ImageFormat::kRgba32:
      return TakeRaw(std::move(image), PixelLayout::kRgba32);
  }
  return Error{ErrorCode::kInternal, "an image format that DecodeImage does not know"};
}

Frame WithAlpha(Frame frame) {
  if (frame.layout == PixelLayout::kRgba32) return frame;
  Frame with{.width = frame.width,
             .height = frame.height,
             .layout = PixelLayout::kRgba32,
             .pixels = std::vector<std::uint8_t>(frame.pixels.size() / 3 * 4)};
  const std::uint8_t* from = frame.pixels.data();
  std::uint8_t* to = with.pixels.data();
  for (std::size_t left = frame.pixels.size() / 3; left > 0; --left, from += 3, to += 4) {
    to[0] = from[0];
    to[1] = from[1];
    to[2] = from[2];
    to[3] = 255;
  }
  return with;
}

}  // namespace hyperlocal
