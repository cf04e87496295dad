#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hyperlocal {

// Base64 with the standard alphabet and padding (RFC 4648, section 4), on one line.
std::string Base64(std::span<const std::uint8_t> bytes);

// The bytes; nothing when the text is not exactly what Base64 gives for some bytes: wrong letters,
// missing padding, bits left over.
std::optional<std::vector<std::uint8_t>> ParseBase64(std::string_view text);

}  // namespace hyperlocal
