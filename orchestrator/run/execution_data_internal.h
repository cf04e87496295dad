#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/run/execution.h"
#include "orchestrator/run/program_internal.h"

namespace hyperlocal::workflow {

using FiberId = std::uint32_t;
inline constexpr FiberId kNoFiber = 0xFFFF'FFFF;

// A variable's place. It has no value before it is assigned and after its scope was left.
struct Slot {
  Value value;
  bool assigned = false;
};

// A call of a routine, or a branch's or iteration's bottom.
struct Frame {
  std::uint32_t routine = 0;
  std::uint32_t return_to = 0;  // the caller's next instruction
  std::uint32_t slots = 0;      // where its slots begin in Fiber::slots
  std::uint32_t visible = 0;    // how many of them are variables
  std::uint32_t operands = 0;   // how many operands belong to the frames below
  std::uint32_t entries = 0;    // how many open entries do
};

struct OpenEntry {
  std::uint64_t id = 0;
  StepIndex step = kNoStep;
};

struct BranchError {
  std::uint64_t branch = 0;
  std::string id;
  Value payload;
  std::string context;
};

// A parallel step whose branches run. Part of the fiber that waits for them.
struct ParallelState {
  std::uint32_t code = 0;   // in Program::parallels
  std::uint64_t limit = 0;  // of its own; 0: none
  std::uint64_t count = 0;  // branches or iterations altogether
  std::uint64_t started = 0;
  std::uint64_t running = 0;
  std::uint64_t failed = 0;
  // What it iterates over: a list, or a range's first number.
  Value items;
  std::vector<BranchError> errors;  // the first ones
};

// A thread of an execution: its main one, or a branch or iteration of a parallel step.
struct Fiber {
  enum class State : std::uint8_t {
    kReady,
    kWaiting,   // for the answer to `effect`
    kParallel,  // for its branches
  };
  FiberId parent = kNoFiber;
  std::uint64_t branch = 0;      // which one of the parent's parallel step
  std::uint32_t depth = 0;       // parallel steps around it
  std::uint32_t call_depth = 0;  // calls around its bottom frame
  State state = State::kReady;
  std::uint32_t pc = 0;  // the next instruction
  std::vector<Frame> frames;
  std::vector<Slot> slots;
  std::vector<Value> operands;
  std::vector<OpenEntry> entries;
  std::uint64_t parent_entry = 0;  // that of the parallel step
  std::optional<Effect> effect;
  bool pushes_answer = false;  // false: a sleep between two attempts
  std::optional<ParallelState> parallel;
  // An error on its way to the handler that catches it.
  Value error;
  Value error_trace;
};

struct CallbackData {
  std::string method;
  std::deque<Value> received;  // requests that nobody waited for yet
};

struct ExecutionData {
  std::shared_ptr<const Program> program;
  ExecutionOptions options;
  ExecutionState state = ExecutionState::kActive;
  Value argument;
  Value result;
  ExecutionFailure failure;
  TimePoint now;
  std::uint64_t steps = 0;
  std::uint64_t variable_bytes = 0;
  std::uint64_t random_state = 0;
  std::uint64_t next_effect = 1;
  std::uint64_t next_entry = 1;
  FiberId next_fiber = 0;
  std::map<FiberId, Fiber> fibers;
  std::deque<FiberId> ready;
  std::vector<FiberId> parallel;  // fibers with a parallel step, in the order of its beginning
  std::uint32_t running_branches = 0;
  std::map<std::string, CallbackData> callbacks;
};

// The way from an Execution to its data, for the files of this folder.
struct ExecutionAccess {
  static ExecutionData& Of(Execution& execution) { return *execution.data_; }
  static const ExecutionData& Of(const Execution& execution) { return *execution.data_; }
  static Execution Make(std::unique_ptr<ExecutionData> data) { return Execution(std::move(data)); }
};

}  // namespace hyperlocal::workflow
