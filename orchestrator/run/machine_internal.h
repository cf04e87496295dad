#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/error/result.h"
#include "orchestrator/run/execution_data_internal.h"
#include "orchestrator/stdlib/arguments.h"
#include "orchestrator/stdlib/raised.h"

namespace hyperlocal::workflow {

// Advances one execution by one event. Made for a call of Advance and gone after it: everything
// that lasts is in ExecutionData.
class Machine {
 public:
  Machine(ExecutionData& data, StepObserver* observer, Progress& progress)
      : data_(data), program_(*data.program), observer_(observer), progress_(progress) {}

  void Take(Event event);

 private:
  // --- machine.cc: fibers and instructions ---
  void RunReadyFibers();
  // Until it waits, ends or the execution is over.
  void RunFiber(FiberId id);
  // The instruction before fiber.pc. False when the fiber must not go on now.
  bool Execute(FiberId id, Fiber& fiber, const Instruction& instruction);
  bool BeginStep(Fiber& fiber, const Instruction& instruction);
  bool CountSteps(std::uint64_t count);

  // --- machine_frames.cc: frames and the values in them ---
  Raising<Done> StorePath(Fiber& fiber, const Instruction& instruction);
  // Opens a frame for a call and gives its parameters their values.
  Raising<Done> BeginRoutine(Fiber& fiber, const Instruction& instruction);
  bool Return(FiberId id, Fiber& fiber);
  void PopFrame(Fiber& fiber);
  Raising<bool> ForBegin(Fiber& fiber, const LoopCode& loop);
  bool ForNext(Fiber& fiber, const Instruction& instruction);

  // The slot `level` frames out.
  Slot& SlotAt(Fiber& fiber, std::uint32_t level, std::uint32_t slot);
  Slot& Hidden(Fiber& fiber, std::uint32_t slot) {
    return fiber.slots[fiber.frames.back().slots + slot];
  }
  // Gives a variable a value and counts it; raises when that is too much.
  Raising<Done> Assign(Slot& slot, Value value);
  void Clear(Slot& slot);
  Raising<Done> CheckSize(const Value& value) const;

  // --- machine_errors.cc: raising, catching, retrying ---
  // Brings the fiber to the handler of what was raised at the instruction before fiber.pc. False
  // when there is none in it: then it is gone.
  bool Raise(FiberId id, Fiber& fiber, Raised raised);
  bool RaiseWithTrace(FiberId id, Fiber& fiber, Value error, Value trace);
  Raising<Done> Retry(Fiber& fiber, const Instruction& instruction);
  bool RetryWait(Fiber& fiber, const Instruction& instruction);
  Value TraceOf(const Fiber& fiber) const;
  std::string ContextOf(const Value& error, const Value& trace) const;
  void Fail(Value error, const Value& trace);

  // --- machine_calls.cc: functions that need the interpreter ---
  bool CallLibraryFunction(FiberId id, Fiber& fiber, const Instruction& instruction);
  Raising<Value> CreateCallback(const Arguments& arguments);
  Raising<Done> Log(const Fiber& fiber, const Arguments& arguments);
  Raising<TimePoint> SleepEnd(const Arguments& arguments) const;
  Raising<AwaitCallback> Await(const Arguments& arguments) const;
  void Wait(Fiber& fiber, decltype(Effect::what) what, bool pushes_answer);
  // The fiber that waits for the effect, or null.
  Fiber* WaitingFor(std::uint64_t effect, FiberId& id);
  void Answer(FiberId id, Fiber& fiber, Raising<Value> answer);

  // --- machine_parallel.cc ---
  Raising<bool> BeginParallel(FiberId id, Fiber& fiber, const Instruction& instruction);
  void StartBranches();
  void StartBranch(FiberId parent_id, Fiber& parent);
  // A branch is over, with an error or without.
  void EndBranch(FiberId id, const Value* error, const Value* trace);
  void EndParallel(FiberId id, Fiber& fiber);

  // --- machine_entries.cc: what a StepObserver sees ---
  bool KeepsEntries() const { return data_.options.step_entries; }
  void OpenEntry(Fiber& fiber, std::size_t depth, std::uint32_t routine, StepIndex step,
                 StepType type, SourceSpan span, std::uint64_t number,
                 std::optional<std::uint64_t> expected);
  // Closes the entries from `depth` on, the innermost first.
  void CloseEntries(Fiber& fiber, std::size_t depth, StepState state, const Value* exception);
  std::size_t EntryDepth(const Fiber& fiber, StepIndex step) const;

  ExecutionData& data_;
  const Program& program_;
  StepObserver* observer_;
  Progress& progress_;
  FiberId running_ = kNoFiber;
};

}  // namespace hyperlocal::workflow
