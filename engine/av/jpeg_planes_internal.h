#pragma once

#include <cstdint>
#include <vector>

#include "engine/error/result.h"

struct AVFrame;

namespace hyperlocal {

// A picture as a JPEG stores it: Y'CbCr by the BT.601 matrix in full range, chroma of 4:2:0 in the
// middle of its four pixels.
struct JpegPlanes {
  int width = 0;
  int height = 0;
  bool coarse_chroma = false;           // 4:2:0, else 4:4:4
  std::vector<std::uint8_t> y, cb, cr;  // rows packed

  int chroma_width() const { return coarse_chroma ? (width + 1) / 2 : width; }
  int chroma_height() const { return coarse_chroma ? (height + 1) / 2 : height; }
};

// Whether ToJpegPlanes takes pictures of this AVPixelFormat: planar Y'CbCr without alpha, 4:2:0 or
// 4:4:4.
bool HasJpegPlanes(int pixel_format);

// A decoded picture to those of a JPEG, by the picture's own tags (see YuvToRgb). Between two
// Y'CbCr matrices luma is shifted by the chroma and chroma is mixed with itself, so colour stays at
// its own resolution: no detour through RGB, which would blur it twice and round thrice. What is
// outside of RGB is cut off by whoever decodes the JPEG. Error: kMedia (a matrix that is no linear
// one).
Result<JpegPlanes> ToJpegPlanes(const AVFrame& picture);

// As EncodeJpeg of a Frame. Error: kMedia.
Result<std::vector<std::uint8_t>> EncodeJpeg(const JpegPlanes& planes, int quality);

}  // namespace hyperlocal
