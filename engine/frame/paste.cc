#include "engine/frame/paste.h"

#include <fmt/format.h>

#include <algorithm>

namespace hyperlocal {

bool Fits(const Frame& part, const PixelRectangle& place, int width, int height) {
  return place.left >= 0 && place.top >= 0 && place.right <= width && place.bottom <= height &&
         part.width == place.width() && part.height == place.height() &&
         part.pixels.size() == part.row_bytes() * static_cast<std::size_t>(part.height);
}

Status Paste(const Frame& part, const PixelRectangle& place, Frame& whole) {
  if (part.layout != whole.layout || !Fits(part, place, whole.width, whole.height)) {
    return Error{ErrorCode::kMedia,
                 fmt::format("a part of {}x{} pixels does not fit into {},{} to {},{} of {}x{}",
                             part.width, part.height, place.left, place.top, place.right,
                             place.bottom, whole.width, whole.height)};
  }
  const auto at = [](int number) { return static_cast<std::size_t>(number); };
  for (int row = 0; row < part.height; ++row) {
    std::copy_n(part.pixels.data() + at(row) * part.row_bytes(), part.row_bytes(),
                whole.pixels.data() + at(place.top + row) * whole.row_bytes() +
                    at(place.left) * BytesPerPixel(whole.layout));
  }
  return Ok();
}

}  // namespace hyperlocal
