#pragma once

#include <memory>

#include "engine/capture/frame_source.h"
#include "engine/composition/test_card.h"
#include "engine/error/result.h"

namespace hyperlocal {

// A FrameSource without a browser. A frame shows, as kRgb24, the card's pattern, a white box with a
// black rim that bounces above it, and in the lowest third the frame number as a barcode
// (engine/capture/frame_barcode.h), so that a decoded video tells which frame is where
// (golden/frame_number.h reads it).
//
// Every frame is a pure function of the card and its number: the same bytes in every order and
// process and on every machine. Capture of a frame outside the card is kInvalidComposition, and so
// is making a source of a card that ValidateTestCard refuses.
Result<std::unique_ptr<FrameSource>> CreateTestCardSource(const TestCard& card);

}  // namespace hyperlocal
