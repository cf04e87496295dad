#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "adapters/gcp/sdk/execution_steps_internal.h"

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;
using StepMap = std::map<std::int64_t, const ExecutionStep*>;
using Milliseconds = std::chrono::milliseconds;
using TimePoint = std::chrono::system_clock::time_point;

constexpr std::string_view kParallelFor = "STEP_PARALLEL_FOR";
constexpr std::string_view kIteration = "STEP_FOR_ITERATION";
constexpr int kMostChunks = 100'000;  // an answer that says more is not believed
constexpr int kMostAtOnce = 20;       // iterations of a parallel loop

bool IsRequest(const ExecutionStep& step) {
  return step.type == "STEP_STD_LIB_CALL" || step.type == "STEP_CALL";
}

// The nearest entry around `step`, itself included, whose parent is `ancestor`; null: it is
// elsewhere.
const ExecutionStep* ChildAbove(const ExecutionStep& step, std::int64_t ancestor,
                                const StepMap& by_id) {
  const ExecutionStep* at = &step;
  // An answer with a ring in it must not hold us.
  for (std::size_t depth = 0; depth <= by_id.size(); ++depth) {
    if (at->parent == ancestor) return at;
    const auto above = by_id.find(at->parent);
    if (at->parent == 0 || above == by_id.end()) return nullptr;
    at = above->second;
  }
  return nullptr;
}

// What the entries below an iteration say of its chunk.
struct IterationFacts {
  int retries = 0;
  bool asked = false;   // there was a request
  bool caught = false;  // and its failure was caught
};

ChunkStanding StandingOf(const ExecutionStep& iteration, const IterationFacts& facts) {
  using State = ChunkStanding::State;
  ChunkStanding chunk;
  chunk.attempts = facts.asked ? facts.retries + 1 : 0;
  chunk.started = iteration.created;
  chunk.ended = iteration.updated;
  switch (iteration.state) {
    case ExecutionStep::State::kSucceeded:
      // Passed over, caught, or done.
      chunk.state = !facts.asked ? State::kWaiting : facts.caught ? State::kFailed : State::kDone;
      break;
    case ExecutionStep::State::kFailed:
      chunk.state = State::kFailed;
      break;
    case ExecutionStep::State::kInProgress:
    case ExecutionStep::State::kUnknown:
      chunk.state = facts.asked ? State::kRunning : State::kWaiting;
      break;
  }
  return chunk;
}

void ReadChunks(const std::vector<ExecutionStep>& steps, const ExecutionStep& loop,
                const StepMap& by_id, LiveStanding& standing) {
  std::map<std::int64_t, IterationFacts> facts;
  std::vector<const ExecutionStep*> iterations;
  std::int64_t expected = loop.expected.value_or(0);
  for (const ExecutionStep& step : steps) {
    const ExecutionStep* const iteration = ChildAbove(step, loop.id, by_id);
    if (iteration == nullptr) continue;
    IterationFacts& its = facts[iteration->id];
    if (&step == iteration) {
      if (step.type != kIteration) continue;
      iterations.push_back(iteration);
      expected = std::max(expected, step.expected.value_or(0));
    } else if (IsRequest(step)) {
      its.asked = true;
    } else if (step.type == "STEP_RETRY") {
      ++its.retries;
    } else if (step.type == "STEP_EXCEPT") {
      its.caught = true;
    }
  }
  // Numbers that are missing are taken from the order; those that begin at 1 are moved to 0.
  std::int64_t first = 1;
  for (const ExecutionStep* const one : iterations)
    first = std::min(first, one->number.value_or(0));
  const auto count = std::clamp<std::int64_t>(
      std::max(expected, static_cast<std::int64_t>(iterations.size())), 0, kMostChunks);
  standing.chunks.resize(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < standing.chunks.size(); ++i) {
    standing.chunks[i].index = static_cast<int>(i);
  }
  for (std::size_t i = 0; i < iterations.size(); ++i) {
    const std::int64_t index =
        iterations[i]->number ? *iterations[i]->number - first : static_cast<std::int64_t>(i);
    if (index < 0 || index >= count) continue;
    ChunkStanding chunk = StandingOf(*iterations[i], facts[iterations[i]->id]);
    chunk.index = static_cast<int>(index);
    standing.chunks[static_cast<std::size_t>(index)] = chunk;
  }
}

}  // namespace

StepsReading ReadSteps(const std::vector<ExecutionStep>& steps, double vcpu, double memory_gib,
                       TimePoint now) {
  StepsReading reading;
  StepMap by_id;
  const ExecutionStep* loop = nullptr;
  for (const ExecutionStep& step : steps) {
    by_id[step.id] = &step;
    if (loop == nullptr && step.type == kParallelFor) loop = &step;
  }
  for (const ExecutionStep& step : steps) {
    // A try's attempt, and not the call within it, is a line of its own in the history.
    ++reading.steps;
    if (step.type == "STEP_RETRY") ++reading.standing.retries;
    if (!IsRequest(step)) continue;
    ++reading.invocations_begun;
    const bool over = step.state == ExecutionStep::State::kSucceeded ||
                      step.state == ExecutionStep::State::kFailed;
    const auto lasted = std::max<std::chrono::duration<double, std::milli>>(
        (over ? step.updated : now) - step.created, 0ms);
    reading.invocations.push_back(
        {.duration_ms = lasted.count(), .vcpu = vcpu, .memory_gib = memory_gib, .estimated = true});
  }
  LiveStanding& standing = reading.standing;
  using Stage = LiveStanding::Stage;
  if (loop == nullptr) {
    standing.stage = Stage::kPlan;
    standing.stage_started = steps.empty() ? now : steps.front().created;
    return reading;
  }
  ReadChunks(steps, *loop, by_id, standing);
  const bool rendered = loop->state == ExecutionStep::State::kSucceeded;
  standing.stage = rendered ? Stage::kAssemble : Stage::kChunks;
  standing.stage_started = rendered ? loop->updated : loop->created;
  return reading;
}

std::optional<Milliseconds> EstimateRemaining(const LiveStanding& standing, TimePoint now) {
  using State = ChunkStanding::State;
  if (standing.stage == LiveStanding::Stage::kDone) return 0ms;
  std::chrono::duration<double, std::milli> sum{0};
  int done = 0;
  for (const ChunkStanding& chunk : standing.chunks) {
    if (chunk.state != State::kDone) continue;
    sum += chunk.ended - chunk.started;
    ++done;
  }
  if (done == 0) return std::nullopt;
  const auto mean = sum / done;
  const auto assembly = mean / 10;
  if (standing.stage == LiveStanding::Stage::kAssemble) {
    const std::chrono::duration<double, std::milli> gone = now - standing.stage_started;
    return std::chrono::ceil<Milliseconds>(std::max(assembly - gone, 0.0 * assembly));
  }
  std::chrono::duration<double, std::milli> work{0};
  std::chrono::duration<double, std::milli> longest{0};
  int running = 0;
  for (const ChunkStanding& chunk : standing.chunks) {
    if (chunk.state != State::kRunning && chunk.state != State::kWaiting) continue;
    std::chrono::duration<double, std::milli> left = mean;
    if (chunk.state == State::kRunning) {
      ++running;
      left = std::max(mean - std::chrono::duration<double, std::milli>(now - chunk.started),
                      0.0 * mean);
    }
    work += left;
    longest = std::max(longest, left);
  }
  const int at_once = std::clamp(running, 1, kMostAtOnce);
  return std::chrono::ceil<Milliseconds>(std::max(work / at_once, longest) + assembly);
}

}  // namespace hyperlocal
