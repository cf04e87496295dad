#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

#include "engine/error/result.h"
#include "orchestrator/check/library_function.h"
#include "orchestrator/run/http_exchange.h"
#include "orchestrator/run/machine_internal.h"
#include "orchestrator/stdlib/library.h"
#include "orchestrator/stdlib/time_text.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflow {
namespace {

constexpr std::array<std::string_view, 9> kSeverities{
    "DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"};
constexpr std::array<std::string_view, 7> kCallbackMethods{"GET",    "HEAD",    "POST", "PUT",
                                                           "DELETE", "OPTIONS", "PATCH"};

template <typename Names>
bool IsOneOf(std::string_view name, const Names& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

TimePoint After(TimePoint now, double seconds) {
  return now +
         std::chrono::duration_cast<TimePoint::duration>(std::chrono::duration<double>(seconds));
}

// Arguments by name, for whoever performs a call that is none of the library's own.
Value ArgumentMap(const LibraryFunction& function, const Arguments& arguments) {
  ValueMap map;
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    if (const Value* const value = arguments.Find(i)) map.Set(function.parameters[i].name, *value);
  }
  return Value(std::move(map));
}

}  // namespace

bool Machine::CallLibraryFunction(FiberId id, Fiber& fiber, const Instruction& instruction) {
  const LibraryFunction& function = LibraryFunctions()[instruction.a];
  const auto count = static_cast<std::size_t>(std::popcount(instruction.b));
  const std::size_t first = fiber.operands.size() - count;
  const Arguments arguments(function, std::span<const Value>(fiber.operands).subspan(first),
                            instruction.b);
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    // The checks see to it where they can.
    if (function.parameters[i].required && arguments.Find(i) == nullptr) {
      return Raise(id, fiber,
                   RaiseTypeError(fmt::format("{} needs the argument '{}'", function.name,
                                              function.parameters[i].name)));
    }
  }
  const auto push = [&](Raising<Value> result) {
    if (result) {
      if (Raising<Done> fits = CheckSize(result.value()); !fits) result = std::move(fits.error());
    }
    if (!result) return Raise(id, fiber, std::move(result.error()));
    fiber.operands.resize(first);
    fiber.operands.push_back(std::move(result.value()));
    return true;
  };
  const auto wait = [&](auto raising) {
    if (!raising) return Raise(id, fiber, std::move(raising.error()));
    auto what = std::move(raising.value());
    fiber.operands.resize(first);
    Wait(fiber, std::move(what), true);
    return false;
  };
  if (IsComputed(instruction.a)) {
    LibraryContext context{.now = data_.now,
                           .environment = &data_.options.environment,
                           .random_state = &data_.random_state};
    return push(CallLibrary(instruction.a, arguments, context));
  }
  if (function.name.starts_with("http.")) return wait(BuildHttpRequest(arguments));
  if (function.name == "sys.log") {
    Raising<Done> logged = Log(fiber, arguments);
    return push(logged ? Raising<Value>(Value()) : std::move(logged.error()));
  }
  if (function.name.starts_with("sys.sleep")) {
    Raising<TimePoint> end = SleepEnd(arguments);
    if (!end) return Raise(id, fiber, std::move(end.error()));
    return wait(Raising<Sleep>(Sleep{.until = end.value()}));
  }
  if (function.name == "events.create_callback_endpoint") return push(CreateCallback(arguments));
  if (function.name == "events.await_callback") {
    Raising<AwaitCallback> await = Await(arguments);
    if (!await) return Raise(id, fiber, std::move(await.error()));
    std::deque<Value>& received = data_.callbacks.find(await->callback)->second.received;
    if (received.empty()) return wait(std::move(await));
    Value request = std::move(received.front());
    received.pop_front();
    return push(std::move(request));
  }
  return wait(Raising<ConnectorCall>(ConnectorCall{.name = std::string(function.name),
                                                   .arguments = ArgumentMap(function, arguments)}));
}

Raising<Value> Machine::CreateCallback(const Arguments& arguments) {
  std::string method = "POST";
  if (arguments.Find(std::size_t{0}) != nullptr) {
    HYPERLOCAL_TRY(const std::string* const given, arguments.String(0));
    method = *given;
  }
  if (!IsOneOf(method, kCallbackMethods)) {
    return arguments.WrongValue(0, "must be an HTTP method in capitals; got: " + method);
  }
  const std::string callback = NextUuid(data_.random_state);
  data_.callbacks[callback].method = method;
  ValueMap details;
  details.Set("url", Value(data_.options.callback_base_url + "/" + callback));
  return Value(std::move(details));
}

Raising<AwaitCallback> Machine::Await(const Arguments& arguments) const {
  HYPERLOCAL_TRY(const ValueMap* const details, arguments.Map(0));
  double timeout = static_cast<double>(kDefaultCallbackTimeout.count());
  if (arguments.Find(1) != nullptr) {
    HYPERLOCAL_TRY(timeout, arguments.Number(1));
  }
  if (!(timeout >= 0 && timeout <= static_cast<double>(kLongestSleep.count()))) {
    return arguments.WrongValue(1, fmt::format("must be from 0 to {} seconds; got: {}",
                                               kLongestSleep.count(), DoubleText(timeout)));
  }
  const Value* const url = details->Find("url");
  if (url == nullptr || !url->is_string()) {
    return arguments.WrongValue(0, "must be what events.create_callback_endpoint returned");
  }
  const std::string callback = url->string().substr(url->string().rfind('/') + 1);
  if (!data_.callbacks.contains(callback)) {
    return arguments.WrongValue(0, "is not an endpoint of this execution: " + url->string());
  }
  return AwaitCallback{.callback = callback, .until = After(data_.now, timeout)};
}

Raising<TimePoint> Machine::SleepEnd(const Arguments& arguments) const {
  TimePoint end;
  if (arguments.function_name() == "sys.sleep_until") {
    HYPERLOCAL_TRY(const std::string* const text, arguments.String(0));
    const auto time = ParseRfc3339(*text);
    if (!time) return arguments.WrongValue(0, "is not a time of RFC 3339: " + *text);
    end = std::chrono::time_point_cast<TimePoint::duration>(*time);
    if (end - data_.now > kLongestSleep) {
      return arguments.WrongValue(0, "is more than a year away: " + *text);
    }
  } else {
    HYPERLOCAL_TRY(const double seconds, arguments.Number(0));
    if (!(seconds >= 0 && seconds <= static_cast<double>(kLongestSleep.count()))) {
      return arguments.WrongValue(0, fmt::format("must be from 0 to {}; got: {}",
                                                 kLongestSleep.count(), DoubleText(seconds)));
    }
    end = After(data_.now, seconds);
  }
  return std::max(end, data_.now);
}

Raising<Done> Machine::Log(const Fiber& fiber, const Arguments& arguments) {
  const Value* payload = nullptr;
  int payloads = 0;
  for (const std::string_view name : {"data", "text", "json"}) {
    const Value* const value = arguments.Find(name);
    if (value == nullptr || value->is_null()) continue;
    ++payloads;
    payload = value;
    if (name == "text" && !value->is_string()) {
      return RaiseTypeError(fmt::format("the argument 'text' of sys.log must be a string; got: {}",
                                        TypeNameInErrors(*value)));
    }
    if (name == "json" && !value->is_map()) {
      return RaiseTypeError(fmt::format("the argument 'json' of sys.log must be a map; got: {}",
                                        TypeNameInErrors(*value)));
    }
  }
  if (payloads != 1) {
    return RaiseTypeError(fmt::format(
        "sys.log needs exactly one of the arguments 'data', 'text' and 'json'; got {}", payloads));
  }
  std::string severity = "DEFAULT";
  if (const Value* const given = arguments.Find("severity");
      given != nullptr && !given->is_null()) {
    if (!given->is_string()) {
      return RaiseTypeError(
          fmt::format("the argument 'severity' of sys.log must be a string; got: {}",
                      TypeNameInErrors(*given)));
    }
    severity = given->string();
    if (!IsOneOf(severity, kSeverities)) {
      return RaiseValueError(
          "the argument 'severity' of sys.log is not a severity of Cloud "
          "Logging: " +
          severity);
    }
  }
  const Site& site = program_.sites[program_.code[fiber.pc - 1].site];
  const RoutineCode& routine = program_.routines[site.routine];
  progress_.logs.push_back({.severity = std::move(severity),
                            .payload = *payload,
                            .time = data_.now,
                            .routine = routine.name,
                            .step = site.step == kNoStep ? "" : routine.steps[site.step].name});
  return Done{};
}

void Machine::Wait(Fiber& fiber, decltype(Effect::what) what, bool pushes_answer) {
  fiber.effect = Effect{.id = data_.next_effect++, .what = std::move(what)};
  fiber.pushes_answer = pushes_answer;
  fiber.state = Fiber::State::kWaiting;
  progress_.effects.push_back(*fiber.effect);
}

Fiber* Machine::WaitingFor(std::uint64_t effect, FiberId& id) {
  for (auto& [candidate_id, candidate] : data_.fibers) {
    if (!candidate.effect || candidate.effect->id != effect) continue;
    id = candidate_id;
    return &candidate;
  }
  return nullptr;
}

void Machine::Answer(FiberId id, Fiber& fiber, Raising<Value> answer) {
  fiber.effect.reset();
  fiber.state = Fiber::State::kReady;
  running_ = id;
  bool goes_on = true;
  if (!answer) {
    goes_on = Raise(id, fiber, std::move(answer.error()));
  } else if (fiber.pushes_answer) {
    fiber.operands.push_back(std::move(answer.value()));
  }
  running_ = kNoFiber;
  if (goes_on) data_.ready.push_back(id);
}

}  // namespace hyperlocal::workflow
