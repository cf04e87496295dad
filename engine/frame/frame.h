#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hyperlocal {

// How the bytes of one pixel lie in memory, first byte first. Rows are packed: no padding between them.
enum class PixelLayout { kRgb24, kRgba32 };

constexpr std::size_t BytesPerPixel(PixelLayout layout) {
  return layout == PixelLayout::kRgb24 ? 3 : 4;
}

// One decoded picture: sRGB, full range, straight (not premultiplied) alpha.
struct Frame {
  int width = 0;
  int height = 0;
  PixelLayout layout = PixelLayout::kRgb24;
  std::vector<std::uint8_t> pixels;  // width * height * BytesPerPixel(layout) bytes

  std::size_t row_bytes() const { return static_cast<std::size_t>(width) * BytesPerPixel(layout); }
};

// Frames per second as a ratio; no frame time is ever a rounded double below the page boundary.
struct FrameRate {
  int num = 30;
  int den = 1;
  bool operator==(const FrameRate&) const = default;
};

}  // namespace hyperlocal
