#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "orchestrator/syntax/position.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// The step types of the Executions API.
enum class StepType : std::uint8_t {
  kAssign,
  kStdLibCall,
  kConnectorCall,
  kSubworkflowCall,
  kSwitch,
  kFor,
  kForIteration,
  kParallelFor,
  kParallelBranch,
  kParallelBranchEntry,
  kTryRetryExcept,
  kTry,
  kRetry,
  kExcept,
  kReturn,
  kRaise,
  kGoto,
  kBlock,  // `steps:`; the API has no name for it
};
// "STEP_ASSIGN", …; "STEP_TYPE_UNSPECIFIED" for a block.
std::string_view StepTypeName(StepType type);

enum class StepState : std::uint8_t { kInProgress, kSucceeded, kFailed };
// "STATE_IN_PROGRESS", "STATE_SUCCEEDED", "STATE_FAILED".
std::string_view StepStateName(StepState state);

// Something that an execution has begun: a step, a loop's iteration, a parallel step's branch or
// one of the parts of a try.
struct StepEntry {
  std::uint64_t id = 0;      // from 1, rising in the order of the beginnings
  std::uint64_t parent = 0;  // the entry around it; 0: none
  std::string_view routine;
  std::string_view step;  // its name, or that of the step around it
  StepType type = StepType::kAssign;
  SourceSpan span;
  std::uint32_t thread = 0;  // branches and iterations of parallel steps have their own
  // An iteration's number from 0, a retry's attempt from 1; 0 else.
  std::uint64_t number = 0;
  // Of loops and parallel steps: how many iterations or branches there will be.
  std::optional<std::uint64_t> expected;
  std::chrono::system_clock::time_point time;
};

// Sees the entries of one execution as they begin and end, for a history. The entries of a resumed
// execution go on with the ids where those before stopped. Called from the thread that advances
// the execution; the views hold during the call.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  virtual void OnStepStarted(const StepEntry& entry) = 0;
  // `exception` is what was raised, of a failed one; else null.
  virtual void OnStepFinished(std::uint64_t id, StepState state, const Value* exception,
                              std::chrono::system_clock::time_point time) = 0;
};

}  // namespace hyperlocal::workflow
