#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// What a step raises: what a workflow's own try/except sees as `e`. A failure of the workflow, not
// of us.
struct [[nodiscard]] Raised {
  Value value;
  // A limit of the service that was exceeded ends the execution at once; no except sees it.
  bool catchable = true;
};

// A value, or what was raised instead. The member names are those of Result, so that HYPERLOCAL_TRY
// hands on what was raised.
template <typename T>
class [[nodiscard]] Raising {
 public:
  Raising(T value) : state_(std::in_place_index<0>, std::move(value)) {}         // NOLINT
  Raising(Raised raised) : state_(std::in_place_index<1>, std::move(raised)) {}  // NOLINT

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  Raised& error() & { return std::get<1>(state_); }
  const Raised& error() const& { return std::get<1>(state_); }
  Raised&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Raised> state_;
};

// The error maps of the library and of the language: {"message", "tags"}. Messages carry the tag
// in front, as the service's do ("KeyError: key not found: taskCount"), but for those of HTTP calls
// and time-outs, which it writes without. A KeyError and an IndexError are LookupErrors too, a
// TimeoutError an OSError: those pairs were seen in the service's answers.
Raised RaiseTypeError(std::string_view message);
Raised RaiseValueError(std::string_view message);
Raised RaiseKeyError(std::string_view key);
Raised RaiseIndexError(std::string_view message);
Raised RaiseZeroDivisionError(std::string_view message);
Raised RaiseRecursionError(std::string_view message);
Raised RaiseParallelNestingError(std::string_view message);
// Not catchable.
Raised RaiseResourceLimitError(std::string_view message);
// A map with that message, as it is, and these tags.
Raised RaiseTagged(std::string message, std::initializer_list<std::string_view> tags);

// The name of a value's type in the service's own messages: a map is a 'dict' there.
std::string_view TypeNameInErrors(const Value& value);

}  // namespace hyperlocal::workflow
