#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "engine/error/result.h"

namespace hyperlocal {

// Strings in the values below are UTF-8, or WTF-8 where JavaScript would hold a surrogate without
// its partner. Do not call nlohmann's own dump() on values that came from outside: it throws on
// such strings.

// A double as JavaScript's Number::toString writes it: shortest digits that read back to the same
// double, exponent from 1e21 up and below 1e-6, `-0` as `0`; NaN, Infinity and -Infinity by name
// (ECMA-262, Number::toString).
std::string JavaScriptNumber(double value);

// `value` as JSON.stringify writes it, object keys sorted at every depth by UTF-16 code units, no
// white space. Integers are written as the doubles they are in JavaScript: 9007199254740993 comes
// out as 9007199254740992. Errors: kInvalidJson for a number that is not finite, a string that is
// not WTF-8, a binary value.
Result<std::string> CanonicalJson(const nlohmann::json& value);

// `value` as JSON.stringify(value, null, 2) writes it: keys in the order they were put in. For the
// files of a plan, whose bytes go into its hash. Errors: as CanonicalJson.
Result<std::string> PrettyJson(const nlohmann::ordered_json& value);

// `value` as JSON.stringify(value) writes it: on one line, keys in the order they were put in.
// Errors: as CanonicalJson.
Result<std::string> CompactJson(const nlohmann::ordered_json& value);

// Parses JSON text without exceptions. Duplicate keys: the last wins, as in JavaScript. Lone
// surrogate escapes are kept (as WTF-8 in the strings). A number beyond the range of doubles is
// infinite, as in JavaScript. Errors: kInvalidJson naming `what`, line and column (in code points,
// from 1); also beyond kJsonDepthLimit nested containers.
inline constexpr int kJsonDepthLimit = 512;
Result<nlohmann::json> ParseJson(std::string_view text, std::string_view what);
// The same with the keys of objects in the order of the text. Looking a key up takes time that
// grows with the object.
Result<nlohmann::ordered_json> ParseOrderedJson(std::string_view text, std::string_view what);

}  // namespace hyperlocal
