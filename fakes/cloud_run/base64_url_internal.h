#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hyperlocal::cloud_run {

// Base64 with the alphabet of addresses and without padding (RFC 7515, section 2): how the parts of
// a token and the numbers of a key are written.
std::string Base64Url(std::string_view bytes);

// The bytes; nothing when the text is not exactly what Base64Url gives for some bytes, so that no
// two tokens differ in their text only.
std::optional<std::string> ParseBase64Url(std::string_view text);

}  // namespace hyperlocal::cloud_run
