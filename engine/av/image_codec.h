#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/capture/frame_source.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

// Decodes what a FrameSource handed over: JPEG (libjpeg-turbo) and opaque sources to kRgb24, PNG to
// kRgb24 or, if it has an alpha channel, kRgba32. Takes the image by value so that raw pixels move
// instead of being copied. Error: kMedia.
Result<Frame> DecodeImage(CapturedImage image);

// The same picture as kRgba32, opaque where there was no alpha.
Frame WithAlpha(Frame frame);

// A PNG of the frame, with alpha if it is kRgba32. The same bytes for the same pixels.
Result<std::vector<std::uint8_t>> EncodePng(const Frame& frame);

}  // namespace hyperlocal
