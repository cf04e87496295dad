#pragma once

#include "engine/error/result.h"
#include "engine/frame/frame.h"
#include "engine/frame/pixel_rectangle.h"

namespace hyperlocal {

// Whether `part` has the size of `place`, and `place` is inside of a picture of that size.
bool Fits(const Frame& part, const PixelRectangle& place, int width, int height);

// Puts `part` where it belongs in `whole`. Error: kMedia (it does not fit, or has another layout).
Status Paste(const Frame& part, const PixelRectangle& place, Frame& whole);

}  // namespace hyperlocal
