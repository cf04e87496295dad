#include "engine/av/jpeg_encoder.h"

#include <turbojpeg.h>

#include <memory>
#include <string>

namespace hyperlocal {
namespace {

struct CompressorDeleter {
  void operator()(void* handle) const { tjDestroy(handle); }
};

}  // namespace

Result<std::vector<std::uint8_t>> EncodeJpeg(const Frame& frame, const JpegSettings& settings) {
  if (frame.layout != PixelLayout::kRgb24) {
    return Error{ErrorCode::kInternal, "a JPEG has no alpha"};
  }
  // A compressor holds its tables and row buffers; one a thread, kept for the next picture.
  thread_local const std::unique_ptr<void, CompressorDeleter> compressor(tjInitCompress());
  if (compressor == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  const int chroma = settings.coarse_chroma ? TJSAMP_420 : TJSAMP_444;
  std::vector<std::uint8_t> bytes(tjBufSize(frame.width, frame.height, chroma));
  unsigned char* to = bytes.data();
  unsigned long size = bytes.size();
  if (tjCompress2(compressor.get(), frame.pixels.data(), frame.width,
                  static_cast<int>(frame.row_bytes()), frame.height, TJPF_RGB, &to, &size, chroma,
                  settings.quality, TJFLAG_ACCURATEDCT | TJFLAG_NOREALLOC) != 0) {
    return Error{ErrorCode::kMedia,
                 std::string("encoding a JPEG: ") + tjGetErrorStr2(compressor.get())};
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace hyperlocal
