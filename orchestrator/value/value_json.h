#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// Reads JSON text (RFC 8259). A number written without fraction and exponent that fits 64 bits is
// an integer, every other one a double. Of a key that occurs twice the last value counts, at the
// first one's place. Halves of surrogate pairs and bytes that are not UTF-8 become U+FFFD. Errors:
// kInvalidJson, saying what and at which byte; also for more than Value::kDepthLimit levels and for
// a number beyond the doubles.
Result<Value> ParseJsonValue(std::string_view text);

// How JsonText breaks lines, as json.encode's `indent` argument describes it: every element on a
// line of its own that begins with `prefix` and one `indent` a level.
struct JsonIndent {
  std::string prefix;
  std::string indent = "    ";
};

// JSON as the service writes it: keys of maps sorted by bytes at every depth, no white space unless
// asked for, doubles in the shortest digits that read back (see DoubleText). Errors: kInvalidJson
// naming what has no JSON form: bytes, functions, infinities and NaN.
Result<std::string> JsonText(const Value& value,
                             const std::optional<JsonIndent>& indent = std::nullopt);

// A double in the shortest digits that read back to it; with an exponent from 1e21 up and below
// 1e-6. A whole number has no fraction: 2.0 is "2". "+Inf", "-Inf" and "NaN" for the rest.
std::string DoubleText(double value);

// `text` as a JSON string, quotes included.
std::string JsonString(std::string_view text);

}  // namespace hyperlocal::workflow
