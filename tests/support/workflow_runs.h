#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "orchestrator/check/check_definition.h"
#include "orchestrator/run/execution.h"
#include "orchestrator/run/program.h"
#include "orchestrator/value/value.h"
#include "orchestrator/value/value_json.h"

// Runs of workflows in tests, without a driver: the test is the world.
namespace hyperlocal::testing {

// 2026-01-01T00:00:00Z.
inline constexpr std::chrono::system_clock::time_point kWorkflowStart{
    std::chrono::seconds(1'767'225'600)};

// A test whose definition does not even load cannot go on.
inline std::shared_ptr<const workflow::Program> ProgramOf(std::string source) {
  auto definition = workflow::LoadDefinition(source, "test.yaml");
  if (!definition) {
    std::fprintf(stderr, "%s\n%s\n", definition.error().message.c_str(), source.c_str());
    std::abort();
  }
  return workflow::Compile(std::move(definition).value());
}

inline workflow::Value Json(std::string_view text) {
  auto value = workflow::ParseJsonValue(text);
  if (!value) {
    std::fprintf(stderr, "%s: %s\n", value.error().message.c_str(), std::string(text).c_str());
    std::abort();
  }
  return std::move(value).value();
}

inline std::string Text(const workflow::Value& value) {
  const auto text = workflow::JsonText(value);
  return text ? text.value() : "(" + text.error().message + ")";
}

// An execution in a world whose clock stands still until the execution only sleeps.
class WorkflowRun {
 public:
  // What an HTTP request is answered; by default a 404.
  using Server = std::function<HttpOutcome(const workflow::HttpRequest&)>;

  explicit WorkflowRun(std::string source, workflow::Value argument = {},
                       workflow::ExecutionOptions options = {})
      : execution(workflow::Execution::Begin(ProgramOf(std::move(source)), std::move(argument),
                                             std::move(options))) {}

  // Tells the execution something, and takes what it wants then.
  void Tell(decltype(workflow::Event::what) what) {
    workflow::Progress progress =
        workflow::Advance(execution, {.time = now, .what = std::move(what)}, observer);
    for (workflow::LogEntry& entry : progress.logs) logs.push_back(std::move(entry));
    for (workflow::Effect& effect : progress.effects) effects.push_back(std::move(effect));
  }

  // Begins the execution and goes on until it is over or waits for a callback or connector.
  WorkflowRun& ToEnd() {
    Tell(workflow::Started{});
    Continue();
    return *this;
  }

  void Continue() {
    while (execution.state() == workflow::ExecutionState::kActive && Step()) {
    }
  }

  // Answers the oldest request, or else lets the earliest sleep end. False when there is neither.
  bool Step() {
    for (std::size_t i = 0; i < effects.size(); ++i) {
      const auto* const request = std::get_if<workflow::HttpRequest>(&effects[i].what);
      if (request == nullptr) continue;
      requests.push_back(*request);
      const std::uint64_t id = effects[i].id;
      HttpOutcome outcome = server ? server(*request) : HttpOutcome(HttpReply{404, {}, ""});
      effects.erase(effects.begin() + static_cast<std::ptrdiff_t>(i));
      Tell(workflow::HttpAnswered{id, std::move(outcome)});
      return true;
    }
    std::size_t earliest = effects.size();
    const auto until = [this](std::size_t i) {
      if (const auto* const sleep = std::get_if<workflow::Sleep>(&effects[i].what)) {
        return sleep->until;
      }
      if (const auto* const await = std::get_if<workflow::AwaitCallback>(&effects[i].what)) {
        return await->until;
      }
      return workflow::TimePoint::max();
    };
    for (std::size_t i = 0; i < effects.size(); ++i) {
      if (earliest == effects.size() || until(i) < until(earliest)) earliest = i;
    }
    if (earliest == effects.size() || until(earliest) == workflow::TimePoint::max()) return false;
    now = until(earliest);
    const std::uint64_t id = effects[earliest].id;
    effects.erase(effects.begin() + static_cast<std::ptrdiff_t>(earliest));
    Tell(workflow::TimeCame{id});
    return true;
  }

  // "SUCCEEDED <result>", or "FAILED <payload>" and so on.
  std::string Outcome() const {
    const bool succeeded = execution.state() == workflow::ExecutionState::kSucceeded;
    return std::string(workflow::ExecutionStateName(execution.state())) + " " +
           Text(succeeded ? execution.result() : execution.failure().payload);
  }

  workflow::Execution execution;
  Server server;
  workflow::StepObserver* observer = nullptr;
  workflow::TimePoint now = kWorkflowStart;
  std::vector<workflow::Effect> effects;  // that nobody has answered yet
  std::vector<workflow::HttpRequest> requests;
  std::vector<workflow::LogEntry> logs;
};

inline HttpReply JsonReply(int status, std::string body) {
  return {
      .status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

}  // namespace hyperlocal::testing
