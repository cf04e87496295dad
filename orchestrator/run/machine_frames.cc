#include <fmt/core.h>

#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/error/result.h"
#include "orchestrator/run/machine_internal.h"
#include "orchestrator/stdlib/operators.h"
#include "orchestrator/value/value_json.h"

// Frames and the values in them: assignment, calls and returns, loops.
namespace hyperlocal::workflow {
namespace {

Value Pop(Fiber& fiber) {
  Value value = std::move(fiber.operands.back());
  fiber.operands.pop_back();
  return value;
}

}  // namespace

Slot& Machine::SlotAt(Fiber& fiber, std::uint32_t level, std::uint32_t slot) {
  // A frame further out is the top one of the fiber that waits for this one's branch. Only the
  // bottom frame of a fiber is inside another one.
  Fiber* owner = &fiber;
  for (; level > 0; --level) owner = &data_.fibers.find(owner->parent)->second;
  return owner->slots[owner->frames.back().slots + slot];
}

Raising<Done> Machine::CheckSize(const Value& value) const {
  if (value.is_string() && value.string().size() > data_.options.limits.string_bytes) {
    return RaiseResourceLimitError(fmt::format("a string of {} bytes exceeds the limit of {} KB",
                                               value.string().size(),
                                               data_.options.limits.string_bytes / 1024));
  }
  if (value.Depth() > Value::kDepthLimit) {
    return RaiseResourceLimitError(
        fmt::format("lists and maps are nested deeper than {}", Value::kDepthLimit));
  }
  return Done{};
}

Raising<Done> Machine::Assign(Slot& slot, Value value) {
  HYPERLOCAL_TRY_STATUS(CheckSize(value));
  const std::size_t before = slot.assigned ? slot.value.CountedBytes() : 0;
  data_.variable_bytes += value.CountedBytes();
  data_.variable_bytes -= before;
  slot.value = std::move(value);
  slot.assigned = true;
  if (data_.variable_bytes > data_.options.limits.variable_bytes) {
    return RaiseResourceLimitError("Memory usage limit exceeded");
  }
  return Done{};
}

void Machine::Clear(Slot& slot) {
  if (!slot.assigned) return;
  data_.variable_bytes -= slot.value.CountedBytes();
  slot.value = Value();
  slot.assigned = false;
}

Raising<Done> Machine::StorePath(Fiber& fiber, const Instruction& instruction) {
  const std::size_t count = instruction.count;
  const std::size_t first_key = fiber.operands.size() - count;
  Value value = std::move(fiber.operands[first_key - 1]);
  HYPERLOCAL_TRY_STATUS(CheckSize(value));
  Slot& slot = SlotAt(fiber, instruction.level, instruction.b);
  if (!slot.assigned) {
    return RaiseKeyError(program_.constants[instruction.a].string());
  }
  // Errors first: a container is made this variable's own only when it really is changed.
  const Value* probe = &slot.value;
  for (std::size_t i = 0; i < count; ++i) {
    const Value& key = fiber.operands[first_key + i];
    const bool last = i + 1 == count;
    if (probe->is_list() && key.is_integer()) {
      HYPERLOCAL_TRY(const std::size_t place, ListIndex(probe->list(), key.integer()));
      if (!last) probe = &probe->list()[place];
    } else if (probe->is_map() && key.is_string()) {
      if (last) break;
      const Value* const found = probe->map().Find(key.string());
      if (found == nullptr) return RaiseKeyError(key.string());
      probe = found;
    } else if (probe->is_list() || probe->is_map()) {
      return RaiseTypeError(
          fmt::format("{} must be {}; got: {}", probe->is_list() ? "a list's index" : "a map's key",
                      probe->is_list() ? "an integer" : "a string", TypeNameInErrors(key)));
    } else {
      return RaiseTypeError(fmt::format("cannot assign to an element of a value of type '{}'",
                                        TypeNameInErrors(*probe)));
    }
  }
  Value* target = &slot.value;
  std::size_t before = 0;
  std::size_t after = value.CountedBytes();
  for (std::size_t i = 0; i < count; ++i) {
    const Value& key = fiber.operands[first_key + i];
    if (target->is_list()) {
      target = &target->MutableList()[static_cast<std::size_t>(key.integer())];
    } else {
      ValueMap& map = target->MutableMap();
      target = map.Find(key.string());
      if (target == nullptr) {
        after += 8 + key.string().size();  // as CountedBytes counts a key
        target = &map.Set(key.string(), std::move(value));
        before = 0;
        value = *target;
        break;
      }
    }
    if (i + 1 == count) before = target->CountedBytes();
  }
  *target = std::move(value);
  data_.variable_bytes += after;
  data_.variable_bytes -= before;
  fiber.operands.resize(first_key - 1);
  if (data_.variable_bytes > data_.options.limits.variable_bytes) {
    return RaiseResourceLimitError("Memory usage limit exceeded");
  }
  if (slot.value.Depth() > Value::kDepthLimit) {
    return RaiseResourceLimitError(
        fmt::format("lists and maps are nested deeper than {}", Value::kDepthLimit));
  }
  return Done{};
}

Raising<Done> Machine::BeginRoutine(Fiber& fiber, const Instruction& instruction) {
  if (fiber.call_depth + fiber.frames.size() >= data_.options.limits.call_depth) {
    return RaiseRecursionError(
        fmt::format("more than {} calls inside each other", data_.options.limits.call_depth));
  }
  const RoutineCode& routine = program_.routines[instruction.a];
  const auto count = static_cast<std::size_t>(std::popcount(instruction.b));
  const std::size_t first = fiber.operands.size() - count;
  const std::size_t base = fiber.slots.size();
  fiber.slots.resize(base + routine.frame.slots);
  fiber.frames.push_back({.routine = instruction.a,
                          .return_to = fiber.pc,
                          .slots = static_cast<std::uint32_t>(base),
                          .visible = routine.frame.visible,
                          .operands = static_cast<std::uint32_t>(first),
                          .entries = static_cast<std::uint32_t>(fiber.entries.size())});
  fiber.pc = routine.entry;
  std::size_t argument = first;
  for (std::size_t i = 0; i < routine.parameter_slots.size(); ++i) {
    if ((instruction.b >> i & 1U) == 0) continue;
    Raising<Done> assigned = Assign(fiber.slots[base + routine.parameter_slots[i]],
                                    std::move(fiber.operands[argument++]));
    if (assigned) continue;
    // What is too large is told at the call.
    const std::uint32_t call = fiber.frames.back().return_to;
    PopFrame(fiber);
    fiber.pc = call;
    return std::move(assigned.error());
  }
  fiber.operands.resize(first);
  return Done{};
}

bool Machine::Return(FiberId id, Fiber& fiber) {
  Value result = Pop(fiber);
  if (Raising<Done> fits = CheckSize(result); !fits) {
    return Raise(id, fiber, std::move(fits.error()));
  }
  const bool of_workflow = fiber.frames.size() == 1;
  if (of_workflow) {
    if (const Result<std::string> text = JsonText(result); !text) {
      return Raise(id, fiber,
                   RaiseValueError("the result of the workflow: " + text.error().message));
    }
    if (result.CountedBytes() > data_.options.limits.result_bytes) {
      Raised raised = RaiseTagged("ResourceLimitError: the result exceeds the limit of 512 KB",
                                  {"ResultSizeLimitExceededError", "ResourceLimitError"});
      raised.catchable = false;
      return Raise(id, fiber, std::move(raised));
    }
  }
  const Frame frame = fiber.frames.back();
  if (KeepsEntries()) CloseEntries(fiber, frame.entries, StepState::kSucceeded, nullptr);
  if (of_workflow) {
    data_.result = std::move(result);
    data_.state = ExecutionState::kSucceeded;
    return false;
  }
  PopFrame(fiber);
  fiber.operands.push_back(std::move(result));
  fiber.pc = frame.return_to;
  return true;
}

void Machine::PopFrame(Fiber& fiber) {
  const Frame& frame = fiber.frames.back();
  for (std::size_t i = 0; i < frame.visible; ++i) Clear(fiber.slots[frame.slots + i]);
  fiber.slots.resize(frame.slots);
  fiber.operands.resize(frame.operands);
  fiber.frames.pop_back();
}

Raising<bool> Machine::ForBegin(Fiber& fiber, const LoopCode& loop) {
  Value over = Pop(fiber);
  if (!over.is_list()) {
    return RaiseTypeError(fmt::format("'{}' must be a list; got: {}", loop.range ? "range" : "in",
                                      TypeNameInErrors(over)));
  }
  Slot& index = Hidden(fiber, loop.state + 2);
  index.value = Value(0);
  if (!loop.range) {
    Hidden(fiber, loop.state).value = std::move(over);
    return true;
  }
  const ValueList& ends = over.list();
  if (ends.size() != 2) {
    return RaiseValueError(
        fmt::format("'range' must be a list of two numbers; got a list of {}", ends.size()));
  }
  for (const Value& end : ends) {
    if (!end.is_number() || (end.is_double() && !std::isfinite(end.dbl()))) {
      return RaiseTypeError(
          fmt::format("'range' must be a list of two numbers; got: {}", TypeNameInErrors(end)));
    }
  }
  const bool whole = ends[0].is_integer() && ends[1].is_integer();
  Hidden(fiber, loop.state).value = whole ? ends[0] : Value(ends[0].number());
  Hidden(fiber, loop.state + 1).value = whole ? ends[1] : Value(ends[1].number());
  return true;
}

bool Machine::ForNext(Fiber& fiber, const Instruction& instruction) {
  const LoopCode& loop = program_.loops[instruction.a];
  Slot& state = Hidden(fiber, loop.state);
  Slot& counter = Hidden(fiber, loop.state + 2);
  const std::int64_t index = counter.value.integer();
  Value value;
  std::optional<std::uint64_t> expected;
  if (!loop.range) {
    const ValueList& list = state.value.list();
    expected = list.size();
    if (static_cast<std::size_t>(index) >= list.size()) {
      state.value = Value();
      fiber.pc = instruction.b;
      return true;
    }
    value = list[static_cast<std::size_t>(index)];
  } else {
    const Value& last = Hidden(fiber, loop.state + 1).value;
    // Null after the last number that an integer can be.
    if (state.value.is_null() || CompareNumbers(state.value, last) > 0) {
      state.value = Value();
      fiber.pc = instruction.b;
      return true;
    }
    value = state.value;
    if (value.is_double()) {
      // Beyond 2^53 the next number would be the same one.
      const double next = value.dbl() + 1;
      state.value = next > value.dbl() ? Value(next) : Value();
    } else {
      const bool more = value.integer() < std::numeric_limits<std::int64_t>::max();
      state.value = more ? Value(value.integer() + 1) : Value();
    }
  }
  counter.value = Value(index + 1);
  if (KeepsEntries()) {
    const StepFacts& facts = program_.routines[loop.routine].steps[loop.step];
    OpenEntry(fiber, fiber.frames.back().entries + facts.depth + 1, loop.routine, loop.step,
              StepType::kForIteration, facts.span, static_cast<std::uint64_t>(index), expected);
  }
  if (!CountSteps(1)) {
    return Raise(running_, fiber, RaiseResourceLimitError("Steps limit exceeded"));
  }
  Raising<Done> assigned = Assign(Hidden(fiber, loop.value_slot), std::move(value));
  if (assigned && loop.index_slot >= 0) {
    assigned = Assign(Hidden(fiber, static_cast<std::uint32_t>(loop.index_slot)), Value(index));
  }
  return assigned ? true : Raise(running_, fiber, std::move(assigned.error()));
}

}  // namespace hyperlocal::workflow
