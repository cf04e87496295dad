#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hyperlocal::workflow {

// Strings of a workflow are UTF-8, and their lengths and positions count code points.

inline constexpr std::uint32_t kReplacementCharacter = 0xFFFD;

struct DecodedCharacter {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  // 0: not UTF-8 at this place
};

// The code point at the front of `text`, which is not empty. Strict: shortest forms, no surrogates.
DecodedCharacter DecodeUtf8(std::string_view text);

void AppendUtf8(std::uint32_t code, std::string& out);

bool IsValidUtf8(std::string_view text);

// Appends `bytes`; each byte that is not part of a character becomes U+FFFD.
void AppendValidUtf8(std::string_view bytes, std::string& out);

// How many code points `text` has.
std::size_t CountCharacters(std::string_view text);

// The byte at which code point number `index` begins; the end when there are fewer.
std::size_t ByteOfCharacter(std::string_view text, std::size_t index);

}  // namespace hyperlocal::workflow
