#include <vector>

#include <fmt/format.h>

#include "orchestrator/check/warnings_internal.h"

namespace hyperlocal::workflow {
namespace {

// Follows every way that a run of a routine may take. A loop may have no iteration and any call may
// fail, so more counts as reached than is, never less.
class Reachability {
 public:
  explicit Reachability(const Routine& routine)
      : routine_(routine), reached_(routine.all_steps.size(), false) {
    if (!routine.steps.empty()) Push(routine.steps.front());
    while (!pending_.empty()) {
      const StepIndex step = pending_.back();
      pending_.pop_back();
      Visit(routine_.all_steps[step]);
    }
    // A step with one in it that a jump leads to is not told to be out of reach.
    for (StepIndex i = 0; i < routine_.all_steps.size(); ++i) {
      if (!reached_[i]) continue;
      for (StepIndex at = routine_.all_steps[i].parent; at != kNoStep && !reached_[at];
           at = routine_.all_steps[at].parent) {
        reached_[at] = true;
      }
    }
  }

  bool Reached(StepIndex step) const { return reached_[step]; }

 private:
  void Push(StepIndex step) {
    if (step == kNoStep || reached_[step]) return;
    reached_[step] = true;
    pending_.push_back(step);
  }
  void PushFirst(const std::vector<StepIndex>& steps) {
    if (!steps.empty()) Push(steps.front());
  }
  // Where `from` goes on; at the end of a try or an except, where its owner does. Loops and
  // parallel steps go on in any case.
  void Follow(const Continuation& continuation, const Step& from) {
    if (continuation.kind == Continuation::Kind::kStep) return Push(continuation.step);
    if (continuation.kind != Continuation::Kind::kLeaveContext) return;
    const Context& context = routine_.contexts[from.context];
    if (context.kind == Context::Kind::kTryBody || context.kind == Context::Kind::kExceptBody) {
      const Step& owner = routine_.all_steps[context.owner];
      Follow(owner.continuation, owner);
    }
  }
  void Visit(const Step& step);

  const Routine& routine_;
  std::vector<bool> reached_;
  std::vector<StepIndex> pending_;
};

void Reachability::Visit(const Step& step) {
  if (std::holds_alternative<RaiseStep>(step.action) ||
      std::holds_alternative<ReturnStep>(step.action)) {
    return;
  }
  if (const auto* const block = std::get_if<BlockStep>(&step.action)) {
    return PushFirst(block->steps);
  }
  if (const auto* const tried = std::get_if<TryStep>(&step.action)) {
    Push(tried->body);
    if (!tried->except) return;
    if (tried->except->steps.empty()) Follow(step.continuation, step);
    return PushFirst(tried->except->steps);
  }
  if (const auto* const switches = std::get_if<SwitchStep>(&step.action)) {
    for (const SwitchCase& entry : switches->cases) {
      const Value* const constant = entry.condition.constant();
      const bool never = constant != nullptr && constant->is_boolean() && !constant->boolean();
      if (never) continue;
      if (entry.body != kNoStep) {
        Push(entry.body);
      } else {
        Follow(entry.continuation, step);
      }
      if (constant != nullptr && constant->is_boolean()) return;  // always
    }
  } else if (const auto* const loop = std::get_if<ForStep>(&step.action)) {
    PushFirst(loop->loop.steps);
  } else if (const auto* const parallel = std::get_if<ParallelStep>(&step.action)) {
    for (const ParallelBranch& branch : parallel->branches) PushFirst(branch.steps);
    if (parallel->loop) PushFirst(parallel->loop->steps);
  }
  Follow(step.continuation, step);
}

class UnreachableSteps {
 public:
  UnreachableSteps(const Routine& routine, WarningSink& sink)
      : routine_(routine), reachability_(routine), sink_(sink) {
    Look(routine.steps);
    for (StepIndex i = 0; i < routine.all_steps.size(); ++i) {
      if (reachability_.Reached(i)) LookInside(routine.all_steps[i]);
    }
  }

 private:
  // Names the first of every run of steps that cannot be reached; what is inside them goes with it.
  void Look(const std::vector<StepIndex>& steps) {
    bool reached = true;
    for (const StepIndex index : steps) {
      const Step& step = routine_.all_steps[index];
      if (!reachability_.Reached(index) && reached) {
        sink_.Add(routine_, index, step.name_span.line > 0 ? step.name_span : step.keyword_span,
                  "no run comes to this step: what is before it goes on elsewhere, and no jump "
                  "leads here");
      }
      reached = reachability_.Reached(index);
    }
  }
  void LookInside(const Step& step) {
    if (const auto* const block = std::get_if<BlockStep>(&step.action)) Look(block->steps);
    if (const auto* const loop = std::get_if<ForStep>(&step.action)) Look(loop->loop.steps);
    if (const auto* const parallel = std::get_if<ParallelStep>(&step.action)) {
      for (const ParallelBranch& branch : parallel->branches) Look(branch.steps);
      if (parallel->loop) Look(parallel->loop->steps);
    }
    if (const auto* const tried = std::get_if<TryStep>(&step.action); tried && tried->except) {
      Look(tried->except->steps);
    }
  }

  const Routine& routine_;
  Reachability reachability_;
  WarningSink& sink_;
};

}  // namespace

void WarningSink::Add(const Routine& routine, StepIndex step, const SourceSpan& span,
                      std::string message) {
  const StepIndex named = step == kNoStep ? kNoStep : routine.all_steps[step].named;
  problems_.push_back({Severity::kWarning, std::move(message),
                       named == kNoStep ? std::string() : routine.all_steps[named].name, span});
}

void WarnOfUnreachableSteps(const CheckedParts& parts, WarningSink& sink) {
  for (const Routine& routine : parts.definition.routines) UnreachableSteps(routine, sink);
}

}  // namespace hyperlocal::workflow
