#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace hyperlocal {

struct PictureSize {
  int width = 0;
  int height = 0;
  bool operator==(const PictureSize&) const = default;
};

// The size of a JPEG or PNG by its head; nothing when it has none, or is neither.
std::optional<PictureSize> PictureSizeOf(std::span<const std::uint8_t> picture);

}  // namespace hyperlocal
