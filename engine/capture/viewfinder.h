#pragma once

#include <optional>

#include "engine/frame/pixel_rectangle.h"

namespace hyperlocal {

// Which part of a page to look at, so that what changes from frame to frame stays in it (decision
// 18). To look elsewhere costs little, at a part of another size a frame more: so it looks ahead,
// and keeps its size as long as that will do. In whole blocks of 16 pixels, like what it is told.
class Viewfinder {
 public:
  Viewfinder() = default;
  Viewfinder(int width, int height) : width_(width), height_(height) {}

  // What changed in a frame. Afterwards the view holds that, and what is to be expected in the next
  // one.
  void Follow(const PixelRectangle& changed);
  // Nothing before the first Follow.
  const std::optional<PixelRectangle>& view() const { return view_; }

 private:
  // What `changed` comes to if it goes on for some frames as it has since the frame before.
  PixelRectangle Ahead(const PixelRectangle& changed, int frames) const;
  PixelRectangle AsLargeAsBefore(const PixelRectangle& wanted) const;

  int width_ = 0, height_ = 0;  // of the page, in pixels
  std::optional<PixelRectangle> changed_;
  std::optional<PixelRectangle> view_;
};

}  // namespace hyperlocal
