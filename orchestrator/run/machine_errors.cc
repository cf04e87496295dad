#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/error/result.h"
#include "orchestrator/check/library_function.h"
#include "orchestrator/run/failure_text_internal.h"
#include "orchestrator/run/machine_internal.h"
#include "orchestrator/stdlib/library.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflow {
namespace {

// Seconds of a retry policy: a number that is not negative.
Raising<double> PolicyNumber(const ValueMap& map, std::string_view key, double otherwise) {
  const Value* const value = map.Find(key);
  if (value == nullptr || value->is_null()) return otherwise;
  if (!value->is_number()) {
    return RaiseTypeError(fmt::format("'{}' of a retry policy must be a number; got: {}", key,
                                      TypeNameInErrors(*value)));
  }
  if (!(value->number() >= 0 && value->number() <= static_cast<double>(kLongestSleep.count()))) {
    return RaiseValueError(fmt::format("'{}' of a retry policy must be from 0 to {}; got: {}", key,
                                       kLongestSleep.count(), DoubleText(value->number())));
  }
  return value->number();
}

}  // namespace

// Which instruction the frame number `index` is in.
static std::uint32_t InstructionOf(const Fiber& fiber, std::size_t index) {
  const bool top = index + 1 == fiber.frames.size();
  return (top ? fiber.pc : fiber.frames[index + 1].return_to) - 1;
}

Value Machine::TraceOf(const Fiber& fiber) const {
  ValueList sites;
  for (std::size_t i = fiber.frames.size(); i > 0; --i) {
    sites.emplace_back(std::int64_t{program_.code[InstructionOf(fiber, i - 1)].site});
  }
  return Value(std::move(sites));
}

std::string Machine::ContextOf(const Value& error, const Value& trace) const {
  std::string text = MessageOf(error);
  for (const TraceElement& element : TraceElements(program_, trace)) {
    text += fmt::format("\nin step \"{}\", routine \"{}\", line: {}", element.step, element.routine,
                        element.position.line);
  }
  return text;
}

void Machine::Fail(Value error, const Value& trace) {
  data_.state = ExecutionState::kFailed;
  data_.failure.context = ContextOf(error, trace);
  data_.failure.trace = TraceElements(program_, trace);
  data_.failure.payload = std::move(error);
}

bool Machine::Raise(FiberId id, Fiber& fiber, Raised raised) {
  Value trace = TraceOf(fiber);
  if (raised.catchable) return RaiseWithTrace(id, fiber, std::move(raised.value), std::move(trace));
  for (auto& [other_id, other] : data_.fibers) {
    if (KeepsEntries()) CloseEntries(other, 0, StepState::kFailed, &raised.value);
  }
  Fail(std::move(raised.value), trace);
  return false;
}

bool Machine::RaiseWithTrace(FiberId id, Fiber& fiber, Value error, Value trace) {
  for (std::size_t i = fiber.frames.size(); i > 0; --i) {
    const std::uint32_t at = InstructionOf(fiber, i - 1);
    const auto region =
        std::find_if(program_.regions.begin(), program_.regions.end(),
                     [at](const TryRegion& one) { return at >= one.begin && at < one.end; });
    if (region == program_.regions.end()) continue;
    while (fiber.frames.size() > i) PopFrame(fiber);
    fiber.operands.resize(fiber.frames.back().operands);
    fiber.pc = region->handler;
    if (KeepsEntries()) {
      const TryCode& block = program_.tries[program_.code[region->handler].a];
      CloseEntries(fiber, EntryDepth(fiber, block.step) + 1, StepState::kFailed, &error);
    }
    fiber.error = std::move(error);
    fiber.error_trace = std::move(trace);
    return true;
  }
  if (fiber.parent != kNoFiber) {
    EndBranch(id, &error, &trace);
    return false;
  }
  if (KeepsEntries()) CloseEntries(fiber, 0, StepState::kFailed, &error);
  Fail(std::move(error), trace);
  return false;
}

Raising<Done> Machine::Retry(Fiber& fiber, const Instruction& instruction) {
  const TryCode& block = program_.tries[instruction.a];
  const Value policy = std::move(fiber.operands.back());
  fiber.operands.pop_back();
  if (!policy.is_map()) {
    return RaiseTypeError(fmt::format("'retry' must be a map; got: {}", TypeNameInErrors(policy)));
  }
  const Value* const most = policy.map().Find("max_retries");
  if (most == nullptr || !most->is_number()) {
    return RaiseTypeError(fmt::format("'max_retries' of a retry policy must be a number; got: {}",
                                      most == nullptr ? "nothing" : TypeNameInErrors(*most)));
  }
  const std::int64_t attempts = Hidden(fiber, block.state + kTryAttempts).value.integer();
  if (static_cast<double>(attempts) >= most->number()) {
    fiber.pc = instruction.b;
    return Done{};
  }
  const Value* const predicate = policy.map().Find("predicate");
  if (predicate != nullptr && !predicate->is_null() && !predicate->is_function()) {
    return RaiseTypeError(
        fmt::format("'predicate' of a retry policy must be a subworkflow or a predicate of the "
                    "library; got: {}",
                    TypeNameInErrors(*predicate)));
  }
  Hidden(fiber, block.state + kTryPolicy).value = policy;
  if (KeepsEntries()) {
    OpenEntry(fiber, EntryDepth(fiber, block.step) + 1, block.routine, block.step, StepType::kRetry,
              block.retry_span, static_cast<std::uint64_t>(attempts) + 1, std::nullopt);
  }
  if (!CountSteps(1)) return RaiseResourceLimitError("Steps limit exceeded");
  if (predicate == nullptr || predicate->is_null()) {
    fiber.operands.emplace_back(true);
    return Done{};
  }
  const Value& error = Hidden(fiber, block.state + kTryError).value;
  const Routine* const routine = program_.definition->Find(predicate->function());
  if (routine == nullptr) {
    fiber.operands.emplace_back(PredicateHolds(predicate->function(), error));
    return Done{};
  }
  // Its result becomes the verdict when it returns.
  const auto index = static_cast<std::uint32_t>(routine - program_.definition->routines.data());
  fiber.operands.push_back(error);
  const Instruction call{.op = Op::kCallRoutine, .a = index, .b = 1, .site = instruction.site};
  return BeginRoutine(fiber, call);
}

bool Machine::RetryWait(Fiber& fiber, const Instruction& instruction) {
  const TryCode& block = program_.tries[instruction.a];
  const Value verdict = std::move(fiber.operands.back());
  fiber.operands.pop_back();
  if (!verdict.is_boolean()) {
    return Raise(running_, fiber,
                 RaiseTypeError(fmt::format("a retry predicate must return a boolean; got: {}",
                                            TypeNameInErrors(verdict))));
  }
  if (!verdict.boolean()) {
    fiber.pc = instruction.b;
    return true;
  }
  const Value policy = Hidden(fiber, block.state + kTryPolicy).value;
  const Value* backoff = policy.map().Find("backoff");
  const Value standard = PolicyValue("retry.default_backoff");
  if (backoff == nullptr || backoff->is_null()) backoff = &standard;
  if (!backoff->is_map()) {
    return Raise(running_, fiber,
                 RaiseTypeError(fmt::format("'backoff' of a retry policy must be a map; got: {}",
                                            TypeNameInErrors(*backoff))));
  }
  const Raising<double> initial = PolicyNumber(backoff->map(), "initial_delay", 1);
  const Raising<double> longest = PolicyNumber(backoff->map(), "max_delay", 60);
  const Raising<double> multiplier = PolicyNumber(backoff->map(), "multiplier", 1.25);
  for (const Raising<double>* const number : {&initial, &longest, &multiplier}) {
    if (!*number) return Raise(running_, fiber, Raised(number->error()));
  }
  Value& attempts = Hidden(fiber, block.state + kTryAttempts).value;
  Value& last = Hidden(fiber, block.state + kTryDelay).value;
  const double delay = std::min(
      longest.value(), attempts.integer() == 0 ? initial.value() : last.dbl() * multiplier.value());
  attempts = Value(attempts.integer() + 1);
  last = Value(delay);
  Hidden(fiber, block.state + kTryError).value = Value();
  Hidden(fiber, block.state + kTryTrace).value = Value();
  // The block begins again.
  if (!CountSteps(1)) {
    return Raise(running_, fiber, RaiseResourceLimitError("Steps limit exceeded"));
  }
  Wait(fiber,
       Sleep{.until = data_.now + std::chrono::duration_cast<TimePoint::duration>(
                                      std::chrono::duration<double>(delay))},
       false);
  return false;
}

}  // namespace hyperlocal::workflow
