#include "orchestrator/run/step_observer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/core.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/workflow_runs.h"

namespace hyperlocal::workflow {
namespace {

using ::testing::ElementsAre;
using testing::WorkflowRun;

// Entries as lines: "<id> in <parent>: STEP_FOR step loop [number/expected]", then how they ended.
class Lines final : public StepObserver {
 public:
  void OnStepStarted(const StepEntry& entry) override {
    std::string line = fmt::format("{} in {}: {} {}.{}", entry.id, entry.parent,
                                   StepTypeName(entry.type), entry.routine, entry.step);
    if (entry.expected) line += fmt::format(" {}/{}", entry.number, *entry.expected);
    if (entry.type == StepType::kRetry) line += fmt::format(" attempt {}", entry.number);
    started.push_back(line);
    open[entry.id] = StepState::kInProgress;
  }
  void OnStepFinished(std::uint64_t id, StepState state, const Value* exception,
                      std::chrono::system_clock::time_point /*time*/) override {
    ASSERT_EQ(open.at(id), StepState::kInProgress) << id;
    EXPECT_EQ(state == StepState::kFailed, exception != nullptr);
    open[id] = state;
  }

  std::vector<std::uint64_t> With(StepState state) const {
    std::vector<std::uint64_t> ids;
    for (const auto& [id, its] : open) {
      if (its == state) ids.push_back(id);
    }
    return ids;
  }

  std::vector<std::string> started;
  std::map<std::uint64_t, StepState> open;
};

ExecutionOptions WithEntries() {
  ExecutionOptions options;
  options.step_entries = true;
  return options;
}

TEST(StepObserver, SeesLoopsCallsAndTheirParts) {
  Lines lines;
  WorkflowRun run(R"(
main:
  steps:
  - a: {assign: [x: 1]}
  - loop:
      for:
        value: v
        in: [1, 2]
        steps:
        - c: {call: f, args: ["${v}"]}
  - r: {return: "${x}"}
f:
  params: [p]
  steps:
  - g: {return: "${p}"}
)",
                  Value(), WithEntries());
  run.observer = &lines;
  run.ToEnd();
  EXPECT_THAT(lines.started,
              ElementsAre("1 in 0: STEP_ASSIGN main.a", "2 in 0: STEP_FOR main.loop",
                          "3 in 2: STEP_FOR_ITERATION main.loop 0/2",
                          "4 in 3: STEP_SUBWORKFLOW_CALL main.c", "5 in 4: STEP_RETURN f.g",
                          "6 in 2: STEP_FOR_ITERATION main.loop 1/2",
                          "7 in 6: STEP_SUBWORKFLOW_CALL main.c", "8 in 7: STEP_RETURN f.g",
                          "9 in 0: STEP_RETURN main.r"));
  EXPECT_EQ(lines.With(StepState::kSucceeded).size(), 9U);
}

TEST(StepObserver, SeesRetriesAndWhatFailed) {
  Lines lines;
  WorkflowRun run(R"(
- t:
    try: {call: http.get, args: {url: "http://s/"}}
    retry:
      predicate: ${retry.always}
      max_retries: 1
      backoff: {initial_delay: 1, max_delay: 1, multiplier: 1}
    except: {as: e, steps: [{x: {raise: "${e.code}"}}]}
)",
                  Value(), WithEntries());
  run.observer = &lines;
  run.ToEnd();
  EXPECT_THAT(lines.started,
              ElementsAre("1 in 0: STEP_TRY_RETRY_EXCEPT main.t", "2 in 1: STEP_TRY main.t",
                          "3 in 2: STEP_STD_LIB_CALL main.t", "4 in 1: STEP_RETRY main.t attempt 1",
                          "5 in 4: STEP_STD_LIB_CALL main.t", "6 in 1: STEP_EXCEPT main.t",
                          "7 in 6: STEP_RAISE main.x"));
  EXPECT_THAT(lines.With(StepState::kFailed), ElementsAre(1U, 2U, 3U, 4U, 5U, 6U, 7U));
}

TEST(StepObserver, SeesTheProgressOfIterationsInParallel) {
  Lines lines;
  WorkflowRun run(R"(
- p:
    parallel:
      for:
        value: i
        in: [a, b]
        steps:
        - w: {call: sys.sleep, args: {seconds: 1}}
- q:
    parallel:
      branches:
      - one: {steps: [{u: {assign: [x: 1]}}]}
      - two: {steps: [{v: {assign: [x: 1]}}]}
)",
                  Value(), WithEntries());
  run.observer = &lines;
  run.Tell(Started{});
  EXPECT_THAT(
      lines.started,
      ElementsAre("1 in 0: STEP_PARALLEL_FOR main.p", "2 in 1: STEP_FOR_ITERATION main.p 0/2",
                  "3 in 1: STEP_FOR_ITERATION main.p 1/2", "4 in 2: STEP_STD_LIB_CALL main.w",
                  "5 in 3: STEP_STD_LIB_CALL main.w"));
  EXPECT_EQ(lines.With(StepState::kInProgress).size(), 5U);
  run.Step();
  EXPECT_THAT(lines.With(StepState::kInProgress), ElementsAre(1U, 3U, 5U));
  lines.started.clear();
  run.Continue();
  EXPECT_THAT(lines.started,
              ElementsAre("6 in 0: STEP_PARALLEL_BRANCH main.q",
                          "7 in 6: STEP_PARALLEL_BRANCH_ENTRY main.q 0/2",
                          "8 in 6: STEP_PARALLEL_BRANCH_ENTRY main.q 1/2",
                          "9 in 7: STEP_ASSIGN main.u", "10 in 8: STEP_ASSIGN main.v"));
  EXPECT_TRUE(lines.With(StepState::kInProgress).empty());
}

TEST(StepObserver, GoesOnWithTheNumbersAfterARestart) {
  Lines lines;
  WorkflowRun run(R"(
- a: {call: sys.sleep, args: {seconds: 1}}
- b: {assign: [x: 1]}
)",
                  Value(), WithEntries());
  run.observer = &lines;
  run.Tell(Started{});
  run.execution =
      Execution::Deserialize(run.execution.program(), run.execution.Serialize()).value();
  run.Continue();
  EXPECT_THAT(lines.started,
              ElementsAre("1 in 0: STEP_STD_LIB_CALL main.a", "2 in 0: STEP_ASSIGN main.b"));
  EXPECT_EQ(lines.With(StepState::kSucceeded).size(), 2U);
}

}  // namespace
}  // namespace hyperlocal::workflow
