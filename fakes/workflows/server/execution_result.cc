#include "fakes/workflows/server/execution_result_internal.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflows {
namespace {

using workflow::JsonText;
using workflow::Value;
using workflow::ValueList;
using workflow::ValueMap;

// Whatever has no JSON form was refused by the interpreter before.
std::string TextOfValue(const Value& value) {
  Result<std::string> text = JsonText(value);
  return text ? *std::move(text) : workflow::JsonString(text.error().message);
}

std::string FailureText(const workflow::ExecutionFailure& failure) {
  ValueList elements;
  for (const workflow::TraceElement& element : failure.trace) {
    ValueMap position;
    position.Set("column", Value(std::to_string(element.position.column)));
    position.Set("length", Value(std::to_string(element.position.length)));
    position.Set("line", Value(std::to_string(element.position.line)));
    ValueMap entry;
    entry.Set("position", Value(std::move(position)));
    entry.Set("routine", Value(element.routine));
    entry.Set("step", Value(element.step));
    elements.emplace_back(std::move(entry));
  }
  ValueMap trace;
  trace.Set("elements", Value(std::move(elements)));
  ValueMap error;
  error.Set("context", Value(failure.context));
  error.Set("payload", Value(TextOfValue(failure.payload)));
  error.Set("stackTrace", Value(std::move(trace)));
  return TextOfValue(Value(std::move(error)));
}

std::string StepsText(const workflow::Execution& execution) {
  ValueList steps;
  for (const workflow::CurrentStep& step : execution.CurrentSteps()) {
    ValueMap entry;
    entry.Set("routine", Value(step.routine));
    entry.Set("step", Value(step.step));
    steps.emplace_back(std::move(entry));
  }
  return TextOfValue(Value(std::move(steps)));
}

}  // namespace

void DescribeRun(const workflow::Execution& execution, ExecutionProgress& progress) {
  switch (execution.state()) {
    case workflow::ExecutionState::kActive:
      progress.state = ApiState::kActive;
      progress.steps = StepsText(execution);
      return;
    case workflow::ExecutionState::kSucceeded:
      progress.state = ApiState::kSucceeded;
      progress.result = TextOfValue(execution.result());
      break;
    case workflow::ExecutionState::kFailed:
    case workflow::ExecutionState::kCancelled:
      progress.state = execution.state() == workflow::ExecutionState::kFailed
                           ? ApiState::kFailed
                           : ApiState::kCancelled;
      progress.error = FailureText(execution.failure());
      break;
  }
  progress.steps.clear();
}

std::string ErrorText(const std::string& payload, const std::string& context) {
  ValueMap error;
  error.Set("context", Value(context));
  error.Set("payload", Value(payload));
  return TextOfValue(Value(std::move(error)));
}

}  // namespace hyperlocal::workflows
