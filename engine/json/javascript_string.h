#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace hyperlocal {

// `value` as JavaScript's String(value) makes it: strings as they are, "null", array elements
// joined by commas,
// "[object Object]". For messages that show what was got, and for checks that JavaScript makes on
// it.
std::string JavaScriptString(const nlohmann::json& value);

}  // namespace hyperlocal
