#include "engine/json/json_object.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace hyperlocal {
namespace {
constexpr double kLargestExactInteger = 9007199254740991;
}  // namespace

Result<JsonObject> JsonObject::Of(const nlohmann::json& value, std::string where) {
  if (!value.is_object()) {
    return Error{ErrorCode::kInvalidJson, where + ": must be a JSON object"};
  }
  return JsonObject(value, std::move(where));
}

const nlohmann::json* JsonObject::Find(std::string_view name) const {
  const auto it = value_->find(name);
  return it == value_->end() ? nullptr : &*it;
}

Error JsonObject::Bad(std::string_view name, std::string_view expectation) const {
  return Error{ErrorCode::kInvalidJson, where_ + ": " + std::string(name) + " must be " +
                                            std::string(expectation) +
                                            (Find(name) ? "" : ", and is missing")};
}

Result<std::string> JsonObject::Text(std::string_view name) const {
  const nlohmann::json* member = Find(name);
  if (!member || !member->is_string()) return Bad(name, "a string");
  return member->get<std::string>();
}

Result<bool> JsonObject::Boolean(std::string_view name) const {
  const nlohmann::json* member = Find(name);
  if (!member || !member->is_boolean()) return Bad(name, "true or false");
  return member->get<bool>();
}

Result<double> JsonObject::Number(std::string_view name) const {
  const nlohmann::json* member = Find(name);
  if (!member || !member->is_number() || !std::isfinite(member->get<double>())) {
    return Bad(name, "a number");
  }
  return member->get<double>();
}

Result<std::int64_t> JsonObject::Integer(std::string_view name, std::int64_t minimum) const {
  const nlohmann::json* member = Find(name);
  const double number = member && member->is_number() ? member->get<double>() : NAN;
  if (std::trunc(number) != number || number < static_cast<double>(minimum) ||
      std::abs(number) > kLargestExactInteger) {
    return Bad(name, "an integer of at least " + std::to_string(minimum));
  }
  return static_cast<std::int64_t>(number);
}

Result<int> JsonObject::Int(std::string_view name, int minimum) const {
  HYPERLOCAL_TRY(const std::int64_t number, Integer(name, minimum));
  if (number > std::numeric_limits<int>::max()) return Bad(name, "a smaller number");
  return static_cast<int>(number);
}

Result<JsonObject> JsonObject::Object(std::string_view name) const {
  const nlohmann::json* member = Find(name);
  if (!member || !member->is_object()) return Bad(name, "an object");
  return Of(*member, where_ + "." + std::string(name));
}

}  // namespace hyperlocal
