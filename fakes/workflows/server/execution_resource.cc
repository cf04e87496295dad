#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fakes/workflows/server/api_call_internal.h"
#include "fakes/workflows/server/execution_host_internal.h"
#include "fakes/workflows/server/execution_resource_internal.h"

namespace hyperlocal::workflows {

using workflow::Value;
using workflow::ValueMap;

namespace {

// "3.5s"
std::string DurationText(std::chrono::microseconds duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  const auto rest = (duration - seconds).count();
  if (rest == 0) return fmt::format("{}s", seconds.count());
  std::string fraction = fmt::format("{:06}", rest);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return fmt::format("{}.{}s", seconds.count(), fraction);
}

}  // namespace

std::optional<std::chrono::microseconds> DurationOf(const ExecutionRecord& execution,
                                                    TimePoint now) {
  if (!execution.started) return std::nullopt;
  const auto duration = std::chrono::floor<std::chrono::microseconds>(
      execution.ended.value_or(now) - *execution.started);
  return std::max(duration, std::chrono::microseconds(0));
}

Value ExecutionResource(const ExecutionRecord& execution, ExecutionDetail detail) {
  ValueMap resource;
  resource.Set("name", Value(execution.name));
  resource.Set("state", Value(ApiStateName(execution.state)));
  resource.Set("workflowRevisionId", Value(execution.revision_id));
  if (execution.started) resource.Set("startTime", TimeValue(*execution.started));
  if (execution.ended) {
    resource.Set("endTime", TimeValue(*execution.ended));
    if (const auto duration = DurationOf(execution, *execution.ended)) {
      resource.Set("duration", Value(DurationText(*duration)));
    }
  }
  if (detail == ExecutionDetail::kBasic) return Value(std::move(resource));
  resource.Set("createTime", TimeValue(execution.created));
  resource.Set("argument", Value(execution.argument));
  const Value settings = StoredJson(execution.settings);
  if (settings.is_map()) {
    for (const ValueMap::Entry& entry : settings.map().entries()) {
      resource.Set(entry.key, entry.value);
    }
  }
  if (execution.state == ApiState::kSucceeded) resource.Set("result", Value(execution.result));
  if (!execution.error.empty()) {
    const Value error = StoredJson(execution.error);
    if (execution.state == ApiState::kUnavailable && error.is_map()) {
      ValueMap state;
      if (const Value* const context = error.map().Find("context")) {
        state.Set("details", *context);
      }
      state.Set("type", Value("TYPE_UNSPECIFIED"));
      resource.Set("stateError", Value(std::move(state)));
    }
    resource.Set("error", error);
  }
  if (!execution.steps.empty()) {
    ValueMap status;
    status.Set("currentSteps", StoredJson(execution.steps));
    resource.Set("status", Value(std::move(status)));
  }
  return Value(std::move(resource));
}

}  // namespace hyperlocal::workflows
