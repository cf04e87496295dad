#pragma once

namespace hyperlocal {

// Pixels [left, right) x [top, bottom) of a picture.
struct PixelRectangle {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
  constexpr int width() const { return right - left; }
  constexpr int height() const { return bottom - top; }
  constexpr bool contains(const PixelRectangle& other) const {
    return left <= other.left && top <= other.top && right >= other.right && bottom >= other.bottom;
  }
  bool operator==(const PixelRectangle&) const = default;
};

}  // namespace hyperlocal
