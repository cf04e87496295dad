#include "fakes/workflows/server/resource_fields_internal.h"

#include <algorithm>
#include <array>

#include "orchestrator/value/utf8.h"

namespace hyperlocal::workflows {
namespace {

using workflow::Value;
using workflow::ValueMap;

constexpr std::size_t kMostLabels = 64;
constexpr std::size_t kLongestLabel = 63;

constexpr std::array<std::string_view, 4> kCallLogLevels{
    "CALL_LOG_LEVEL_UNSPECIFIED", "LOG_ALL_CALLS", "LOG_ERRORS_ONLY", "LOG_NONE"};
constexpr std::array<std::string_view, 3> kHistoryLevels{
    "EXECUTION_HISTORY_LEVEL_UNSPECIFIED", "EXECUTION_HISTORY_BASIC", "EXECUTION_HISTORY_DETAILED"};

Error Bad(std::string_view field, std::string_view expectation) {
  return Error{
      ErrorCode::kBadRequest,
      "Invalid value at '" + std::string(field) + "': it must be " + std::string(expectation),
      std::string(field)};
}

// The value; null when it is absent or null.
const Value* Given(const ValueMap& resource, std::string_view field) {
  const Value* const value = resource.Find(field);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::size_t Characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

std::span<const std::string_view> CallLogLevels() {
  return kCallLogLevels;
}
std::span<const std::string_view> ExecutionHistoryLevels() {
  return kHistoryLevels;
}

Status CheckKnown(const ValueMap& resource, std::initializer_list<std::string_view> names) {
  for (const ValueMap::Entry& entry : resource.entries()) {
    if (std::find(names.begin(), names.end(), entry.key) != names.end()) continue;
    return Error{ErrorCode::kBadRequest, "Invalid JSON payload received. Unknown name \"" +
                                             entry.key.substr(0, 100) + "\": Cannot find field."};
  }
  return Ok();
}

Result<std::string> TextOfField(const ValueMap& resource, std::string_view field) {
  const Value* const value = Given(resource, field);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return Bad(field, "a string");
  return value->string();
}

Result<bool> FlagOfField(const ValueMap& resource, std::string_view field) {
  const Value* const value = Given(resource, field);
  if (value == nullptr) return false;
  if (!value->is_boolean()) return Bad(field, "true or false");
  return value->boolean();
}

Result<std::string> EnumOfField(const ValueMap& resource, std::string_view field,
                                std::span<const std::string_view> names) {
  const Value* const value = Given(resource, field);
  if (value == nullptr) return std::string(names[0]);
  if (value->is_integer() && value->integer() >= 0 &&
      value->integer() < static_cast<std::int64_t>(names.size())) {
    return std::string(names[static_cast<std::size_t>(value->integer())]);
  }
  if (value->is_string() && std::find(names.begin(), names.end(), value->string()) != names.end()) {
    return value->string();
  }
  std::string known;
  for (const std::string_view name : names) {
    if (!known.empty()) known += ", ";
    known += name;
  }
  return Bad(field, "one of " + known);
}

Result<Value> LabelsOfField(const ValueMap& resource) {
  HYPERLOCAL_TRY(const auto labels, TextsOfField(resource, "labels"));
  if (labels.size() > kMostLabels) return Bad("labels", "64 labels at most");
  ValueMap map;
  for (const auto& [key, value] : labels) {
    if (key.empty() || Characters(key) > kLongestLabel || Characters(value) > kLongestLabel) {
      return Bad("labels", "of keys of 1 to 63 characters and values of at most 63");
    }
    map.Set(key, Value(value));
  }
  return Value(std::move(map));
}

Result<std::map<std::string, std::string>> TextsOfField(const ValueMap& resource,
                                                        std::string_view field) {
  std::map<std::string, std::string> texts;
  const Value* const value = Given(resource, field);
  if (value == nullptr) return texts;
  if (!value->is_map()) return Bad(field, "a map of strings");
  for (const ValueMap::Entry& entry : value->map().entries()) {
    if (!entry.value.is_string()) return Bad(field, "a map of strings");
    texts[entry.key] = entry.value.string();
  }
  return texts;
}

}  // namespace hyperlocal::workflows
