#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/av/rgb_to_yuv_internal.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

// Where a 4:2:0 picture with alpha goes. Strides in bytes.
struct Yuva420Planes {
  Yuv420Planes color;
  std::uint8_t* alpha = nullptr;
  std::ptrdiff_t alpha_stride = 0;
};

// Where a 4:4:4 picture of ten bits with alpha goes: 16-bit words, the low ten used. Strides in
// bytes.
struct Yuva444Planes {
  std::uint16_t* y = nullptr;
  std::uint16_t* cb = nullptr;
  std::uint16_t* cr = nullptr;
  std::uint16_t* alpha = nullptr;
  std::ptrdiff_t y_stride = 0;
  std::ptrdiff_t cb_stride = 0;
  std::ptrdiff_t cr_stride = 0;
  std::ptrdiff_t alpha_stride = 0;
};

// Straight alpha in, straight alpha out, full range; a frame without alpha is opaque. Colours as
// RgbToYuv420Bt709, but the four pixels of a chroma sample count by their alpha: what is
// transparent has no colour that anybody sees, and Chrome calls it black. Width and height are
// even.
void RgbaToYuva420Bt709(const Frame& frame, const Yuva420Planes& planes);

// RGB → Y'CbCr 4:4:4, BT.709 matrix, limited range, 10 bits, each value the rounded exact one.
// Alpha a becomes 4a up to 127, 4a + 1 above and 1023 for 255: cutting off, rounding and scaling all
// give a back, and players do all three.
void RgbaToYuva444Bt709(const Frame& frame, const Yuva444Planes& planes);

}  // namespace hyperlocal
