#include "engine/json/javascript_string.h"

#include <nlohmann/json.hpp>

#include "engine/json/canonical_json.h"
#include "engine/json/wtf8_internal.h"

namespace hyperlocal {

std::string JavaScriptString(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number()) return JavaScriptNumber(value.get<double>());
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_null()) return "null";
  if (!value.is_array()) return "[object Object]";
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i > 0) out += ',';
    if (!value[i].is_null()) out += JavaScriptString(value[i]);
  }
  return out;
}

std::string EncodedText(std::string_view wtf8) {
  std::string out;
  while (!wtf8.empty()) {
    const DecodedCode next = DecodeWtf8(wtf8);
    const std::size_t bytes = next.bytes == 0 ? 1 : next.bytes;
    if (next.bytes == 0 || IsSurrogate(next.code)) {
      out += "\xEF\xBF\xBD";
    } else {
      out += wtf8.substr(0, bytes);
    }
    wtf8.remove_prefix(bytes);
  }
  return out;
}

}  // namespace hyperlocal
