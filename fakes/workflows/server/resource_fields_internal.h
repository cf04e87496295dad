#pragma once

#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflows {

// Checks of the fields that clients send. All errors are kBadRequest and name the field.

// Whether there are no others: "Unknown name \"x\"".
Status CheckKnown(const workflow::ValueMap& resource,
                  std::initializer_list<std::string_view> names);

// A string, empty when it is absent or null.
Result<std::string> TextOfField(const workflow::ValueMap& resource, std::string_view field);
// false when it is absent or null.
Result<bool> FlagOfField(const workflow::ValueMap& resource, std::string_view field);
// The name of an enum's value, which may also come as its number; `names` in the order of numbers.
Result<std::string> EnumOfField(const workflow::ValueMap& resource, std::string_view field,
                                std::span<const std::string_view> names);
// At most 64, keys and values of at most 63 characters.
Result<workflow::Value> LabelsOfField(const workflow::ValueMap& resource);
// A map of strings.
Result<std::map<std::string, std::string>> TextsOfField(const workflow::ValueMap& resource,
                                                        std::string_view field);

std::span<const std::string_view> CallLogLevels();
std::span<const std::string_view> ExecutionHistoryLevels();

}  // namespace hyperlocal::workflows
