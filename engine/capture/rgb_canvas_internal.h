#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "engine/capture/frame_barcode.h"

namespace hyperlocal {

using RgbColor = std::array<std::uint8_t, 3>;

// Draws into packed kRgb24 pixels that belong to somebody else and outlive it.
class RgbCanvas {
 public:
  RgbCanvas(int width, int height, std::vector<std::uint8_t>& pixels)
      : width_(width), height_(height), pixels_(pixels.data()) {}

  std::uint8_t* Row(int y) {
    return pixels_ + static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) * 3;
  }

  // What lies outside the picture is cut off.
  void Fill(PixelRectangle area, const RgbColor& color) {
    area.left = std::max(area.left, 0);
    area.top = std::max(area.top, 0);
    area.right = std::min(area.right, width_);
    area.bottom = std::min(area.bottom, height_);
    if (area.left >= area.right || area.top >= area.bottom) return;
    std::uint8_t* const first = Row(area.top) + static_cast<std::size_t>(area.left) * 3;
    const std::size_t bytes = static_cast<std::size_t>(area.right - area.left) * 3;
    for (std::size_t i = 0; i < bytes; ++i) first[i] = color[i % 3];
    for (int y = area.top + 1; y < area.bottom; ++y) {
      std::memcpy(Row(y) + static_cast<std::size_t>(area.left) * 3, first, bytes);
    }
  }

 private:
  int width_;
  int height_;
  std::uint8_t* pixels_;
};

}  // namespace hyperlocal
