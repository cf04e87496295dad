#include "engine/json/javascript_string.h"

#include <nlohmann/json.hpp>

#include "engine/json/canonical_json.h"

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

}  // namespace hyperlocal
