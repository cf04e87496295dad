#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace hyperlocal {

// `value` as JavaScript's String(value) makes it: strings as they are, "null", array elements
// joined by commas,
// "[object Object]". For messages that show what was got, and for checks that JavaScript makes on
// it.
std::string JavaScriptString(const nlohmann::json& value);

// A text as JavaScript encodes it in UTF-8: a surrogate without its partner becomes U+FFFD.
std::string EncodedText(std::string_view wtf8);

}  // namespace hyperlocal
