#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "orchestrator/run/code_writer_internal.h"
#include "orchestrator/run/program.h"
#include "orchestrator/run/program_internal.h"

namespace hyperlocal::workflow {
namespace {

// Raised when the meaning of stored executions changes: new instructions, other slots.
constexpr std::uint64_t kInstructionSetVersion = 1;

std::uint64_t Fingerprint(const std::string& source) {
  // FNV-1a.
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325 ^ kInstructionSetVersion;
  for (const char c : source) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3;
  }
  return hash;
}

StepType TypeOf(const Step& step) {
  return std::visit(Overloaded{[](const AssignStep&) { return StepType::kAssign; },
                               [](const CallStep& call) {
                                 switch (call.target.kind) {
                                   case CallTarget::Kind::kSubworkflow:
                                     return StepType::kSubworkflowCall;
                                   case CallTarget::Kind::kConnector:
                                     return StepType::kConnectorCall;
                                   default:
                                     return StepType::kStdLibCall;
                                 }
                               },
                               [](const SwitchStep&) { return StepType::kSwitch; },
                               [](const ForStep&) { return StepType::kFor; },
                               [](const ParallelStep& parallel) {
                                 return parallel.loop ? StepType::kParallelFor
                                                      : StepType::kParallelBranch;
                               },
                               [](const TryStep&) { return StepType::kTryRetryExcept; },
                               [](const RaiseStep&) { return StepType::kRaise; },
                               [](const ReturnStep&) { return StepType::kReturn; },
                               [](const BlockStep&) { return StepType::kBlock; },
                               [](const JumpStep&) { return StepType::kGoto; }},
                    step.action);
}

// Compiles one routine. Jumps to steps and out of contexts are patched when their places are known.
class RoutineCompiler {
 public:
  RoutineCompiler(Program& program, std::uint32_t index)
      : program_(program),
        writer_(program, index),
        index_(index),
        routine_(program.definition->routines[index]),
        label_of_step_(routine_.all_steps.size(), kNoLabel),
        leave_jumps_(routine_.contexts.size()),
        continue_jumps_(routine_.contexts.size()),
        break_jumps_(routine_.contexts.size()) {}

  void Compile() {
    RoutineCode& code = program_.routines[index_];
    code.name = routine_.name;
    code.entry = writer_.Here();
    code.steps = FactsOfSteps();
    frame_ = FrameOf(0);
    for (const Parameter& parameter : routine_.parameters) {
      code.parameter_slots.push_back(parameter.variable.slot);
      if (!parameter.default_value) continue;
      writer_.set_site(writer_.SiteOf(kNoStep, parameter.span));
      const std::size_t skip = writer_.Emit({.op = Op::kDefault, .b = parameter.variable.slot});
      writer_.Template(*parameter.default_value);
      writer_.Emit({.op = Op::kStore, .b = parameter.variable.slot});
      program_.code[skip].a = writer_.Here();
    }
    Steps(routine_.steps, kNoStep);
    code.frame = frame_;
    // Bodies may have parallel steps of their own.
    for (std::size_t i = 0; i < bodies_.size(); ++i) {
      const std::function<void()> body = std::move(bodies_[i]);
      body();
    }
    for (const auto& [instruction, step] : step_jumps_) {
      program_.code[instruction].a = label_of_step_[step];
    }
  }

 private:
  static constexpr std::uint32_t kNoLabel = 0xFFFF'FFFF;

  FrameShape FrameOf(ContextIndex context) const {
    const auto slots = static_cast<std::uint32_t>(
        routine_.frames[routine_.frame_of_context[context]].slots.size());
    return {.visible = slots, .slots = slots};
  }

  std::uint32_t Hidden(std::uint32_t count) {
    const std::uint32_t first = frame_.slots;
    frame_.slots += count;
    return first;
  }

  void Patch(const std::vector<std::size_t>& jumps, std::uint32_t target) {
    for (const std::size_t jump : jumps) program_.code[jump].a = target;
  }

  void ClearContext(ContextIndex index) {
    const Context& context = routine_.contexts[index];
    if (context.slot_count == 0) return;
    writer_.Emit({.op = Op::kClear, .a = context.first_slot, .b = context.slot_count});
  }

  std::vector<StepFacts> FactsOfSteps() const {
    std::vector<StepFacts> all;
    all.reserve(routine_.all_steps.size());
    for (const Step& step : routine_.all_steps) {
      StepFacts facts;
      facts.name = step.named == kNoStep ? "" : routine_.all_steps[step.named].name;
      facts.type = TypeOf(step);
      facts.span = step.keyword_span;
      facts.counted = facts.type != StepType::kBlock || !step.name.empty();
      if (step.parent != kNoStep) {
        const StepFacts& parent = all[step.parent];
        switch (parent.type) {
          case StepType::kParallelFor:
          case StepType::kParallelBranch:
            facts.depth = 1;  // the branch's own entry is its fiber's first
            break;
          case StepType::kFor:
          case StepType::kTryRetryExcept:
            facts.depth = parent.depth + 2;  // an iteration, a block of the try
            break;
          default:
            facts.depth = parent.depth + 1;
        }
      }
      all.push_back(std::move(facts));
    }
    return all;
  }

  // --- Where to go on ---

  // The innermost context of a loop or branch around `context`, itself among them.
  ContextIndex LoopAround(ContextIndex context) const {
    for (;;) {
      const Context::Kind kind = routine_.contexts[context].kind;
      if (kind == Context::Kind::kLoopBody || kind == Context::Kind::kParallelBody ||
          kind == Context::Kind::kRoutine) {
        return context;
      }
      context = routine_.contexts[context].parent;
    }
  }

  bool InBranch(ContextIndex context) const {
    for (;;) {
      const Context::Kind kind = routine_.contexts[context].kind;
      if (kind == Context::Kind::kParallelBody) return true;
      if (kind == Context::Kind::kRoutine) return false;
      context = routine_.contexts[context].parent;
    }
  }

  // Nothing is emitted to go to `next`: it is what comes next.
  void Continue(const Continuation& to, ContextIndex context, StepIndex next) {
    switch (to.kind) {
      case Continuation::Kind::kStep:
        if (to.step == next) return;
        step_jumps_.emplace_back(writer_.Emit({.op = Op::kJump}), to.step);
        return;
      case Continuation::Kind::kLeaveContext:
        switch (routine_.contexts[context].kind) {
          case Context::Kind::kRoutine:
            ReturnNull();
            return;
          case Context::Kind::kParallelBody:
            writer_.Emit({.op = Op::kEndBranch});
            return;
          default:
            leave_jumps_[context].push_back(writer_.Emit({.op = Op::kJump}));
            return;
        }
      case Continuation::Kind::kEnd:
        if (InBranch(context)) {
          writer_.Emit({.op = Op::kEndBranch});
        } else {
          ReturnNull();
        }
        return;
      case Continuation::Kind::kBreak:
      case Continuation::Kind::kContinue: {
        const ContextIndex loop = LoopAround(context);
        if (routine_.contexts[loop].kind != Context::Kind::kLoopBody) {
          // Of a parallel loop: the iterations do not know of each other.
          writer_.Emit({.op = Op::kEndBranch});
          return;
        }
        auto& jumps = to.kind == Continuation::Kind::kBreak ? break_jumps_ : continue_jumps_;
        jumps[loop].push_back(writer_.Emit({.op = Op::kJump}));
        return;
      }
    }
  }

  void ReturnNull() {
    writer_.Emit({.op = Op::kConstant, .a = writer_.Constant(Value())});
    writer_.Emit({.op = Op::kReturn});
  }

  // --- Steps ---

  void Steps(const std::vector<StepIndex>& steps, StepIndex next) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      StepAt(steps[i], i + 1 < steps.size() ? steps[i + 1] : next);
    }
  }

  void StepAt(StepIndex index, StepIndex next) {
    const Step& step = routine_.all_steps[index];
    label_of_step_[index] = writer_.Here();
    const std::uint32_t site_around = writer_.site();
    const StepIndex step_around = writer_.step();
    const std::uint32_t own = writer_.SiteOf(index, step.keyword_span);
    writer_.set_site(own);
    writer_.Emit({.op = Op::kStep, .a = index});
    writer_.set_step(index);
    std::visit(Overloaded{
                   [&](const AssignStep& action) { Assign(action); },
                   [&](const CallStep& action) { Call(action, own); },
                   [&](const SwitchStep& action) { Switch(action, step); },
                   [&](const ForStep& action) { For(action, index); },
                   [&](const ParallelStep& action) { Parallel(action, index, own); },
                   [&](const TryStep& action) { Try(action, index); },
                   [&](const RaiseStep& action) {
                     writer_.Template(action.value);
                     writer_.set_site(own);
                     writer_.Emit({.op = Op::kRaise});
                   },
                   [&](const ReturnStep& action) {
                     writer_.Template(action.value);
                     if (InBranch(step.context)) {
                       writer_.Emit({.op = Op::kPop});
                       writer_.Emit({.op = Op::kEndBranch});
                     } else {
                       writer_.Emit({.op = Op::kReturn});
                     }
                   },
                   [&](const BlockStep& action) { Steps(action.steps, next); },
                   [](const JumpStep&) {},
               },
               step.action);
    writer_.set_step(index);
    writer_.set_site(own);
    const bool goes_on = !std::holds_alternative<RaiseStep>(step.action) &&
                         !std::holds_alternative<ReturnStep>(step.action) &&
                         !std::holds_alternative<BlockStep>(step.action);
    if (goes_on) Continue(step.continuation, step.context, next);
    writer_.set_site(site_around);
    writer_.set_step(step_around);
  }

  void Store(const AssignTarget& target) {
    for (const AssignTarget::Key& key : target.path) {
      std::visit(Overloaded{[&](const std::string& text) {
                              writer_.Emit({.op = Op::kConstant, .a = writer_.Text(text)});
                            },
                            [&](const Expression& expression) {
                              writer_.set_site(writer_.SiteOf(writer_.step(), expression.span));
                              writer_.Evaluate(expression);
                            }},
                 key.key);
    }
    writer_.set_site(writer_.SiteOf(writer_.step(), target.span));
    writer_.Emit({.op = target.path.empty() ? Op::kStore : Op::kStorePath,
                  .level = static_cast<std::uint8_t>(target.variable.level),
                  .count = static_cast<std::uint16_t>(target.path.size()),
                  .a = writer_.Text(target.name),
                  .b = target.variable.slot});
  }

  void Assign(const AssignStep& step) {
    for (const Assignment& assignment : step.assignments) {
      writer_.Template(assignment.value);
      Store(assignment.target);
    }
  }

  void Call(const CallStep& call, std::uint32_t own) {
    if (call.target.kind == CallTarget::Kind::kConnector) {
      writer_.Emit({.op = Op::kNewMap});
      for (const CallArgument& argument : call.arguments) {
        writer_.Template(argument.value);
        writer_.Emit({.op = Op::kSetKey, .a = writer_.Text(argument.name)});
      }
      writer_.set_site(own);
      writer_.Emit({.op = Op::kCallConnector, .a = writer_.Text(call.name)});
    } else {
      std::uint32_t mask = 0;
      for (std::size_t i = 0; i < call.argument_of_parameter.size(); ++i) {
        if (call.argument_of_parameter[i] < 0) continue;
        mask |= 1U << i;
        writer_.Template(
            call.arguments[static_cast<std::size_t>(call.argument_of_parameter[i])].value);
      }
      writer_.set_site(own);
      writer_.Emit({.op = call.target.kind == CallTarget::Kind::kSubworkflow ? Op::kCallRoutine
                                                                             : Op::kCallLibrary,
                    .a = call.target.index,
                    .b = mask});
    }
    if (call.result) {
      Store(*call.result);
    } else {
      writer_.Emit({.op = Op::kPop});
    }
  }

  void Switch(const SwitchStep& step, const Step& around) {
    for (const SwitchCase& entry : step.cases) {
      writer_.Template(entry.condition);
      const std::size_t otherwise = writer_.Emit({.op = Op::kJumpIfFalse});
      if (entry.body != kNoStep) {
        StepAt(entry.body, kNoStep);
      } else {
        Continue(entry.continuation, around.context, kNoStep);
      }
      program_.code[otherwise].a = writer_.Here();
    }
  }

  void For(const ForStep& step, StepIndex index) {
    const ForLoop& loop = step.loop;
    const auto place = static_cast<std::uint32_t>(program_.loops.size());
    program_.loops.push_back(
        {.routine = index_,
         .step = index,
         .range = loop.range.has_value(),
         .value_slot = loop.value_variable.slot,
         .index_slot = loop.index.empty() ? -1 : std::int64_t{loop.index_variable.slot},
         .state = Hidden(3)});
    writer_.Template(loop.range ? *loop.range : *loop.in);
    writer_.Emit({.op = Op::kForBegin, .a = place});
    ClearContext(loop.body_context);
    const std::uint32_t next = writer_.Here();
    const std::size_t each = writer_.Emit({.op = Op::kForNext, .a = place});
    Steps(loop.steps, kNoStep);
    Patch(leave_jumps_[loop.body_context], next);
    Patch(continue_jumps_[loop.body_context], next);
    program_.code[each].b = writer_.Here();
    Patch(break_jumps_[loop.body_context], writer_.Here());
    ClearContext(loop.body_context);
  }

  void Parallel(const ParallelStep& step, StepIndex index, std::uint32_t own) {
    const auto place = static_cast<std::uint32_t>(program_.parallels.size());
    program_.parallels.emplace_back();
    ParallelCode code;
    code.routine = index_;
    code.step = index;
    if (step.loop) {
      code.iterates = true;
      code.range = step.loop->range.has_value();
      code.value_slot = step.loop->value_variable.slot;
      if (!step.loop->index.empty()) code.index_slot = step.loop->index_variable.slot;
      writer_.Template(step.loop->range ? *step.loop->range : *step.loop->in);
    }
    if (step.concurrency_limit) {
      code.has_limit = true;
      writer_.Template(*step.concurrency_limit);
    }
    writer_.set_site(own);
    writer_.Emit({.op = Op::kParallel, .a = place});
    program_.parallels[place] = std::move(code);
    // Behind the routine's own code: a try around this step must not cover what its branches do.
    bodies_.push_back([this, place, &step] {
      if (step.loop) {
        Branch(place, "", step.loop->steps, step.loop->body_context);
        return;
      }
      for (const ParallelBranch& branch : step.branches) {
        Branch(place, branch.name, branch.steps, branch.body_context);
      }
    });
  }

  void Branch(std::uint32_t place, const std::string& name, const std::vector<StepIndex>& steps,
              ContextIndex context) {
    frame_ = FrameOf(context);
    const std::uint32_t entry = writer_.Here();
    Steps(steps, kNoStep);
    program_.parallels[place].branches.push_back({.name = name, .entry = entry, .frame = frame_});
  }

  void Try(const TryStep& step, StepIndex index) {
    const auto place = static_cast<std::uint32_t>(program_.tries.size());
    const std::uint32_t own = writer_.site();
    program_.tries.push_back({.routine = index_,
                              .step = index,
                              .retries = step.retry.has_value(),
                              .retry_span = step.retry_span,
                              .except_span = step.except ? step.except->span : SourceSpan{},
                              .state = Hidden(5)});
    writer_.Emit({.op = Op::kTryBegin, .a = place});
    const std::uint32_t begin = writer_.Here();
    ClearContext(step.body_context);
    StepAt(step.body, kNoStep);
    const std::uint32_t end = writer_.Here();
    const std::uint32_t handler = writer_.Here();
    program_.regions.push_back({.begin = begin, .end = end, .handler = handler});
    writer_.Emit({.op = Op::kCatch, .a = place});
    if (step.retry) {
      writer_.set_site(writer_.SiteOf(index, step.retry_span));
      const std::uint32_t retry = writer_.site();
      writer_.Template(*step.retry);
      writer_.set_site(retry);
      const std::size_t exhausted = writer_.Emit({.op = Op::kRetry, .a = place});
      const std::size_t refused = writer_.Emit({.op = Op::kRetryWait, .a = place});
      writer_.Emit({.op = Op::kJump, .a = begin});
      program_.code[exhausted].b = writer_.Here();
      program_.code[refused].b = writer_.Here();
    }
    writer_.set_site(own);
    if (!step.except) {
      writer_.Emit({.op = Op::kRethrow, .a = place});
    } else {
      const ExceptBlock& except = *step.except;
      writer_.set_site(writer_.SiteOf(index, except.span));
      writer_.Emit({.op = Op::kExcept, .a = place});
      ClearContext(except.body_context);
      if (!except.error_name.empty()) {
        writer_.Emit({.op = Op::kPushError, .a = place});
        writer_.Emit({.op = Op::kStore, .b = except.error_variable.slot});
      }
      Steps(except.steps, kNoStep);
      Patch(leave_jumps_[except.body_context], writer_.Here());
      ClearContext(except.body_context);
    }
    Patch(leave_jumps_[step.body_context], writer_.Here());
    writer_.set_site(own);
  }

  Program& program_;
  CodeWriter writer_;
  std::uint32_t index_;
  const Routine& routine_;
  std::vector<std::uint32_t> label_of_step_;
  // Jumps whose target is not known yet: to steps, and by context out of it, to its loop's next
  // iteration, past its loop.
  std::vector<std::pair<std::size_t, StepIndex>> step_jumps_;
  std::vector<std::vector<std::size_t>> leave_jumps_;
  std::vector<std::vector<std::size_t>> continue_jumps_;
  std::vector<std::vector<std::size_t>> break_jumps_;
  std::vector<std::function<void()>> bodies_;  // of parallel steps, still to be compiled
  FrameShape frame_;                           // of what is being compiled
};

}  // namespace

std::shared_ptr<const Program> Compile(std::shared_ptr<const Definition> definition) {
  auto program = std::make_shared<Program>();
  program->definition = std::move(definition);
  program->fingerprint = Fingerprint(program->definition->source);
  program->routines.resize(program->definition->routines.size());
  for (std::uint32_t i = 0; i < program->routines.size(); ++i) {
    RoutineCompiler(*program, i).Compile();
  }
  return program;
}

}  // namespace hyperlocal::workflow
