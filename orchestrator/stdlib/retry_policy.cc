#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "orchestrator/stdlib/library.h"

namespace hyperlocal::workflow {
namespace {

Value Map(std::initializer_list<std::pair<std::string_view, Value>> entries) {
  ValueMap map;
  for (const auto& [key, value] : entries) map.Set(key, value);
  return Value(std::move(map));
}

bool HasTag(const Value& raised, std::string_view tag) {
  if (!raised.is_map()) return false;
  const Value* const tags = raised.map().Find("tags");
  if (tags == nullptr || !tags->is_list()) return false;
  const ValueList& list = tags->list();
  return std::find(list.begin(), list.end(), Value(tag)) != list.end();
}

bool HasCode(const Value& raised, std::initializer_list<std::int64_t> codes) {
  if (!raised.is_map()) return false;
  const Value* const code = raised.map().Find("code");
  return code != nullptr && code->is_integer() &&
         std::find(codes.begin(), codes.end(), code->integer()) != codes.end();
}

}  // namespace

// The reference pages of http.default_retry, http.default_retry_non_idempotent and
// retry.default_backoff.
Value PolicyValue(std::string_view name) {
  const Value backoff =
      Map({{"initial_delay", Value(1)}, {"max_delay", Value(60)}, {"multiplier", Value(1.25)}});
  if (name == "retry.default_backoff") return backoff;
  const std::string_view predicate = name == "http.default_retry"
                                         ? "http.default_retry_predicate"
                                         : "http.default_retry_predicate_non_idempotent";
  return Map({{"predicate", Value::Function(std::string(predicate))},
              {"max_retries", Value(5)},
              {"backoff", backoff}});
}

bool PredicateHolds(std::string_view name, const Value& raised) {
  if (name == "retry.always") return true;
  if (name == "http.default_retry_predicate") {
    return HasCode(raised, {429, 502, 503, 504}) || HasTag(raised, "ConnectionError") ||
           HasTag(raised, "ConnectionFailedError") || HasTag(raised, "TimeoutError");
  }
  if (name == "http.default_retry_predicate_non_idempotent") {
    return HasCode(raised, {429, 503}) || HasTag(raised, "ConnectionFailedError");
  }
  return false;
}

}  // namespace hyperlocal::workflow
