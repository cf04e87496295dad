#pragma once

namespace hyperlocal {

// A part of a picture, in pixels from its upper left corner.
struct PixelRect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  bool operator==(const PixelRect&) const = default;
};

}  // namespace hyperlocal
