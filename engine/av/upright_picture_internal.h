#pragma once

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

// A decoded picture of the stream as RGB, or as RGBA where it has alpha, upright. Any pixel format;
// matrix and range by the picture's tags. Error: kMedia.
Result<Frame> UprightPicture(AVFormatContext& demuxer, AVStream& stream, AVFrame& picture);

}  // namespace hyperlocal
