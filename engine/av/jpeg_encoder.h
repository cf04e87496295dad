#pragma once

#include <cstdint>
#include <vector>

#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

struct JpegSettings {
  int quality = 95;
  bool coarse_chroma = false;  // at half the resolution in both directions
};

// The picture, kRgb24, as a JPEG. The same bytes for the same pixels. Error: kMedia.
Result<std::vector<std::uint8_t>> EncodeJpeg(const Frame& frame, const JpegSettings& settings);

}  // namespace hyperlocal
