#include "orchestrator/stdlib/raised.h"

#include <fmt/core.h>

namespace hyperlocal::workflow {
namespace {

Raised RaisePrefixed(std::string_view tag, std::string_view message,
                     std::string_view wider_tag = "") {
  std::string text = fmt::format("{}: {}", tag, message);
  if (wider_tag.empty()) return RaiseTagged(std::move(text), {tag});
  return RaiseTagged(std::move(text), {tag, wider_tag});
}

}  // namespace

Raised RaiseTagged(std::string message, std::initializer_list<std::string_view> tags) {
  ValueList list;
  for (const std::string_view tag : tags) list.emplace_back(tag);
  ValueMap map;
  map.Set("message", Value(std::move(message)));
  map.Set("tags", Value(std::move(list)));
  return Raised{.value = Value(std::move(map)), .catchable = true};
}

Raised RaiseTypeError(std::string_view message) {
  return RaisePrefixed("TypeError", message);
}

Raised RaiseValueError(std::string_view message) {
  return RaisePrefixed("ValueError", message);
}

Raised RaiseKeyError(std::string_view key) {
  return RaisePrefixed("KeyError", fmt::format("key not found: {}", key), "LookupError");
}

Raised RaiseIndexError(std::string_view message) {
  return RaisePrefixed("IndexError", message, "LookupError");
}

Raised RaiseZeroDivisionError(std::string_view message) {
  return RaisePrefixed("ZeroDivisionError", message);
}

Raised RaiseRecursionError(std::string_view message) {
  return RaisePrefixed("RecursionError", message);
}

Raised RaiseParallelNestingError(std::string_view message) {
  return RaisePrefixed("ParallelNestingError", message);
}

Raised RaiseResourceLimitError(std::string_view message) {
  Raised raised = RaisePrefixed("ResourceLimitError", message);
  raised.catchable = false;
  return raised;
}

std::string_view TypeNameInErrors(const Value& value) {
  return value.is_map() ? "dict" : KindName(value.kind());
}

}  // namespace hyperlocal::workflow
