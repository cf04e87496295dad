#pragma once

#include <cstdint>

#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal::golden {

// Which frame of a test card this decoded picture shows, read from the barcode that the card
// carries (engine/capture/frame_barcode.h). The picture may have been compressed, and scaled as a
// whole, but not cropped. A picture that cannot be read with certainty is an error (kMedia) which
// says where it is damaged; never a guess.
Result<std::int64_t> ReadFrameNumber(const Frame& frame);

}  // namespace hyperlocal::golden
