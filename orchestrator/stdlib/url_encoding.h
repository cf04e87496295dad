#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hyperlocal::workflow {

// Percent-encoding of all but the unreserved characters of RFC 3986; a space becomes `space`.
std::string EncodeForUrl(std::string_view text, std::string_view space);

// Undoes both forms: `+` is a space. Nothing for a `%` without two hexadecimal digits.
std::optional<std::string> DecodeFromUrl(std::string_view text);

}  // namespace hyperlocal::workflow
