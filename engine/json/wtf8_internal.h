#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hyperlocal {

// WTF-8: UTF-8 that may also hold surrogates which have no partner, as three bytes each.
// JavaScript's strings map onto it one to one.

inline bool IsHighSurrogate(std::uint32_t code) {
  return code >= 0xD800 && code <= 0xDBFF;
}
inline bool IsLowSurrogate(std::uint32_t code) {
  return code >= 0xDC00 && code <= 0xDFFF;
}
inline bool IsSurrogate(std::uint32_t code) {
  return code >= 0xD800 && code <= 0xDFFF;
}
inline std::uint32_t JoinSurrogates(std::uint32_t high, std::uint32_t low) {
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

struct DecodedCode {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  // 0: not WTF-8 at this place
};

// The code point (or lone surrogate) at the front of `text`, which is not empty.
inline DecodedCode DecodeWtf8(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i) { return i < text.size() && (at(i) & 0xC0) == 0x80; };
  const auto low6 = [&](std::size_t i) { return static_cast<std::uint32_t>(at(i) & 0x3F); };
  const std::uint32_t lead = at(0);
  if (lead < 0x80) return {lead, 1};
  if (lead >= 0xC2 && lead <= 0xDF && continues(1)) return {(lead & 0x1F) << 6 | low6(1), 2};
  if (lead >= 0xE0 && lead <= 0xEF && continues(1) && continues(2)) {
    const std::uint32_t code = (lead & 0x0F) << 12 | low6(1) << 6 | low6(2);
    if (code >= 0x800) return {code, 3};
  }
  if (lead >= 0xF0 && lead <= 0xF4 && continues(1) && continues(2) && continues(3)) {
    const std::uint32_t code = (lead & 0x07) << 18 | low6(1) << 12 | low6(2) << 6 | low6(3);
    if (code >= 0x10000 && code <= 0x10FFFF) return {code, 4};
  }
  return {};
}

inline void AppendWtf8(std::uint32_t code, std::string& out) {
  const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6);
    add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

}  // namespace hyperlocal
