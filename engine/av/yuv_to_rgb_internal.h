#pragma once

#include "engine/error/result.h"
#include "engine/frame/frame.h"

struct AVFrame;

namespace hyperlocal {

// Whether YuvToRgb takes pictures of this AVPixelFormat: planar Y'CbCr of 8 to 16 bits in any of
// 4:2:0, 4:2:2, 4:4:4 (alpha, if there is any, is ignored).
bool IsPlanarYuv(int pixel_format);

// Planar Y'CbCr → RGB, full range, by the picture's own tags: matrix (untagged: BT.709 from 720
// lines up, else BT.601), range (untagged: limited, or full for the yuvj formats), chroma siting
// (untagged: left, as H.264 says). Chroma is interpolated linearly between its own sites;
// everything is rounded once, at the end. Error: kMedia (a matrix that is no linear one: constant
// luminance, ICtCp, …).
//
// swscale is not used: it ignores the siting tag.
Result<Frame> YuvToRgb(const AVFrame& picture);

}  // namespace hyperlocal
