#pragma once

#include <cstdint>
#include <span>

#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

// A PNG of any kind, to kRgb24 or, if it has transparency, kRgba32. Error: kMedia.
//
// What Chrome writes (8 bits, RGB or RGBA, not interlaced) is decoded here, with libdeflate: a
// 1080p screenshot takes about a third of the time that libpng, libspng and libav need, which all
// inflate with zlib (bench/media_bench.cc). Any other kind of PNG goes to libav.
Result<Frame> DecodePng(std::span<const std::uint8_t> bytes);

}  // namespace hyperlocal
