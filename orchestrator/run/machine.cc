#include "orchestrator/run/machine_internal.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/error/result.h"
#include "orchestrator/run/http_exchange.h"
#include "orchestrator/stdlib/operators.h"

namespace hyperlocal::workflow {
namespace {

Value Pop(Fiber& fiber) {
  Value value = std::move(fiber.operands.back());
  fiber.operands.pop_back();
  return value;
}

Raised NotBoolean(std::string_view what, const Value& got) {
  return RaiseTypeError(fmt::format("{} must be a boolean; got: {}", what, TypeNameInErrors(got)));
}

}  // namespace

void Machine::Take(Event event) {
  if (data_.state != ExecutionState::kActive) return;
  data_.now = std::max(data_.now, event.time);
  FiberId id = kNoFiber;
  if (std::holds_alternative<Started>(event.what)) {
    if (data_.next_fiber != 0) return;
    const RoutineCode& main = program_.routines[program_.definition->main];
    Fiber fiber;
    fiber.pc = main.entry;
    fiber.frames.push_back({.routine = program_.definition->main, .visible = main.frame.visible});
    fiber.slots.resize(main.frame.slots);
    id = data_.next_fiber++;
    Fiber& placed = data_.fibers.emplace(id, std::move(fiber)).first->second;
    if (!main.parameter_slots.empty()) {
      Raising<Done> assigned =
          Assign(placed.slots[main.parameter_slots[0]], std::move(data_.argument));
      data_.argument = Value();
      if (!assigned) Fail(std::move(assigned.error().value), Value(ValueList{}));
    }
    data_.ready.push_back(id);
  } else if (auto* const answered = std::get_if<HttpAnswered>(&event.what)) {
    if (Fiber* const fiber = WaitingFor(answered->effect, id)) {
      Answer(id, *fiber, HttpResult(answered->outcome));
    }
  } else if (auto* const came = std::get_if<TimeCame>(&event.what)) {
    if (Fiber* const fiber = WaitingFor(came->effect, id)) {
      if (std::holds_alternative<AwaitCallback>(fiber->effect->what)) {
        Answer(id, *fiber,
               RaiseTagged("no callback was received before the timeout",
                           {"TimeoutError", "OSError"}));
      } else {
        Answer(id, *fiber, Value());
      }
    }
  } else if (auto* const received = std::get_if<CallbackReceived>(&event.what)) {
    const auto callback = data_.callbacks.find(received->callback);
    if (callback == data_.callbacks.end()) return;
    Fiber* waiting = nullptr;
    for (auto& [candidate_id, candidate] : data_.fibers) {
      if (!candidate.effect) continue;
      const auto* const await = std::get_if<AwaitCallback>(&candidate.effect->what);
      if (await == nullptr || await->callback != received->callback) continue;
      id = candidate_id;
      waiting = &candidate;
      break;
    }
    if (waiting == nullptr) {
      callback->second.received.push_back(std::move(received->request));
      return;
    }
    Answer(id, *waiting, std::move(received->request));
  } else if (auto* const connector = std::get_if<ConnectorAnswered>(&event.what)) {
    if (Fiber* const fiber = WaitingFor(connector->effect, id)) {
      Answer(id, *fiber, std::move(connector->outcome));
    }
  } else {
    // Cancelled.
    data_.state = ExecutionState::kCancelled;
    ValueMap payload;
    payload.Set("message", Value("Execution cancelled."));
    payload.Set("tags", Value(ValueList{}));
    data_.failure.payload = Value(std::move(payload));
    data_.failure.context = "Execution cancelled.";
    if (KeepsEntries()) {
      for (auto& [other_id, other] : data_.fibers) {
        CloseEntries(other, 0, StepState::kFailed, &data_.failure.payload);
      }
    }
  }
  RunReadyFibers();
}

void Machine::RunReadyFibers() {
  while (data_.state == ExecutionState::kActive && !data_.ready.empty()) {
    const FiberId id = data_.ready.front();
    data_.ready.pop_front();
    RunFiber(id);
  }
  if (data_.state == ExecutionState::kActive) return;
  // Nothing of a finished execution goes on.
  data_.fibers.clear();
  data_.ready.clear();
  data_.parallel.clear();
  data_.variable_bytes = 0;
}

void Machine::RunFiber(FiberId id) {
  running_ = id;
  const auto found = data_.fibers.find(id);
  if (found == data_.fibers.end()) return;
  Fiber& fiber = found->second;
  const Instruction* const code = program_.code.data();
  while (Execute(id, fiber, code[fiber.pc++])) {
  }
  running_ = kNoFiber;
}

bool Machine::CountSteps(std::uint64_t count) {
  data_.steps += count;
  return data_.steps <= data_.options.limits.steps;
}

bool Machine::BeginStep(Fiber& fiber, const Instruction& instruction) {
  const Frame& frame = fiber.frames.back();
  const StepFacts& facts = program_.routines[frame.routine].steps[instruction.a];
  if (KeepsEntries()) {
    OpenEntry(fiber, frame.entries + facts.depth, frame.routine, instruction.a, facts.type,
              facts.span, 0, std::nullopt);
  }
  return !facts.counted || CountSteps(1);
}

bool Machine::Execute(FiberId id, Fiber& fiber, const Instruction& instruction) {
  std::vector<Value>& operands = fiber.operands;
  // Pushes what an operator gave, or raises.
  const auto push = [&](Raising<Value> result) {
    if (!result) return Raise(id, fiber, std::move(result.error()));
    operands.push_back(std::move(result.value()));
    return true;
  };
  const auto done = [&](Raising<Done> result) {
    return result ? true : Raise(id, fiber, std::move(result.error()));
  };
  switch (instruction.op) {
    case Op::kStep:
      if (BeginStep(fiber, instruction)) return true;
      return Raise(id, fiber, RaiseResourceLimitError("Steps limit exceeded"));
    case Op::kClear:
      for (std::uint32_t i = 0; i < instruction.b; ++i) Clear(Hidden(fiber, instruction.a + i));
      return true;
    case Op::kJump:
      fiber.pc = instruction.a;
      return true;
    case Op::kJumpIfFalse: {
      const Value condition = Pop(fiber);
      if (!condition.is_boolean()) return Raise(id, fiber, NotBoolean("a condition", condition));
      if (!condition.boolean()) fiber.pc = instruction.a;
      return true;
    }
    case Op::kPop:
      operands.pop_back();
      return true;
    case Op::kReturn:
      return Return(id, fiber);
    case Op::kRaise:
      return Raise(id, fiber, Raised{.value = Pop(fiber), .catchable = true});
    case Op::kStore:
      return done(Assign(SlotAt(fiber, instruction.level, instruction.b), Pop(fiber)));
    case Op::kStorePath:
      return done(StorePath(fiber, instruction));
    case Op::kDefault:
      if (Hidden(fiber, instruction.b).assigned) fiber.pc = instruction.a;
      return true;
    case Op::kForBegin: {
      Raising<bool> begun = ForBegin(fiber, program_.loops[instruction.a]);
      return begun ? true : Raise(id, fiber, std::move(begun.error()));
    }
    case Op::kForNext:
      return ForNext(fiber, instruction);
    case Op::kParallel: {
      Raising<bool> goes_on = BeginParallel(id, fiber, instruction);
      return goes_on ? goes_on.value() : Raise(id, fiber, std::move(goes_on.error()));
    }
    case Op::kEndBranch:
      EndBranch(id, nullptr, nullptr);
      return false;
    case Op::kTryBegin: {
      const TryCode& block = program_.tries[instruction.a];
      Hidden(fiber, block.state + kTryAttempts).value = Value(0);
      if (KeepsEntries()) {
        OpenEntry(fiber, EntryDepth(fiber, block.step) + 1, block.routine, block.step,
                  StepType::kTry, program_.sites[instruction.site].span, 0, std::nullopt);
      }
      if (CountSteps(1)) return true;
      return Raise(id, fiber, RaiseResourceLimitError("Steps limit exceeded"));
    }
    case Op::kCatch: {
      const TryCode& block = program_.tries[instruction.a];
      Hidden(fiber, block.state + kTryError).value = std::exchange(fiber.error, Value());
      Hidden(fiber, block.state + kTryTrace).value = std::exchange(fiber.error_trace, Value());
      return true;
    }
    case Op::kRetry:
      return done(Retry(fiber, instruction));
    case Op::kRetryWait:
      return RetryWait(fiber, instruction);
    case Op::kExcept: {
      const TryCode& block = program_.tries[instruction.a];
      if (KeepsEntries()) {
        OpenEntry(fiber, EntryDepth(fiber, block.step) + 1, block.routine, block.step,
                  StepType::kExcept, block.except_span, 0, std::nullopt);
      }
      if (CountSteps(1)) return true;
      return Raise(id, fiber, RaiseResourceLimitError("Steps limit exceeded"));
    }
    case Op::kPushError:
      operands.push_back(std::exchange(
          Hidden(fiber, program_.tries[instruction.a].state + kTryError).value, Value()));
      return true;
    case Op::kRethrow: {
      const TryCode& block = program_.tries[instruction.a];
      return RaiseWithTrace(id, fiber,
                            std::exchange(Hidden(fiber, block.state + kTryError).value, Value()),
                            std::exchange(Hidden(fiber, block.state + kTryTrace).value, Value()));
    }
    case Op::kConstant:
      operands.push_back(program_.constants[instruction.a]);
      return true;
    case Op::kLoad: {
      const Slot& slot = SlotAt(fiber, instruction.level, instruction.b);
      if (!slot.assigned) {
        return Raise(id, fiber, RaiseKeyError(program_.constants[instruction.a].string()));
      }
      operands.push_back(slot.value);
      return true;
    }
    case Op::kMember: {
      Raising<Value> found = Member(operands.back(), program_.constants[instruction.a].string());
      if (!found) return Raise(id, fiber, std::move(found.error()));
      operands.back() = std::move(found.value());
      return true;
    }
    case Op::kElement: {
      const Value index = Pop(fiber);
      const Value object = Pop(fiber);
      return push(Element(object, index));
    }
    case Op::kMakeList: {
      const std::size_t first = operands.size() - instruction.a;
      ValueList list(std::make_move_iterator(operands.begin() + static_cast<std::ptrdiff_t>(first)),
                     std::make_move_iterator(operands.end()));
      operands.resize(first);
      operands.emplace_back(std::move(list));
      return true;
    }
    case Op::kNewMap:
      operands.emplace_back(ValueMap());
      return true;
    case Op::kSetKey: {
      Value value = Pop(fiber);
      operands.back().MutableMap().Set(program_.constants[instruction.a].string(),
                                       std::move(value));
      return true;
    }
    case Op::kSetAnyKey: {
      Value value = Pop(fiber);
      const Value key = Pop(fiber);
      if (!key.is_string()) {
        return Raise(id, fiber,
                     RaiseTypeError(fmt::format("a map's key must be a string; got: {}",
                                                TypeNameInErrors(key))));
      }
      operands.back().MutableMap().Set(key.string(), std::move(value));
      return true;
    }
    case Op::kUnary: {
      const Value operand = Pop(fiber);
      return push(ApplyUnary(static_cast<UnaryOperator>(instruction.a), operand));
    }
    case Op::kBinary: {
      const Value right = Pop(fiber);
      Value& left = operands.back();
      Raising<Value> result = ApplyBinary(static_cast<BinaryOperator>(instruction.a), left, right);
      if (!result) return Raise(id, fiber, std::move(result.error()));
      left = std::move(result.value());
      if (left.is_string()) return done(CheckSize(left));
      return true;
    }
    case Op::kAndTest:
    case Op::kOrTest: {
      const bool is_and = instruction.op == Op::kAndTest;
      if (!operands.back().is_boolean()) {
        return Raise(
            id, fiber,
            NotBoolean(is_and ? "an operand of 'and'" : "an operand of 'or'", operands.back()));
      }
      if (operands.back().boolean() != is_and) {
        fiber.pc = instruction.a;
      } else {
        operands.pop_back();
      }
      return true;
    }
    case Op::kBoolean:
      if (operands.back().is_boolean()) return true;
      return Raise(id, fiber,
                   NotBoolean(static_cast<BinaryOperator>(instruction.a) == BinaryOperator::kAnd
                                  ? "an operand of 'and'"
                                  : "an operand of 'or'",
                              operands.back()));
    case Op::kCallLibrary:
      return CallLibraryFunction(id, fiber, instruction);
    case Op::kCallConnector: {
      Value arguments = Pop(fiber);
      Wait(fiber,
           ConnectorCall{.name = program_.constants[instruction.a].string(),
                         .arguments = std::move(arguments)},
           true);
      return false;
    }
    case Op::kCallRoutine:
      return done(BeginRoutine(fiber, instruction));
  }
  return false;
}

}  // namespace hyperlocal::workflow
