#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "engine/error/result.h"

namespace hyperlocal {

// A double as JavaScript's Number::toString writes it: shortest digits that read back to the same double,
// exponent from 1e21 up and below 1e-6, `-0` as `0` (ECMA-262, Number::toString).
std::string JavaScriptNumber(double value);

// `value` as JSON.stringify writes it, object keys sorted at every depth by UTF-16 code units, no white space.
// Errors: kInvalidJson for a number that is not finite.
Result<std::string> CanonicalJson(const nlohmann::json& value);

// Parses JSON text without exceptions. Duplicate keys: the last wins, as in JavaScript. Lone surrogate escapes
// are kept (as WTF-8 in the strings). Errors: kInvalidJson naming `what`, line and column; also beyond
// kJsonDepthLimit nested containers.
inline constexpr int kJsonDepthLimit = 512;
Result<nlohmann::json> ParseJson(std::string_view text, std::string_view what);

}  // namespace hyperlocal
