#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "engine/error/result.h"

namespace hyperlocal {

// Reads the members of a JSON object whose shape is known. Every getter answers kInvalidJson with
// "<where>: <name> must be …" when the member is absent or of another type.
class JsonObject {
 public:
  // `where` names the object in errors: "plan.json", "meta/chunks.json[3]". Error: kInvalidJson
  // when `value` is no object. `value` must outlive the result.
  static Result<JsonObject> Of(const nlohmann::json& value, std::string where);

  // The member, or null.
  const nlohmann::json* Find(std::string_view name) const;

  Result<std::string> Text(std::string_view name) const;
  Result<bool> Boolean(std::string_view name) const;
  Result<double> Number(std::string_view name) const;  // finite
  // A whole number of at least `minimum`, and one that a double holds exactly.
  Result<std::int64_t> Integer(std::string_view name, std::int64_t minimum) const;
  // The same, for what fits into an int.
  Result<int> Int(std::string_view name, int minimum) const;
  Result<JsonObject> Object(std::string_view name) const;

  Error Bad(std::string_view name, std::string_view expectation) const;

 private:
  JsonObject(const nlohmann::json& value, std::string where)
      : value_(&value), where_(std::move(where)) {}

  const nlohmann::json* value_;
  std::string where_;
};

}  // namespace hyperlocal
