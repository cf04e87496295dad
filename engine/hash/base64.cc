#include "engine/hash/base64.h"

#include <array>
#include <cstddef>

namespace hyperlocal {
namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoLetter = 0xFF;

constexpr std::array<std::uint8_t, 256> ValuesOfLetters() {
  std::array<std::uint8_t, 256> values{};
  for (std::uint8_t& value : values) value = kNoLetter;
  for (std::size_t i = 0; i < kLetters.size(); ++i) {
    values[static_cast<std::uint8_t>(kLetters[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> kValues = ValuesOfLetters();

}  // namespace

std::string Base64(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = bytes.size() - i < 3 ? bytes.size() - i : 3;
    std::uint32_t group = std::uint32_t{bytes[i]} << 16;
    if (count > 1) group |= std::uint32_t{bytes[i + 1]} << 8;
    if (count > 2) group |= bytes[i + 2];
    text += kLetters[group >> 18];
    text += kLetters[(group >> 12) & 63];
    text += count > 1 ? kLetters[(group >> 6) & 63] : '=';
    text += count > 2 ? kLetters[group & 63] : '=';
  }
  return text;
}

std::optional<std::vector<std::uint8_t>> ParseBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::string_view letters = text.substr(i, 4);
    std::size_t padding = 0;
    if (i + 4 == text.size()) {
      if (letters[3] == '=') padding = letters[2] == '=' ? 2 : 1;
    }
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const std::uint8_t value =
          k < 4 - padding ? kValues[static_cast<std::uint8_t>(letters[k])] : std::uint8_t{0};
      if (value == kNoLetter) return std::nullopt;
      group = group << 6 | value;
    }
    bytes.push_back(static_cast<std::uint8_t>(group >> 16));
    if (padding < 2) bytes.push_back(static_cast<std::uint8_t>(group >> 8));
    if (padding < 1) bytes.push_back(static_cast<std::uint8_t>(group));
    // What the padding cuts off must be zero: two texts for the same bytes would be one too many.
    if ((padding == 2 && (group & 0xFFFF) != 0) || (padding == 1 && (group & 0xFF) != 0))
      return std::nullopt;
  }
  return bytes;
}

}  // namespace hyperlocal
