#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/capture/frame_source.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

// Decodes what a FrameSource handed over: JPEG (libjpeg-turbo) and opaque sources to kRgb24, PNG to kRgb24 or, if it has an alpha
// channel, kRgba32. Takes the image by value so that raw pixels move instead of being copied. Error: kMedia.
Result<Frame> DecodeImage(CapturedImage image);

// A PNG of the frame, for people to look at.
Result<std::vector<std::uint8_t>> EncodePng(const Frame& frame);

}  // namespace hyperlocal
