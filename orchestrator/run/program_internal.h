#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "orchestrator/run/step_observer.h"
#include "orchestrator/syntax/definition.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// A checked definition as a flat list of instructions for a machine with a stack of operands. Why
// not walk the tree: an execution must be data between any two instructions, to be written down and
// to go on elsewhere, also in the middle of an expression that calls a subworkflow. So nothing of a
// run may live on the C++ stack.
//
// Control flow is jumps. What a `try` covers is a range of instructions (TryRegion), so jumping in
// and out of it needs no bookkeeping. Loops and tries keep their state in hidden slots of the frame
// behind its variables.

enum class Op : std::uint8_t {
  // Statements.
  kStep,         // step `a` begins: it is counted, an entry is made
  kClear,        // slots [a, a + b) of the frame have no value any more
  kJump,         // to a
  kJumpIfFalse,  // pops a condition; to a when it is false, TypeError when it is no boolean
  kPop,
  kReturn,     // pops what the routine returns
  kRaise,      // pops what is raised
  kStore,      // pops into slot b of the frame `level` out
  kStorePath,  // pops `count` keys and, below them, a value; into an element of slot b
  kDefault,    // to a when slot b has a value: an argument that was passed
  kForBegin,   // pops a list, or a range's ends, for loop a
  kForNext,    // the next iteration of loop a, or to b when there is none
  kParallel,   // parallel step a: pops its limit and what it iterates over, as it has them
  kEndBranch,  // the fiber of a branch or iteration is through
  kTryBegin,   // of try a: no attempt was made yet
  kCatch,      // the error that brought us here becomes that of try a
  kRetry,      // pops the policy of try a; pushes its verdict, or to b when no attempt is left
  kRetryWait,  // pops the verdict; to b when it is false, else waits for the back-off
  kExcept,     // the except block of try a begins
  kPushError,  // pushes the error of try a
  kRethrow,    // raises the error of try a again, where it was raised first
  // Expressions.
  kConstant,       // pushes constant a
  kLoad,           // pushes slot b of the frame `level` out; a is the constant of its name
  kMember,         // pops a map; pushes its value of the key that is constant a
  kElement,        // pops an index and a list or map
  kMakeList,       // pops a values
  kNewMap,         // pushes an empty map
  kSetKey,         // pops a value; sets the key that is constant a in the map below
  kSetAnyKey,      // pops a value and a key; sets it in the map below
  kUnary,          // operator a
  kBinary,         // operator a; not `and`, `or`
  kAndTest,        // to a when the top is false, else pops it; TypeError when it is no boolean
  kOrTest,         // to a when the top is true, else pops it
  kBoolean,        // TypeError when the top, the last operand of `and` or `or`, is no boolean
  kCallLibrary,    // function a with the arguments in mask b; pushes its result, perhaps later
  kCallConnector,  // pops a map of arguments; constant a is the connector's name
  kCallRoutine,    // routine a with the arguments in mask b
};

struct Instruction {
  Op op = Op::kPop;
  std::uint8_t level = 0;
  std::uint16_t count = 0;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::uint32_t site = 0;  // in Program::sites
};

// Where in the source an instruction comes from, for error contexts and stack traces.
struct Site {
  std::uint32_t routine = 0;
  StepIndex step = kNoStep;  // one that has a name
  SourceSpan span;
};

// What an entry of a step says that does not change from run to run.
struct StepFacts {
  std::string name;
  StepType type = StepType::kAssign;
  SourceSpan span;
  // How many entries are open around one of this step, synthetic ones (an iteration, a try's block)
  // among them, as far as the routine is concerned.
  std::uint32_t depth = 0;
  bool counted = true;  // against the limit of steps
};

// A call's, a branch's or an iteration's values: `visible` variables, then hidden slots.
struct FrameShape {
  std::uint32_t visible = 0;
  std::uint32_t slots = 0;
};

struct RoutineCode {
  std::string name;
  std::uint32_t entry = 0;
  std::vector<std::uint32_t> parameter_slots;
  FrameShape frame;
  std::vector<StepFacts> steps;  // by StepIndex
};

struct LoopCode {
  std::uint32_t routine = 0;
  StepIndex step = kNoStep;
  bool range = false;
  std::uint32_t value_slot = 0;
  std::int64_t index_slot = -1;  // -1: there is no index
  // Three hidden slots: the list or the next number; the last number; the index.
  std::uint32_t state = 0;
};

struct ParallelCode {
  std::uint32_t routine = 0;
  StepIndex step = kNoStep;
  bool has_limit = false;
  bool iterates = false;  // `for` instead of branches
  bool range = false;
  struct Branch {
    std::string name;
    std::uint32_t entry = 0;
    FrameShape frame;
  };
  std::vector<Branch> branches;  // of a `for` one, which every iteration runs
  std::uint32_t value_slot = 0;
  std::int64_t index_slot = -1;
};

struct TryCode {
  std::uint32_t routine = 0;
  StepIndex step = kNoStep;
  bool retries = false;
  SourceSpan retry_span;
  SourceSpan except_span;
  // Hidden slots: the error and its trace; of a retry also attempts, delay and policy.
  std::uint32_t state = 0;
};
inline constexpr std::uint32_t kTryError = 0;
inline constexpr std::uint32_t kTryTrace = 1;
inline constexpr std::uint32_t kTryAttempts = 2;
inline constexpr std::uint32_t kTryDelay = 3;
inline constexpr std::uint32_t kTryPolicy = 4;

// An error in [begin, end) goes to `handler`. Regions inside others come before them.
struct TryRegion {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t handler = 0;
};

struct Program {
  std::shared_ptr<const Definition> definition;
  std::vector<Instruction> code;
  std::vector<Value> constants;
  std::vector<Site> sites;
  std::vector<RoutineCode> routines;  // by the index in Definition::routines
  std::vector<LoopCode> loops;
  std::vector<ParallelCode> parallels;
  std::vector<TryCode> tries;
  std::vector<TryRegion> regions;
  // Of source and instruction set: an execution goes on only with the program that it began with.
  std::uint64_t fingerprint = 0;
};

}  // namespace hyperlocal::workflow
