#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "orchestrator/check/scopes_internal.h"
#include "orchestrator/check/step_values_internal.h"

namespace hyperlocal::workflow {
namespace {

constexpr std::uint32_t kOwnFrame = 0;

bool OpensFrame(Context::Kind kind) {
  return kind == Context::Kind::kRoutine || kind == Context::Kind::kParallelBody;
}

}  // namespace

Scopes::Scopes(Routine& routine, std::vector<Problem>& problems)
    : routine_(routine), problems_(problems) {
  routine_.contexts.clear();
  routine_.frames.clear();
  routine_.frame_of_context.clear();
  Open(Context::Kind::kRoutine, kNoStep, 0);
  PlaceSteps(routine_.steps, 0);
  declared_.resize(routine_.contexts.size());
  DeclareAll();
  AllocateSlots();
  FillRefs();
  CheckLoopNames();
  CheckShared();
}

ContextIndex Scopes::Open(Context::Kind kind, StepIndex owner, ContextIndex parent) {
  const auto index = static_cast<ContextIndex>(routine_.contexts.size());
  Context context;
  context.kind = kind;
  context.owner = owner;
  context.parent = parent;
  context.depth = index == 0 ? 0 : routine_.contexts[parent].depth + 1;
  routine_.contexts.push_back(context);
  if (OpensFrame(kind)) {
    routine_.frame_of_context.push_back(static_cast<std::uint32_t>(routine_.frames.size()));
    routine_.frames.emplace_back();
  } else {
    routine_.frame_of_context.push_back(routine_.frame_of_context[parent]);
  }
  return index;
}

void Scopes::PlaceSteps(const std::vector<StepIndex>& steps, ContextIndex context) {
  for (const StepIndex step : steps) PlaceStep(step, context);
}

ContextIndex Scopes::PlaceLoop(ForLoop& loop, Context::Kind kind, StepIndex owner,
                               ContextIndex parent) {
  loop.body_context = Open(kind, owner, parent);
  PlaceSteps(loop.steps, loop.body_context);
  return loop.body_context;
}

void Scopes::PlaceStep(StepIndex index, ContextIndex context) {
  Step& step = routine_.all_steps[index];
  step.context = context;
  if (auto* const switches = std::get_if<SwitchStep>(&step.action)) {
    for (const SwitchCase& entry : switches->cases) {
      if (entry.body != kNoStep) PlaceStep(entry.body, context);
    }
  } else if (auto* const loop = std::get_if<ForStep>(&step.action)) {
    PlaceLoop(loop->loop, Context::Kind::kLoopBody, index, context);
  } else if (auto* const parallel = std::get_if<ParallelStep>(&step.action)) {
    for (ParallelBranch& branch : parallel->branches) {
      branch.body_context = Open(Context::Kind::kParallelBody, index, context);
      PlaceSteps(branch.steps, branch.body_context);
    }
    if (parallel->loop) PlaceLoop(*parallel->loop, Context::Kind::kParallelBody, index, context);
  } else if (auto* const tried = std::get_if<TryStep>(&step.action)) {
    tried->body_context = Open(Context::Kind::kTryBody, index, context);
    if (tried->body != kNoStep) PlaceStep(tried->body, tried->body_context);
    if (tried->except) {
      tried->except->body_context = Open(Context::Kind::kExceptBody, index, context);
      PlaceSteps(tried->except->steps, tried->except->body_context);
    }
  } else if (auto* const block = std::get_if<BlockStep>(&step.action)) {
    PlaceSteps(block->steps, context);
  }
}

ContextIndex Scopes::ScopeOf(ContextIndex context) const {
  while (routine_.contexts[context].kind == Context::Kind::kTryBody) {
    context = routine_.contexts[context].parent;
  }
  return context;
}

void Scopes::Declare(ContextIndex scope, std::string_view name, Variable::Origin origin,
                     const SourceSpan& span, StepIndex step) {
  if (name.empty()) return;
  const auto [place, fresh] = declared_[scope].emplace(name, variables_.size());
  if (!fresh) return;
  variables_.push_back({.name = std::string(name),
                        .origin = origin,
                        .scope = scope,
                        .slot = 0,
                        .span = span,
                        .step = step});
}

void Scopes::DeclareAll() {
  for (const Parameter& parameter : routine_.parameters) {
    Declare(0, parameter.name, Variable::Origin::kParameter, parameter.span, kNoStep);
  }
  const auto declare_loop = [this](const ForLoop& loop, StepIndex step) {
    Declare(loop.body_context, loop.value, Variable::Origin::kLoopValue, loop.value_span, step);
    Declare(loop.body_context, loop.index, Variable::Origin::kLoopIndex, loop.index_span, step);
  };
  // What is assigned in which scope.
  struct Written {
    const AssignTarget* target;
    StepIndex step;
  };
  std::vector<std::vector<Written>> written(routine_.contexts.size());
  for (StepIndex i = 0; i < routine_.all_steps.size(); ++i) {
    const Step& step = routine_.all_steps[i];
    if (const auto* const loop = std::get_if<ForStep>(&step.action)) declare_loop(loop->loop, i);
    if (const auto* const parallel = std::get_if<ParallelStep>(&step.action)) {
      if (parallel->loop) declare_loop(*parallel->loop, i);
    }
    if (const auto* const tried = std::get_if<TryStep>(&step.action); tried && tried->except) {
      Declare(tried->except->body_context, tried->except->error_name,
              Variable::Origin::kCaughtError, tried->except->error_name_span, i);
    }
    ForEachTarget(step, [&](const AssignTarget& target) {
      // Writing an element of a map or a list needs one that is there: it makes no variable.
      if (target.path.empty()) written[ScopeOf(step.context)].push_back({&target, i});
    });
  }
  // Scopes further out have smaller numbers, and are done before what is in them.
  for (ContextIndex scope = 0; scope < written.size(); ++scope) {
    for (const Written& write : written[scope]) {
      if (Find(scope, write.target->name) != nullptr) continue;
      Declare(scope, write.target->name, Variable::Origin::kAssigned, write.target->span,
              write.step);
    }
  }
}

void Scopes::AllocateSlots() {
  // By context, so that what is local to one stands together.
  std::vector<std::vector<std::size_t>> of_context(routine_.contexts.size());
  for (std::size_t i = 0; i < variables_.size(); ++i) of_context[variables_[i].scope].push_back(i);
  for (ContextIndex i = 0; i < routine_.contexts.size(); ++i) {
    FrameLayout& frame = routine_.frames[routine_.frame_of_context[i]];
    routine_.contexts[i].first_slot = static_cast<std::uint32_t>(frame.slots.size());
    routine_.contexts[i].slot_count = static_cast<std::uint32_t>(of_context[i].size());
    for (const std::size_t which : of_context[i]) {
      variables_[which].slot = static_cast<std::uint32_t>(frame.slots.size());
      frame.slots.push_back(variables_[which].name);
    }
  }
  for (ContextIndex i = 0; i < routine_.contexts.size(); ++i) {
    if (!OpensFrame(routine_.contexts[i].kind)) continue;
    routine_.contexts[i].first_slot = 0;
    routine_.contexts[i].slot_count =
        static_cast<std::uint32_t>(routine_.frames[routine_.frame_of_context[i]].slots.size());
  }
}

void Scopes::FillRefs() {
  const auto ref_of = [this](ContextIndex context, const std::string& name) {
    const Variable* const variable = Find(context, name);
    return variable == nullptr ? VariableRef{} : RefFrom(context, *variable);
  };
  const auto fill_loop = [&](ForLoop& loop) {
    loop.value_variable = ref_of(loop.body_context, loop.value);
    if (!loop.index.empty()) loop.index_variable = ref_of(loop.body_context, loop.index);
  };
  for (Parameter& parameter : routine_.parameters) parameter.variable = ref_of(0, parameter.name);
  for (Step& step : routine_.all_steps) {
    if (auto* const loop = std::get_if<ForStep>(&step.action)) fill_loop(loop->loop);
    if (auto* const parallel = std::get_if<ParallelStep>(&step.action)) {
      if (parallel->loop) fill_loop(*parallel->loop);
    }
    if (auto* const tried = std::get_if<TryStep>(&step.action); tried && tried->except) {
      ExceptBlock& except = *tried->except;
      except.error_variable = ref_of(except.body_context, except.error_name);
    }
  }
}

void Scopes::CheckLoopNames() {
  for (const Variable& variable : variables_) {
    const bool index = variable.origin == Variable::Origin::kLoopIndex;
    if (variable.origin != Variable::Origin::kLoopValue && !index) continue;
    const Variable* const outer =
        std::as_const(*this).Find(routine_.contexts[variable.scope].parent, variable.name);
    if (outer == nullptr) continue;
    const bool loop = outer->origin == Variable::Origin::kLoopValue ||
                      outer->origin == Variable::Origin::kLoopIndex;
    Report(variable.step, variable.span,
           loop ? fmt::format("the loop's {} '{}' has the name of the loop around it, of step '{}'",
                              index ? "index" : "variable", variable.name, StepName(outer->step))
                : fmt::format("the loop's {} '{}' is also a variable outside of the loop, assigned "
                              "on line {}: a loop's variables have names of their own",
                              index ? "index" : "variable", variable.name, outer->span.line));
  }
  const auto check_pair = [this](const ForLoop& loop, StepIndex step) {
    if (loop.index.empty() || loop.index != loop.value) return;
    Report(step, loop.index_span,
           fmt::format("the loop's variable and its index are both '{}'", loop.index));
  };
  for (StepIndex i = 0; i < routine_.all_steps.size(); ++i) {
    const Step& step = routine_.all_steps[i];
    if (const auto* const loop = std::get_if<ForStep>(&step.action)) check_pair(loop->loop, i);
    if (const auto* const parallel = std::get_if<ParallelStep>(&step.action)) {
      if (parallel->loop) check_pair(*parallel->loop, i);
    }
  }
}

void Scopes::CheckShared() {
  for (StepIndex i = 0; i < routine_.all_steps.size(); ++i) {
    const Step& step = routine_.all_steps[i];
    const auto* const parallel = std::get_if<ParallelStep>(&step.action);
    if (parallel == nullptr) continue;
    for (std::size_t k = 0; k < parallel->shared.size(); ++k) {
      const std::string& name = parallel->shared[k];
      if (Find(step.context, name) != nullptr) continue;
      Report(
          i, parallel->shared_spans[k],
          fmt::format("shared variable '{}' is not defined in the parent scope: assign it before "
                      "the parallel step",
                      name));
    }
  }
}

const Variable* Scopes::Find(ContextIndex context, std::string_view name) const {
  for (;;) {
    const auto found = declared_[context].find(name);
    if (found != declared_[context].end()) return &variables_[found->second];
    if (context == 0) return nullptr;
    context = routine_.contexts[context].parent;
  }
}

Variable* Scopes::Find(ContextIndex context, std::string_view name) {
  return const_cast<Variable*>(std::as_const(*this).Find(context, name));
}

VariableRef Scopes::RefFrom(ContextIndex context, const Variable& variable) const {
  VariableRef ref{kOwnFrame, variable.slot};
  for (; context != variable.scope; context = routine_.contexts[context].parent) {
    if (routine_.contexts[context].kind == Context::Kind::kParallelBody) ++ref.level;
  }
  return ref;
}

StepIndex Scopes::UnsharedBetween(ContextIndex context, const Variable& variable) const {
  for (; context != variable.scope; context = routine_.contexts[context].parent) {
    const Context& around = routine_.contexts[context];
    if (around.kind != Context::Kind::kParallelBody) continue;
    const auto& shared = std::get<ParallelStep>(routine_.all_steps[around.owner].action).shared;
    if (std::find(shared.begin(), shared.end(), variable.name) == shared.end()) {
      return around.owner;
    }
  }
  return kNoStep;
}

const Variable* Scopes::FindElsewhere(std::string_view name) const {
  for (const Variable& variable : variables_) {
    if (variable.name == name) return &variable;
  }
  return nullptr;
}

std::string Scopes::DescribeScope(const Variable& variable) const {
  const Context& scope = routine_.contexts[variable.scope];
  switch (scope.kind) {
    case Context::Kind::kLoopBody:
      return fmt::format("only in the loop of step '{}'", StepName(scope.owner));
    case Context::Kind::kExceptBody:
      return fmt::format("only in the except of step '{}'", StepName(scope.owner));
    case Context::Kind::kParallelBody:
      return fmt::format("only in a branch of the parallel step '{}'", StepName(scope.owner));
    default:
      return fmt::format("in workflow '{}'", routine_.name);
  }
}

std::string Scopes::StepName(StepIndex step) const {
  if (step == kNoStep) return {};
  const StepIndex named = routine_.all_steps[step].named;
  return named == kNoStep ? std::string() : routine_.all_steps[named].name;
}

void Scopes::Report(StepIndex step, const SourceSpan& span, std::string message) {
  problems_.push_back({Severity::kError, std::move(message), StepName(step), span});
}

}  // namespace hyperlocal::workflow
