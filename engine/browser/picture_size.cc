#include "engine/browser/picture_size.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace hyperlocal {
namespace {

using Bytes = std::span<const std::uint8_t>;

int Number(Bytes bytes, std::size_t at, std::size_t length) {
  int number = 0;
  for (const std::uint8_t byte : bytes.subspan(at, length)) number = number << 8 | byte;
  return number;
}

// ITU-T T.81, B.1 and B.2: markers of two bytes, segments with their length behind them; the frame
// header has precision, height and width.
std::optional<PictureSize> SizeOfJpeg(Bytes jpeg) {
  constexpr std::uint8_t kMarker = 0xff, kFirstFrame = 0xc0, kLastFrame = 0xcf;
  constexpr std::array<std::uint8_t, 3> kNoFrames = {0xc4, 0xc8, 0xcc};  // tables among them
  constexpr std::size_t kFrameHead = 9;
  for (std::size_t at = 2; at + kFrameHead <= jpeg.size() && jpeg[at] == kMarker;) {
    const std::uint8_t kind = jpeg[at + 1];
    if (kind >= kFirstFrame && kind <= kLastFrame &&
        std::find(kNoFrames.begin(), kNoFrames.end(), kind) == kNoFrames.end()) {
      return PictureSize{Number(jpeg, at + 7, 2), Number(jpeg, at + 5, 2)};
    }
    at += 2 + static_cast<std::size_t>(Number(jpeg, at + 2, 2));
  }
  return std::nullopt;
}

}  // namespace

std::optional<PictureSize> PictureSizeOf(Bytes picture) {
  constexpr std::array<std::uint8_t, 2> kJpeg = {0xff, 0xd8};
  // The signature, and the length and name of the first chunk (PNG specification, 5.2 and 11.2.1).
  constexpr std::array<std::uint8_t, 16> kPng = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n',
                                                 0,    0,   0,   13,  'I',  'H',  'D',  'R'};
  const auto begins_with = [picture](const auto& head) {
    return picture.size() >= head.size() && std::equal(head.begin(), head.end(), picture.begin());
  };
  if (begins_with(kJpeg)) return SizeOfJpeg(picture);
  if (begins_with(kPng) && picture.size() >= kPng.size() + 8) {
    return PictureSize{Number(picture, kPng.size(), 4), Number(picture, kPng.size() + 4, 4)};
  }
  return std::nullopt;
}

}  // namespace hyperlocal
