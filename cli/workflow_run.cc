#include "cli/workflow_run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/system_clock.h"
#include "orchestrator/run/driver.h"
#include "orchestrator/testing/virtual_clock.h"

namespace hyperlocal::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBetweenLooks{50};  // at whether somebody asked us to stop

// Knows whether a call is under way: time must not jump past its answer.
class CountingCaller final : public HttpCaller {
 public:
  explicit CountingCaller(HttpCaller& http) : http_(http) {}
  void Start(HttpCall call, std::function<void(HttpOutcome)> done) override {
    under_way_->fetch_add(1);
    http_.Start(std::move(call), [done = std::move(done), count = under_way_](HttpOutcome outcome) {
      done(std::move(outcome));
      count->fetch_sub(1);  // after the driver has it
    });
  }
  bool idle() const { return under_way_->load() == 0; }

 private:
  HttpCaller& http_;
  std::shared_ptr<std::atomic<int>> under_way_ = std::make_shared<std::atomic<int>>(0);
};

class Recorder final : public workflow::ExecutionListener, public workflow::StepObserver {
 public:
  explicit Recorder(const WorkflowRunOptions& options) : options_(options) {}

  workflow::StepObserver* ObserverOf(const std::string&) override {
    return options_.record_steps ? this : nullptr;
  }
  void OnLog(const std::string&, const workflow::LogEntry& entry) override {
    if (options_.on_log) options_.on_log(entry);
  }
  void OnChanged(const std::string&, const workflow::Execution& execution) override {
    if (execution.state() != workflow::ExecutionState::kActive) ended_ = execution;
  }
  void OnStepStarted(const workflow::StepEntry& entry) override {
    place_[entry.id] = steps_.size();
    steps_.push_back({.name = std::string(entry.step),
                      .routine = std::string(entry.routine),
                      .type = entry.type,
                      .line = entry.span.line,
                      .thread = entry.thread,
                      .number = entry.number,
                      .start = entry.time,
                      .end = std::nullopt});
  }
  void OnStepFinished(std::uint64_t id, workflow::StepState state, const workflow::Value*,
                      std::chrono::system_clock::time_point time) override {
    const auto found = place_.find(id);
    if (found == place_.end()) return;
    steps_[found->second].end = time;
    steps_[found->second].failed = state == workflow::StepState::kFailed;
    place_.erase(found);
  }

  const std::optional<workflow::Execution>& ended() const { return ended_; }
  std::vector<TimedStep> TakeSteps() { return std::move(steps_); }

 private:
  const WorkflowRunOptions& options_;
  std::optional<workflow::Execution> ended_;
  std::vector<TimedStep> steps_;
  std::map<std::uint64_t, std::size_t> place_;  // of the entries that are not over
};

}  // namespace

WorkflowRun RunDefinition(const std::shared_ptr<const workflow::Definition>& definition,
                          workflow::Value argument, HttpCaller& http,
                          const WorkflowRunOptions& options) {
  constexpr const char* kId = "run";
  CountingCaller caller(http);
  Recorder recorder(options);
  SystemClock real;
  workflow::VirtualClock jumping(real.Now());
  Clock& clock = options.virtual_time ? static_cast<Clock&>(jumping) : real;
  workflow::Driver driver({.http = &caller, .clock = &clock, .listener = &recorder});
  workflow::ExecutionOptions execution;
  execution.step_entries = options.record_steps;
  driver.Start(kId, workflow::Execution::Begin(workflow::Compile(definition), std::move(argument),
                                               std::move(execution)));
  for (bool asked = false; !recorder.ended();) {
    if (options.cancelled.cancelled() && !std::exchange(asked, true)) driver.Cancel(kId);
    if (driver.Process()) continue;
    if (options.virtual_time && caller.idle() && jumping.JumpToNext()) continue;
    driver.WaitForWork(kBetweenLooks);
  }
  return WorkflowRun{*recorder.ended(), recorder.TakeSteps()};
}

std::string ChromeTrace(const std::vector<TimedStep>& steps) {
  using nlohmann::ordered_json;
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  ordered_json events = ordered_json::array();
  if (!steps.empty()) {
    const auto begin = steps.front().start;
    auto last = begin;
    for (const TimedStep& step : steps) last = std::max(last, step.end.value_or(step.start));
    for (const TimedStep& step : steps) {
      const auto took = step.end.value_or(last) - step.start;
      ordered_json event{{"name", step.name},
                         {"cat", workflow::StepTypeName(step.type)},
                         {"ph", "X"},
                         {"ts", duration_cast<microseconds>(step.start - begin).count()},
                         {"dur", duration_cast<microseconds>(took).count()},
                         {"pid", 1},
                         {"tid", step.thread}};
      event["args"] = {{"routine", step.routine}, {"line", step.line}, {"number", step.number}};
      if (step.failed) event["args"]["failed"] = true;
      if (!step.end) event["args"]["unfinished"] = true;
      events.push_back(std::move(event));
    }
  }
  const ordered_json trace{{"traceEvents", std::move(events)}, {"displayTimeUnit", "ms"}};
  return trace.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace hyperlocal::cli
