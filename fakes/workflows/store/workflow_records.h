#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hyperlocal::workflows {

using TimePoint = std::chrono::system_clock::time_point;

// What the store keeps, as the two APIs speak of it. `key` is the store's own number of a row, from
// 1, rising in the order of creation; 0 before it is stored. Members called `settings` are JSON
// objects with the fields of the resource that the store need not know.

struct WorkflowRecord {
  std::int64_t key = 0;
  std::string name;  // "projects/p/locations/l/workflows/w"
  TimePoint created;
  TimePoint updated;
  std::int64_t revision = 1;  // the current one's number, from 1
  std::string settings = "{}";
};

struct RevisionRecord {
  std::int64_t workflow = 0;  // its key
  std::int64_t number = 1;
  std::string id;  // "000001-a4d"
  TimePoint created;
  std::string source;
  std::string settings = "{}";  // as the workflow's were then
};

// The states of the Executions API. Numbers are part of the stored form.
enum class ApiState : std::uint8_t {
  kActive = 1,
  kSucceeded = 2,
  kFailed = 3,
  kCancelled = 4,
  kUnavailable = 5,
  kQueued = 6,
};

struct ExecutionRecord {
  std::int64_t key = 0;
  std::string name;  // "projects/p/locations/l/workflows/w/executions/id"
  std::int64_t workflow = 0;
  std::int64_t revision = 1;
  std::string revision_id;
  ApiState state = ApiState::kActive;
  TimePoint created;
  std::optional<TimePoint> started;
  std::optional<TimePoint> ended;
  std::string settings = "{}";
  // JSON texts. Lists leave out what follows.
  std::string argument;
  std::string result;     // of a successful one
  std::string error;      // {"payload", "context", "stackTrace"} of one that was not
  std::string steps;      // status.currentSteps of one that runs
  std::string callbacks;  // its endpoints: [{"id", "method", "createTime", "waiters"}]
};

// A step that was begun. Types and states are workflow::StepType and workflow::StepState.
struct StepEntryRecord {
  std::int64_t id = 0;
  std::int64_t parent = 0;  // 0: none
  std::string routine;
  std::string step;
  std::uint8_t type = 0;
  std::uint8_t state = 0;
  std::uint32_t thread = 0;
  std::int64_t number = 0;
  std::optional<std::int64_t> expected;
  TimePoint created;
  TimePoint updated;
  std::string exception;  // JSON text; empty: none
};

// What one execution has come to.
struct ExecutionProgress {
  std::int64_t key = 0;
  ApiState state = ApiState::kActive;
  std::optional<TimePoint> ended;
  std::string result;
  std::string error;
  std::string steps;
  std::string callbacks;
  std::string bytes;  // Execution::Serialize, of one that is not over
  std::vector<StepEntryRecord> begun;
  struct Ended {
    std::int64_t id = 0;
    std::uint8_t state = 0;
    TimePoint time;
    std::string exception;
  };
  std::vector<Ended> finished;  // entries begun before
};

// One that was not over when the store was closed, or its process killed.
struct UnfinishedExecution {
  ExecutionRecord record;
  std::string bytes;  // empty: it had not begun
};

struct OperationRecord {
  std::string name;  // "projects/p/locations/l/operations/id"
  TimePoint created;
  std::string body;  // the operation as the API shows it, JSON
};

}  // namespace hyperlocal::workflows
