#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/error/result.h"
#include "orchestrator/run/failure_text_internal.h"
#include "orchestrator/run/machine_internal.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflow {
namespace {

// How many numbers a range has.
Raising<std::uint64_t> CountOfRange(const Value& range) {
  const ValueList& ends = range.list();
  if (ends.size() != 2 || !ends[0].is_number() || !ends[1].is_number()) {
    return RaiseTypeError("'range' must be a list of two numbers");
  }
  if (ends[0].is_integer() && ends[1].is_integer()) {
    const std::int64_t first = ends[0].integer();
    const std::int64_t last = ends[1].integer();
    if (last < first) return std::uint64_t{0};
    return static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first) + 1;
  }
  const double count = std::floor(ends[1].number() - ends[0].number()) + 1;
  if (!(count >= 1)) return std::uint64_t{0};
  if (count > 9e15) return RaiseValueError("'range' has too many numbers");
  return static_cast<std::uint64_t>(count);
}

void AddTags(const Value& error, ValueList& tags) {
  const auto add = [&tags](const Value& tag) {
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
  };
  const Value* const own = error.is_map() ? error.map().Find("tags") : nullptr;
  if (own == nullptr || !own->is_list()) {
    add(Value("RuntimeError"));
    return;
  }
  for (const Value& tag : own->list()) add(tag);
}

// The shape that was published of the service's.
Value UnhandledBranchError(ParallelState& state) {
  std::sort(state.errors.begin(), state.errors.end(),
            [](const BranchError& a, const BranchError& b) { return a.branch < b.branch; });
  ValueList branches;
  ValueList tags{Value("UnhandledBranchError")};
  for (const BranchError& one : state.errors) {
    AddTags(one.payload, tags);
    ValueMap error;
    error.Set("context", Value(one.context));
    error.Set("payload", Value(PayloadText(one.payload)));
    ValueMap branch;
    branch.Set("error", Value(std::move(error)));
    branch.Set("id", Value(one.id));
    branches.emplace_back(std::move(branch));
  }
  ValueMap map;
  map.Set("branches", Value(std::move(branches)));
  map.Set("message", Value("UnhandledBranchError: One or more branches or iterations encountered "
                           "an unhandled runtime error"));
  map.Set("tags", Value(std::move(tags)));
  map.Set("truncated", Value(state.failed > state.errors.size()));
  return Value(std::move(map));
}

}  // namespace

Raising<bool> Machine::BeginParallel(FiberId id, Fiber& fiber, const Instruction& instruction) {
  const ParallelCode& code = program_.parallels[instruction.a];
  ParallelState state;
  state.code = instruction.a;
  if (code.has_limit) {
    const Value limit = std::move(fiber.operands.back());
    fiber.operands.pop_back();
    if (!limit.is_integer()) {
      return RaiseTypeError(
          fmt::format("'concurrency_limit' must be an integer; got: {}", TypeNameInErrors(limit)));
    }
    if (limit.integer() < 1) {
      return RaiseValueError(
          fmt::format("'concurrency_limit' must be positive; got: {}", limit.integer()));
    }
    state.limit = static_cast<std::uint64_t>(limit.integer());
  }
  state.count = code.branches.size();
  if (code.iterates) {
    Value over = std::move(fiber.operands.back());
    fiber.operands.pop_back();
    if (!over.is_list()) {
      return RaiseTypeError(fmt::format("'{}' must be a list; got: {}", code.range ? "range" : "in",
                                        TypeNameInErrors(over)));
    }
    state.count = over.list().size();
    if (code.range) {
      HYPERLOCAL_TRY(state.count, CountOfRange(over));
    }
    state.items = std::move(over);
  }
  if (fiber.depth >= data_.options.limits.parallel_depth) {
    return RaiseParallelNestingError(fmt::format("parallel steps are nested more than {} deep",
                                                 data_.options.limits.parallel_depth));
  }
  if (state.count == 0) return true;
  fiber.parallel = std::move(state);
  fiber.state = Fiber::State::kParallel;
  // While it waits for its own branches it is none that runs; else nested steps could starve.
  if (fiber.parent != kNoFiber) --data_.running_branches;
  data_.parallel.push_back(id);
  StartBranches();
  return false;
}

void Machine::StartBranches() {
  // The youngest parallel step first: what is deepest inside ends first.
  for (std::size_t i = data_.parallel.size(); i > 0; --i) {
    const FiberId id = data_.parallel[i - 1];
    Fiber& parent = data_.fibers.find(id)->second;
    ParallelState& state = *parent.parallel;
    while (data_.state == ExecutionState::kActive && state.started < state.count &&
           (state.limit == 0 || state.running < state.limit) &&
           data_.running_branches < data_.options.limits.concurrent_branches) {
      StartBranch(id, parent);
    }
  }
}

void Machine::StartBranch(FiberId parent_id, Fiber& parent) {
  ParallelState& state = *parent.parallel;
  const ParallelCode& code = program_.parallels[state.code];
  const std::uint64_t number = state.started++;
  const ParallelCode::Branch& branch = code.branches[code.iterates ? 0 : number];
  if (!CountSteps(1)) {
    const Raised raised = RaiseResourceLimitError("Steps limit exceeded");
    Fail(raised.value, TraceOf(parent));
    return;
  }
  ++state.running;
  ++data_.running_branches;
  const FiberId id = data_.next_fiber++;
  Fiber& fiber = data_.fibers[id];
  fiber.parent = parent_id;
  fiber.branch = number;
  fiber.depth = parent.depth + 1;
  // The bottom frame is the caller's own in another place, no call.
  fiber.call_depth = parent.call_depth + static_cast<std::uint32_t>(parent.frames.size()) - 1;
  fiber.pc = branch.entry;
  fiber.frames.push_back({.routine = code.routine, .visible = branch.frame.visible});
  fiber.slots.resize(branch.frame.slots);
  if (KeepsEntries()) {
    const StepFacts& facts = program_.routines[code.routine].steps[code.step];
    fiber.parent_entry = parent.entries.empty() ? 0 : parent.entries.back().id;
    const FiberId around = std::exchange(running_, id);
    OpenEntry(fiber, 0, code.routine, code.step,
              code.iterates ? StepType::kForIteration : StepType::kParallelBranchEntry, facts.span,
              number, state.count);
    running_ = around;
  }
  data_.ready.push_back(id);
  if (!code.iterates) return;
  Value value;
  if (!code.range) {
    value = state.items.list()[number];
  } else if (const ValueList& ends = state.items.list();
             ends[0].is_integer() && ends[1].is_integer()) {
    value =
        Value(static_cast<std::int64_t>(static_cast<std::uint64_t>(ends[0].integer()) + number));
  } else {
    value = Value(ends[0].number() + static_cast<double>(number));
  }
  Raising<Done> assigned = Assign(fiber.slots[code.value_slot], std::move(value));
  if (assigned && code.index_slot >= 0) {
    assigned = Assign(fiber.slots[static_cast<std::size_t>(code.index_slot)],
                      Value(static_cast<std::int64_t>(number)));
  }
  if (!assigned) Fail(assigned.error().value, TraceOf(parent));
}

void Machine::EndBranch(FiberId id, const Value* error, const Value* trace) {
  const auto found = data_.fibers.find(id);
  Fiber& fiber = found->second;
  const FiberId parent_id = fiber.parent;
  Fiber& parent = data_.fibers.find(parent_id)->second;
  ParallelState& state = *parent.parallel;
  if (KeepsEntries()) {
    CloseEntries(fiber, 0, error == nullptr ? StepState::kSucceeded : StepState::kFailed, error);
  }
  if (error != nullptr) {
    ++state.failed;
    if (state.errors.size() < data_.options.limits.kept_branch_errors) {
      state.errors.push_back({.branch = fiber.branch,
                              .id = std::to_string(fiber.branch),
                              .payload = *error,
                              .context = ContextOf(*error, *trace)});
    }
  }
  while (!fiber.frames.empty()) PopFrame(fiber);
  data_.fibers.erase(found);
  --state.running;
  --data_.running_branches;
  if (state.running == 0 && state.started == state.count) EndParallel(parent_id, parent);
  StartBranches();
}

void Machine::EndParallel(FiberId id, Fiber& fiber) {
  data_.parallel.erase(std::find(data_.parallel.begin(), data_.parallel.end(), id));
  ParallelState state = std::move(*fiber.parallel);
  fiber.parallel.reset();
  fiber.state = Fiber::State::kReady;
  // The place of its last branch is now its own.
  if (fiber.parent != kNoFiber) ++data_.running_branches;
  if (state.failed == 0) {
    data_.ready.push_back(id);
    return;
  }
  const bool caught =
      Raise(id, fiber, Raised{.value = UnhandledBranchError(state), .catchable = true});
  if (caught) data_.ready.push_back(id);
}

}  // namespace hyperlocal::workflow
