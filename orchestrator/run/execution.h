#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "orchestrator/run/effect.h"
#include "orchestrator/run/event.h"
#include "orchestrator/run/limits.h"
#include "orchestrator/run/program.h"
#include "orchestrator/run/step_observer.h"
#include "orchestrator/syntax/position.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

enum class ExecutionState : std::uint8_t { kActive, kSucceeded, kFailed, kCancelled };
// "ACTIVE", "SUCCEEDED", "FAILED", "CANCELLED".
std::string_view ExecutionStateName(ExecutionState state);

// One line of a stack trace, the innermost first.
struct TraceElement {
  std::string step;
  std::string routine;
  SourceSpan position;

  bool operator==(const TraceElement&) const = default;
};

// What an execution that did not succeed says: the Executions API's `error`.
struct ExecutionFailure {
  Value payload;        // what was raised, unchanged
  std::string context;  // "<message>\nin step \"s\", routine \"main\", line: 18", a line a frame
  std::vector<TraceElement> trace;
};

// What an execution is given when it begins.
struct ExecutionOptions {
  Limits limits;
  std::map<std::string, std::string> environment;  // of sys.get_env
  // Callback endpoints get the URL `callback_base_url` + "/" + id.
  std::string callback_base_url = "http://127.0.0.1/callbacks";
  std::uint64_t random_seed = 1;  // of uuid.generate and of callback ids
  // Whether entries of steps are kept for a StepObserver. Cheaper without.
  bool step_entries = false;
};

// Where an execution is now: for the API's status.currentSteps.
struct CurrentStep {
  std::string routine;
  std::string step;
};

struct ExecutionData;

// An execution of a program as plain data between two events: it can be copied, written down and
// read again in another process, and goes on the same way. It does nothing by itself and knows no
// clock; see Advance. Not to be used from two threads at a time.
class Execution {
 public:
  // Ready for its Started event. `argument` goes to main's parameter, if it has one.
  static Execution Begin(std::shared_ptr<const Program> program, Value argument,
                         ExecutionOptions options = {});

  // What Serialize wrote. Errors: kConflict when `program` is not of the definition (or not by the
  // version of this program) that the execution began with; kInvalidArchive for damaged bytes.
  static Result<Execution> Deserialize(std::shared_ptr<const Program> program,
                                       std::string_view bytes);
  std::string Serialize() const;

  Execution(const Execution& other);
  Execution(Execution&& other) noexcept;
  Execution& operator=(const Execution& other);
  Execution& operator=(Execution&& other) noexcept;
  ~Execution();

  ExecutionState state() const;
  const Value& result() const;              // of a successful one
  const ExecutionFailure& failure() const;  // of a failed or cancelled one
  std::uint64_t steps() const;              // counted against the limit
  std::uint64_t variable_bytes() const;     // counted against the limit
  std::vector<CurrentStep> CurrentSteps() const;

  // What it waits for, by rising ids: to be performed again after a restart.
  std::vector<Effect> PendingEffects() const;

  // Callback endpoints that it has made: id and method.
  struct Callback {
    std::string id;
    std::string method;
    bool awaited = false;
  };
  std::vector<Callback> Callbacks() const;

  const std::shared_ptr<const Program>& program() const;

 private:
  friend struct ExecutionAccess;
  explicit Execution(std::unique_ptr<ExecutionData> data);

  std::unique_ptr<ExecutionData> data_;
};

// What an execution wants after an event.
struct Progress {
  std::vector<Effect> effects;  // new ones
  std::vector<LogEntry> logs;
};

// Takes an event in and runs every branch until it waits again or the execution is over. A pure
// function of execution and event: the same two give the same execution and the same progress. An
// event that nobody waits for (an answer that comes twice, or after the end) changes nothing.
Progress Advance(Execution& execution, Event event, StepObserver* observer = nullptr);

}  // namespace hyperlocal::workflow
