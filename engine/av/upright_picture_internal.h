#pragma once

#include <cstdint>
#include <vector>

#include "engine/av/libav_handles_internal.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

// How a decoded picture is to be shown: turned and mirrored as its file's matrix says (quarter
// turns only; others are ignored, as browsers do), and with square pixels.
struct UprightSize {
  int width = 0;
  int height = 0;
};
UprightSize UprightSizeOf(AVFormatContext& demuxer, AVStream& stream);

// Where a source pixel goes: (x, y) → (a x + c y, b x + d y), each of a..d one of -1, 0, 1.
struct PictureTurn {
  int a = 1, b = 0, c = 0, d = 1;
  bool is_none() const { return a == 1 && b == 0 && c == 0 && d == 1; }
  bool swaps_sides() const { return a == 0; }
};

// What the file says of a picture's shape.
struct PictureShape {
  PictureTurn turn;
  AVRational aspect{0, 1};  // of a pixel; 0: unknown, taken for square
};
PictureShape ShapeOf(AVFormatContext& demuxer, AVStream& stream, AVFrame& picture);

// A decoded picture as RGB, or as RGBA where it has alpha, upright. Any pixel format; matrix and
// range by the picture's tags. Any thread. Error: kMedia.
Result<Frame> UprightPicture(const AVFrame& picture, const PictureShape& shape);

// The same as a JPEG, without its alpha if it has any, and without a detour through RGB where the
// file stores what a JPEG does. The same bytes for the same picture. Any thread. Error: kMedia.
Result<std::vector<std::uint8_t>> UprightJpeg(const AVFrame& picture, const PictureShape& shape,
                                              int quality);

}  // namespace hyperlocal
