#include "engine/av/jpeg_encoder.h"

#include <turbojpeg.h>

#include <array>
#include <memory>
#include <string>

#include "engine/av/jpeg_planes_internal.h"

namespace hyperlocal {
namespace {

struct CompressorDeleter {
  void operator()(void* handle) const { tjDestroy(handle); }
};

// A compressor holds its tables and row buffers; one a thread, kept for the next picture.
Result<tjhandle> Compressor() {
  thread_local const std::unique_ptr<void, CompressorDeleter> compressor(tjInitCompress());
  if (compressor == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  return compressor.get();
}

constexpr int kFlags = TJFLAG_ACCURATEDCT | TJFLAG_NOREALLOC;

Error Failure(tjhandle compressor) {
  return {ErrorCode::kMedia, std::string("encoding a JPEG: ") + tjGetErrorStr2(compressor)};
}

}  // namespace

Result<std::vector<std::uint8_t>> EncodeJpeg(const Frame& frame, const JpegSettings& settings) {
  if (frame.layout != PixelLayout::kRgb24) {
    return Error{ErrorCode::kInternal, "a JPEG has no alpha"};
  }
  HYPERLOCAL_TRY(const tjhandle compressor, Compressor());
  const int chroma = settings.coarse_chroma ? TJSAMP_420 : TJSAMP_444;
  std::vector<std::uint8_t> bytes(tjBufSize(frame.width, frame.height, chroma));
  unsigned char* to = bytes.data();
  unsigned long size = bytes.size();
  if (tjCompress2(compressor, frame.pixels.data(), frame.width, static_cast<int>(frame.row_bytes()),
                  frame.height, TJPF_RGB, &to, &size, chroma, settings.quality, kFlags) != 0) {
    return Failure(compressor);
  }
  bytes.resize(size);
  return bytes;
}

Result<std::vector<std::uint8_t>> EncodeJpeg(const JpegPlanes& planes, int quality) {
  HYPERLOCAL_TRY(const tjhandle compressor, Compressor());
  const int chroma = planes.coarse_chroma ? TJSAMP_420 : TJSAMP_444;
  std::vector<std::uint8_t> bytes(tjBufSize(planes.width, planes.height, chroma));
  unsigned char* to = bytes.data();
  unsigned long size = bytes.size();
  std::array<const unsigned char*, 3> rows{planes.y.data(), planes.cb.data(), planes.cr.data()};
  const std::array strides{planes.width, planes.chroma_width(), planes.chroma_width()};
  if (tjCompressFromYUVPlanes(compressor, rows.data(), planes.width, strides.data(), planes.height,
                              chroma, &to, &size, quality, kFlags) != 0) {
    return Failure(compressor);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace hyperlocal
