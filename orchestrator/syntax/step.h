#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "orchestrator/syntax/expression.h"
#include "orchestrator/syntax/position.h"
#include "orchestrator/syntax/value_template.h"

namespace hyperlocal::workflow {

// All steps of a routine, nested ones too, stand in one vector (Routine::steps) and are named by
// their place in it, so that an execution that is at a step is a number.
using StepIndex = std::uint32_t;
inline constexpr StepIndex kNoStep = 0xFFFF'FFFF;
// A place in Routine::contexts.
using ContextIndex = std::uint32_t;

// Where a run goes on. Resolved by the check; leaving contexts on the way (a try, an except, a
// loop) is the interpreter's part: see Context.
struct Continuation {
  enum class Kind : std::uint8_t {
    kStep,          // to `step`, in this context or one further out of the same loop or branch
    kLeaveContext,  // the body of the innermost context is through; its owner decides
    kEnd,           // `next: end`: the routine ends without a value
    kBreak,         // the innermost loop ends
    kContinue,      // the innermost loop's next iteration; of a parallel loop, this one's end
  };
  Kind kind = Kind::kLeaveContext;
  StepIndex step = kNoStep;

  bool operator==(const Continuation&) const = default;
};

// Something a step can be inside of that matters when it is left. Context 0 of a routine is the
// routine itself. `steps:` blocks and switch entries are no contexts: they only nest.
struct Context {
  enum class Kind : std::uint8_t {
    kRoutine,
    kTryBody,      // owner: the try step. Errors go to it.
    kExceptBody,   // owner: the try step. Errors pass on outwards.
    kLoopBody,     // owner: the for step
    kParallelBody  // owner: the parallel step; a branch's or an iteration's steps
  };
  Kind kind = Kind::kRoutine;
  StepIndex owner = kNoStep;
  ContextIndex parent = 0;  // of the routine: itself
  std::uint32_t depth = 0;  // how many parents there are
  // Variables that are local to this context: slots [first, first + count) of the frame that the
  // context runs in, to be cleared when it is entered. For the routine and a parallel body, all
  // slots of the frame that they open, those of the contexts inside them included.
  std::uint32_t first_slot = 0;
  std::uint32_t slot_count = 0;
};

// `v`, `v.k`, `v["k"]`, `v[expr]` and longer: what is written to.
struct AssignTarget {
  SourceSpan span;
  std::string name;
  VariableRef variable;  // resolved
  struct Key {
    SourceSpan span;
    std::variant<std::string, Expression> key;  // `.k`, or what stands in brackets
  };
  std::vector<Key> path;
  bool shared = false;  // resolved: the variable belongs to a frame further out
};

struct Assignment {
  AssignTarget target;
  ValueTemplate value;
};

struct AssignStep {
  std::vector<Assignment> assignments;
};

// Named or positional arguments, as written.
struct CallArgument {
  std::string name;  // empty: positional
  SourceSpan name_span;
  ValueTemplate value;
};

struct CallStep {
  std::string name;  // with dots
  SourceSpan name_span;
  std::vector<CallArgument> arguments;
  std::optional<AssignTarget> result;
  CallTarget target;  // resolved
  // Resolved, of subworkflows and library functions: for every parameter the place of its argument
  // in `arguments`, or -1 when it is not passed. Empty for connectors, which have names only.
  std::vector<std::int32_t> argument_of_parameter;
};

// One entry of a switch. Its body, when it has one, is a step without a name.
struct SwitchCase {
  SourceSpan span;
  ValueTemplate condition;
  StepIndex body = kNoStep;
  std::string next;  // as written; empty: none
  SourceSpan next_span;
  // Resolved: where to go when the condition holds and there is no body. (A body goes on by its own
  // Step::continuation, which takes this entry's `next` into account.)
  Continuation continuation;
};

struct SwitchStep {
  std::vector<SwitchCase> cases;
};

// What a for iterates over: `in`, or `range` with both ends inclusive.
struct ForLoop {
  std::string value;  // a variable's name
  SourceSpan value_span;
  std::string index;  // empty: none
  SourceSpan index_span;
  std::optional<ValueTemplate> in;
  // A template of a list of two numbers: `[1, 9]`, `${[a, b]}`, `[0, ${n - 1}]`.
  std::optional<ValueTemplate> range;
  std::vector<StepIndex> steps;
  VariableRef value_variable;     // resolved, in the body's context
  VariableRef index_variable;     // resolved, when there is an index
  ContextIndex body_context = 0;  // resolved
};

struct ForStep {
  ForLoop loop;
};

struct ParallelBranch {
  std::string name;
  SourceSpan name_span;
  std::vector<StepIndex> steps;
  // A branch written `- b: {call: …}` instead of with `steps` holds one step without a name.
  ContextIndex body_context = 0;  // resolved
};

struct ParallelStep {
  // One of the two.
  std::vector<ParallelBranch> branches;
  std::optional<ForLoop> loop;

  std::vector<std::string> shared;
  std::vector<SourceSpan> shared_spans;
  std::optional<ValueTemplate> concurrency_limit;
  std::string exception_policy;  // "continueAll", or empty when it is not written
};

struct ExceptBlock {
  SourceSpan span;
  std::string error_name;  // of `as`; empty: none
  SourceSpan error_name_span;
  std::vector<StepIndex> steps;   // may be empty
  VariableRef error_variable;     // resolved, when `as` is there
  ContextIndex body_context = 0;  // resolved
};

struct TryStep {
  StepIndex body = kNoStep;  // a step without a name: a call or another, or a block of steps
  // `${http.default_retry}` or a map of predicate, max_retries, backoff; gives a map in any case,
  // whose predicate is a function value.
  std::optional<ValueTemplate> retry;
  SourceSpan retry_span;  // of the key `retry`
  std::optional<ExceptBlock> except;
  ContextIndex body_context = 0;  // resolved
};

struct RaiseStep {
  ValueTemplate value;
};

struct ReturnStep {
  ValueTemplate value;
};

// `steps:` in a step's body, or a try's or a switch entry's block. Entering it is going to its
// first step; there is always one. Its last step goes on where the block does.
struct BlockStep {
  std::vector<StepIndex> steps;
};

// A body with `next` alone, or an empty one.
struct JumpStep {};

struct Step {
  // Empty for a step without one (in a try, in a switch entry): errors name the step around it.
  std::string name;
  SourceSpan name_span;
  // Of the key that says what the step does (`call`, `raise`, …), or of `next` in a jump. Its line
  // is the one that the service's error contexts name.
  SourceSpan keyword_span;
  std::variant<AssignStep, CallStep, SwitchStep, ForStep, ParallelStep, TryStep, RaiseStep,
               ReturnStep, BlockStep, JumpStep>
      action;
  std::string next;  // as written; empty: none
  SourceSpan next_span;

  // Resolved.
  Continuation continuation;   // when the step is through: its `next`, else what follows it
  ContextIndex context = 0;    // the innermost that it stands in
  StepIndex parent = kNoStep;  // the step whose part it is: a block, switch, for, parallel, try
  StepIndex named = kNoStep;   // itself, or the innermost step around it that has a name
};

}  // namespace hyperlocal::workflow
