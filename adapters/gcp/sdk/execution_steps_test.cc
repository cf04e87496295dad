#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "adapters/gcp/sdk/execution_steps_internal.h"

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using Stage = LiveStanding::Stage;
using State = ChunkStanding::State;
using StepState = ExecutionStep::State;

const std::chrono::system_clock::time_point kStart{std::chrono::seconds(1'767'225'600)};

// A history as it grows: each entry begins at a second and, when it is over, ends at another.
class History {
 public:
  std::int64_t Add(std::int64_t parent, const std::string& type, int begin, int end = -1,
                   StepState state = StepState::kSucceeded) {
    ExecutionStep step;
    step.id = static_cast<std::int64_t>(steps.size()) + 1;
    step.parent = parent;
    step.type = type;
    step.created = kStart + std::chrono::seconds(begin);
    step.updated = kStart + std::chrono::seconds(end < 0 ? begin : end);
    step.state = end < 0 ? StepState::kInProgress : state;
    steps.push_back(step);
    return step.id;
  }
  // An iteration with one request in it.
  std::int64_t Chunk(std::int64_t loop, int number, int of, int begin, int end = -1) {
    const std::int64_t id = Add(loop, "STEP_FOR_ITERATION", begin, end);
    steps.back().number = number;
    steps.back().expected = of;
    const std::int64_t whole = Add(id, "STEP_TRY_RETRY_EXCEPT", begin, end);
    Add(Add(whole, "STEP_TRY", begin, end), "STEP_STD_LIB_CALL", begin, end);
    return whole;
  }
  StepsReading Read(int now) const {
    return ReadSteps(steps, 4, 16, kStart + std::chrono::seconds(now));
  }

  std::vector<ExecutionStep> steps;
};

std::vector<State> StatesOf(const LiveStanding& standing) {
  std::vector<State> states;
  for (const ChunkStanding& chunk : standing.chunks) states.push_back(chunk.state);
  return states;
}

TEST(ExecutionSteps, BeforeTheLoopItIsThePlan) {
  History history;
  EXPECT_EQ(history.Read(0).standing.stage, Stage::kPlan);
  history.Add(0, "STEP_ASSIGN", 0, 0);
  history.Add(history.Add(0, "STEP_TRY", 0), "STEP_STD_LIB_CALL", 0);
  const StepsReading reading = history.Read(5);
  EXPECT_EQ(reading.standing.stage, Stage::kPlan);
  EXPECT_EQ(reading.invocations_begun, 1);
  EXPECT_EQ(reading.invocations.at(0).duration_ms, 5000);
  EXPECT_TRUE(reading.invocations.at(0).estimated);
}

TEST(ExecutionSteps, ChunksWaitRunAndAreDone) {
  History history;
  const auto loop = history.Add(0, "STEP_PARALLEL_FOR", 1);
  history.Chunk(loop, 2, 4, 1, 6);  // out of order
  history.Chunk(loop, 0, 4, 2);
  const StepsReading reading = history.Read(8);
  EXPECT_EQ(reading.standing.stage, Stage::kChunks);
  EXPECT_THAT(StatesOf(reading.standing),
              ElementsAre(State::kRunning, State::kWaiting, State::kDone, State::kWaiting));
  EXPECT_EQ(reading.standing.chunks.at(2).ended, kStart + 6s);
  EXPECT_EQ(reading.standing.chunks.at(0).attempts, 1);
  // 5 s for the one that is done; of the others, 0 of 5 and two of 5, one at a time; a tenth more.
  EXPECT_EQ(EstimateRemaining(reading.standing, kStart + 8s), 10'500ms);
}

TEST(ExecutionSteps, ARetryIsAnAttemptAndARequestMore) {
  History history;
  const auto loop = history.Add(0, "STEP_PARALLEL_FOR", 0);
  const auto whole = history.Chunk(loop, 0, 1, 0);
  history.steps.back().state = StepState::kFailed;
  history.steps.back().updated = kStart + 3s;
  history.Add(history.Add(whole, "STEP_RETRY", 5), "STEP_STD_LIB_CALL", 5);
  const StepsReading reading = history.Read(6);
  EXPECT_EQ(reading.standing.retries, 1);
  EXPECT_EQ(reading.standing.chunks.at(0).attempts, 2);
  EXPECT_EQ(reading.standing.chunks.at(0).state, State::kRunning);
  ASSERT_EQ(reading.invocations.size(), 2U);
  EXPECT_EQ(reading.invocations.at(0).duration_ms, 3000);
  EXPECT_EQ(reading.invocations.at(1).duration_ms, 1000);
}

// Our definition catches a chunk's failure and passes over what has not begun; the published one
// lets its iteration fail.
TEST(ExecutionSteps, AFailureThatWasCaughtIsOneAndWhatWasPassedOverIsNotDone) {
  History history;
  const auto loop = history.Add(0, "STEP_PARALLEL_FOR", 0);
  const auto caught = history.Chunk(loop, 0, 3, 0, 2);
  history.Add(caught, "STEP_EXCEPT", 2, 2);
  history.Add(loop, "STEP_FOR_ITERATION", 2, 2);
  history.steps.back().number = 1;
  history.Add(loop, "STEP_FOR_ITERATION", 2, 2, StepState::kFailed);
  history.steps.back().number = 2;
  EXPECT_THAT(StatesOf(history.Read(3).standing),
              ElementsAre(State::kFailed, State::kWaiting, State::kFailed));
}

TEST(ExecutionSteps, NumbersMayBeginAtOneOrBeMissing) {
  History one;
  const auto loop = one.Add(0, "STEP_PARALLEL_FOR", 0);
  one.Chunk(loop, 2, 2, 0);
  one.Chunk(loop, 1, 2, 0, 1);
  EXPECT_THAT(StatesOf(one.Read(3).standing), ElementsAre(State::kDone, State::kRunning));
  History none;
  const auto other = none.Add(0, "STEP_PARALLEL_FOR", 0);
  none.Chunk(other, 0, 0, 0, 1);
  none.Chunk(other, 0, 0, 0);
  for (ExecutionStep& step : none.steps) step.number.reset();
  EXPECT_THAT(StatesOf(none.Read(3).standing), ElementsAre(State::kDone, State::kRunning));
}

TEST(ExecutionSteps, AfterTheLoopItIsTheAssembly) {
  History history;
  const auto loop = history.Add(0, "STEP_PARALLEL_FOR", 0, 10);
  history.Chunk(loop, 0, 1, 0, 10);
  history.Add(0, "STEP_STD_LIB_CALL", 10);
  const StepsReading reading = history.Read(10);
  EXPECT_EQ(reading.standing.stage, Stage::kAssemble);
  EXPECT_EQ(EstimateRemaining(reading.standing, kStart + 10s), 1000ms);
  EXPECT_EQ(EstimateRemaining(reading.standing, kStart + 30s), 0ms);
}

TEST(ExecutionSteps, AHistoryThatMakesNoSenseDoesNotHold) {
  History history;
  const auto loop = history.Add(0, "STEP_PARALLEL_FOR", 0);
  history.Add(3, "STEP_TRY", 0);
  history.Add(2, "STEP_TRY", 0);  // a ring
  history.Chunk(loop, 0, 1, 0);
  history.steps.back().parent = history.steps.back().id;
  EXPECT_EQ(history.Read(1).standing.chunks.size(), 1U);
}

}  // namespace
}  // namespace hyperlocal
