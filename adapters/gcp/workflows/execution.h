#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal {

// "projects/P/locations/L/workflows/W".
struct WorkflowName {
  std::string project;
  std::string location;
  std::string workflow;

  std::string Path() const;
  bool operator==(const WorkflowName&) const = default;
};
// Of the path of a workflow or of anything below one, such as an execution. Error: kUsage.
Result<WorkflowName> ParseWorkflowName(std::string_view path);

// An execution of a workflow, as the Executions API describes it. Texts are empty where the API
// says nothing.
struct WorkflowExecution {
  enum class State { kUnknown, kActive, kQueued, kSucceeded, kFailed, kCancelled, kUnavailable };
  struct Failure {
    std::string payload;  // JSON of what was raised
    std::string context;  // for people
  };

  std::string name;  // ".../executions/ID"
  State state = State::kUnknown;
  std::string argument;  // JSON; absent in lists
  std::string result;    // JSON, once it has succeeded
  std::optional<Failure> failure;
  std::string create_time;  // RFC 3339
  std::string start_time;
  std::string end_time;
  std::string revision;
  std::map<std::string, std::string> labels;

  bool over() const { return state != State::kActive && state != State::kQueued; }
};

// Something that an execution has begun: a step, an iteration, an attempt. The history that the API
// keeps of it.
struct ExecutionStep {
  enum class State { kUnknown, kInProgress, kSucceeded, kFailed };
  using TimePoint = std::chrono::system_clock::time_point;

  std::int64_t id = 0;
  std::int64_t parent = 0;  // 0: none
  std::string routine;
  std::string step;
  std::string type;  // "STEP_PARALLEL_FOR"
  State state = State::kUnknown;
  TimePoint created;
  TimePoint updated;                     // the end of one that is over
  std::optional<std::int64_t> number;    // of an iteration
  std::optional<std::int64_t> expected;  // iterations in all
  std::string exception;                 // JSON
};

}  // namespace hyperlocal
