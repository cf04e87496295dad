#include "orchestrator/run/machine_internal.h"

namespace hyperlocal::workflow {

std::size_t Machine::EntryDepth(const Fiber& fiber, StepIndex step) const {
  const Frame& frame = fiber.frames.back();
  return frame.entries + program_.routines[frame.routine].steps[step].depth;
}

void Machine::OpenEntry(Fiber& fiber, std::size_t depth, std::uint32_t routine, StepIndex step,
                        StepType type, SourceSpan span, std::uint64_t number,
                        std::optional<std::uint64_t> expected) {
  // What was left by going on or by a jump is through. A jump into a block finds fewer entries open
  // than there are blocks around the step.
  CloseEntries(fiber, depth, StepState::kSucceeded, nullptr);
  const std::uint64_t id = data_.next_entry++;
  if (observer_ != nullptr) {
    const RoutineCode& code = program_.routines[routine];
    const auto thread = [&] {
      for (const auto& [fiber_id, candidate] : data_.fibers) {
        if (&candidate == &fiber) return fiber_id;
      }
      return kNoFiber;
    };
    observer_->OnStepStarted(
        {.id = id,
         .parent = fiber.entries.empty() ? fiber.parent_entry : fiber.entries.back().id,
         .routine = code.name,
         .step = code.steps[step].name,
         .type = type,
         .span = span,
         .thread = running_ == kNoFiber ? thread() : running_,
         .number = number,
         .expected = expected,
         .time = data_.now});
  }
  fiber.entries.push_back({.id = id, .step = step});
}

void Machine::CloseEntries(Fiber& fiber, std::size_t depth, StepState state,
                           const Value* exception) {
  while (fiber.entries.size() > depth) {
    if (observer_ != nullptr) {
      observer_->OnStepFinished(fiber.entries.back().id, state, exception, data_.now);
    }
    fiber.entries.pop_back();
  }
}

}  // namespace hyperlocal::workflow
