#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hyperlocal {

// Base64 with the alphabet for addresses and without padding (RFC 4648, section 5), as tokens have
// it.
std::string Base64Url(std::string_view bytes);
// The bytes; nothing when the text is not what Base64Url gives for some.
std::optional<std::string> ParseBase64Url(std::string_view text);

}  // namespace hyperlocal
