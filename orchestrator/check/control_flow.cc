#include <utility>

#include <fmt/format.h>

#include "orchestrator/check/control_flow_internal.h"

namespace hyperlocal::workflow {
namespace {

std::string_view Describe(Context::Kind kind) {
  switch (kind) {
    case Context::Kind::kLoopBody:
      return "a loop";
    case Context::Kind::kParallelBody:
      return "a parallel branch";
    case Context::Kind::kTryBody:
      return "a try";
    case Context::Kind::kExceptBody:
      return "an except";
    default:
      return "the workflow";
  }
}

}  // namespace

void ControlFlow::ResolveAll() {
  for (StepIndex i = 0; i < routine_.all_steps.size(); ++i) {
    const std::string& name = routine_.all_steps[i].name;
    if (!name.empty()) names_.emplace(name, i);
  }
  LinkSteps(routine_.steps, {});
}

void ControlFlow::LinkSteps(const std::vector<StepIndex>& steps, const Continuation& after) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool last = i + 1 == steps.size();
    LinkStep(steps[i], last ? after : Continuation{Continuation::Kind::kStep, steps[i + 1]});
  }
}

void ControlFlow::LinkStep(StepIndex index, const Continuation& after) {
  Step& step = routine_.all_steps[index];
  step.continuation = TargetOf(step.next, step.next_span, index, after);
  const Continuation leave{};
  if (auto* const switches = std::get_if<SwitchStep>(&step.action)) {
    for (SwitchCase& entry : switches->cases) {
      entry.continuation = TargetOf(entry.next, entry.next_span, index, step.continuation);
      if (entry.body != kNoStep) LinkStep(entry.body, entry.continuation);
    }
  } else if (const auto* const loop = std::get_if<ForStep>(&step.action)) {
    LinkSteps(loop->loop.steps, leave);
  } else if (const auto* const parallel = std::get_if<ParallelStep>(&step.action)) {
    for (const ParallelBranch& branch : parallel->branches) LinkSteps(branch.steps, leave);
    if (parallel->loop) LinkSteps(parallel->loop->steps, leave);
  } else if (const auto* const tried = std::get_if<TryStep>(&step.action)) {
    if (tried->body != kNoStep) LinkStep(tried->body, leave);
    if (tried->except) LinkSteps(tried->except->steps, leave);
  } else if (const auto* const block = std::get_if<BlockStep>(&step.action)) {
    LinkSteps(block->steps, step.continuation);
  }
}

Continuation ControlFlow::TargetOf(const std::string& next, const SourceSpan& span, StepIndex from,
                                   const Continuation& otherwise) {
  if (next.empty()) return otherwise;
  if (next == "end") return {Continuation::Kind::kEnd, kNoStep};
  if (next == "break" || next == "continue") return LeaveLoop(next, span, from);
  const auto found = names_.find(next);
  if (found == names_.end()) {
    Report(from, span,
           fmt::format("next step '{}' not found in workflow '{}'", next, routine_.name));
    return otherwise;
  }
  std::string refusal = JumpRefusal(routine_.all_steps[from].context,
                                    routine_.all_steps[found->second].context, next);
  if (!refusal.empty()) Report(from, span, std::move(refusal));
  return {Continuation::Kind::kStep, found->second};
}

Continuation ControlFlow::LeaveLoop(const std::string& next, const SourceSpan& span,
                                    StepIndex from) {
  const bool stop = next == "break";
  const Continuation result{stop ? Continuation::Kind::kBreak : Continuation::Kind::kContinue,
                            kNoStep};
  for (ContextIndex at = routine_.all_steps[from].context; at != 0;
       at = routine_.contexts[at].parent) {
    const Context& context = routine_.contexts[at];
    if (context.kind == Context::Kind::kLoopBody) return result;
    if (context.kind != Context::Kind::kParallelBody) continue;
    const bool iteration =
        std::get<ParallelStep>(routine_.all_steps[context.owner].action).loop.has_value();
    if (iteration && !stop) return result;
    Report(from, span,
           iteration
               ? "'break' in a parallel loop: its iterations run side by side, all of them"
               : fmt::format("'{}' in a parallel branch that is in no loop of its own", next));
    return result;
  }
  Report(from, span, fmt::format("'{}' outside of a loop", next));
  return result;
}

std::string ControlFlow::JumpRefusal(ContextIndex from, ContextIndex to,
                                     std::string_view name) const {
  const auto is_around = [this](ContextIndex outer, ContextIndex inner) {
    while (routine_.contexts[inner].depth > routine_.contexts[outer].depth) {
      inner = routine_.contexts[inner].parent;
    }
    return inner == outer;
  };
  // Outwards from where the jump starts, to what is around both ends.
  for (; !is_around(from, to); from = routine_.contexts[from].parent) {
    const Context::Kind kind = routine_.contexts[from].kind;
    if (kind == Context::Kind::kLoopBody || kind == Context::Kind::kParallelBody) {
      return fmt::format(
          "'next: {}' jumps out of {}, which is not allowed{}", name, Describe(kind),
          kind == Context::Kind::kLoopBody ? ": leave the loop by 'next: break'" : "");
    }
  }
  if (from == to) return {};
  // Then inwards: the outermost border says what the matter is.
  ContextIndex border = to;
  while (routine_.contexts[border].parent != from) border = routine_.contexts[border].parent;
  return fmt::format("'next: {}' jumps into {} from outside, which is not allowed", name,
                     Describe(routine_.contexts[border].kind));
}

void ControlFlow::Report(StepIndex step, const SourceSpan& span, std::string message) {
  const StepIndex named = routine_.all_steps[step].named;
  problems_.push_back({Severity::kError, std::move(message),
                       named == kNoStep ? std::string() : routine_.all_steps[named].name, span});
}

}  // namespace hyperlocal::workflow
