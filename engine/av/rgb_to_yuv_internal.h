#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/frame/frame.h"

namespace hyperlocal {

// Where a 4:2:0 picture goes: three planes of bytes, strides in bytes. The chroma planes have half
// the width and half the height; both of the picture's are even.
struct Yuv420Planes {
  std::uint8_t* y = nullptr;
  std::uint8_t* cb = nullptr;
  std::uint8_t* cr = nullptr;
  std::ptrdiff_t y_stride = 0;
  std::ptrdiff_t cb_stride = 0;
  std::ptrdiff_t cr_stride = 0;
};

// RGB, full range → Y'CbCr 4:2:0, BT.709 matrix, limited range, 8 bits. Alpha is ignored.
//
// Promise: luma is the rounded exact value and chroma the exact value of the mean of its 2x2
// pixels, rounded once (both off by one only where the exact value lies within 0.02 of a half). The
// mean is sited in the middle of its four pixels; whoever stores the picture must say so
// (AVCHROMA_LOC_CENTER), because the default of H.264 is the left edge. Integer arithmetic only:
// the same bytes on every processor, whichever instructions it has.
//
// Written by hand for speed: swscale comes to the same pixels with SWS_AREA and SWS_ACCURATE_RND,
// in about twice the time (bench/media_bench.cc measures both).
//
// `frame` must have an even width and height and width * height * BytesPerPixel bytes.
void RgbToYuv420Bt709(const Frame& frame, const Yuv420Planes& planes);

// The same without the processor's optional instructions; here so that a test can compare the two.
void RgbToYuv420Bt709Portable(const Frame& frame, const Yuv420Planes& planes);

}  // namespace hyperlocal
