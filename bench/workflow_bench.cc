// Workflows: how many steps a second, and what an execution that sleeps costs.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "orchestrator/check/check_definition.h"
#include "orchestrator/run/driver.h"
#include "orchestrator/run/execution.h"
#include "orchestrator/run/program.h"
#include "orchestrator/testing/scripted_http_caller.h"
#include "orchestrator/testing/virtual_clock.h"

namespace {

using namespace hyperlocal;            // NOLINT
using namespace hyperlocal::workflow;  // NOLINT

std::shared_ptr<const Program> ProgramOf(benchmark::State& state, const char* source) {
  auto definition = LoadDefinition(source, "bench.yaml");
  if (!definition) {
    state.SkipWithError(definition.error().message.c_str());
    return nullptr;
  }
  return Compile(std::move(definition).value());
}

ExecutionOptions WithoutStepLimit() {
  ExecutionOptions options;
  options.limits.steps = 1'000'000'000;
  return options;
}

// Runs a definition whose argument says how often its loop goes round; checks what comes out.
void RunSteps(benchmark::State& state, const char* source, const Value& expected) {
  const auto program = ProgramOf(state, source);
  if (program == nullptr) return;
  std::uint64_t steps = 0;
  for (auto unused : state) {
    Execution execution = Execution::Begin(program, Value(state.range(0)), WithoutStepLimit());
    Advance(execution, {TimePoint(), Started{}});
    if (!(execution.result() == expected)) {
      state.SkipWithError("a wrong result");
      return;
    }
    steps += execution.steps();
  }
  state.counters["steps"] =
      benchmark::Counter(static_cast<double>(steps) / static_cast<double>(state.iterations()));
  state.counters["steps/s"] =
      benchmark::Counter(static_cast<double>(steps), benchmark::Counter::kIsRate);
}

// Jumps, conditions and arithmetic: two steps a round.
void BM_CountingSteps(benchmark::State& state) {
  RunSteps(state, R"(
main:
  params: [n]
  steps:
  - start: {assign: [i: 0, sum: 0]}
  - add: {assign: [i: "${i + 1}", sum: "${sum + i % 7}"]}
  - test:
      switch:
      - condition: ${i < n}
        next: add
  - done: {return: "${i}"}
)",
           Value(state.range(0)));
}
BENCHMARK(BM_CountingSteps)->ArgName("rounds")->Arg(500'000)->Unit(benchmark::kMillisecond);

// A loop that calls a subworkflow, catches what it raises and writes into a map: six steps a round.
void BM_MixedSteps(benchmark::State& state) {
  RunSteps(state, R"(
main:
  params: [n]
  steps:
  - start: {assign: [count: {odd: 0, even: 0}]}
  - loop:
      for:
        value: i
        range: [1, "${n}"]
        steps:
        - t:
            try: {call: parity, args: ["${i}"], result: kind}
            except: {as: e, steps: [{c: {assign: [kind: "${e}"]}}]}
        - add: {assign: ["count[kind]": "${count[kind] + 1}"]}
  - done: {return: "${count.odd + count.even}"}
parity:
  params: [i]
  steps:
  - look:
      switch:
      - condition: ${i % 16 == 0}
        raise: even
      - condition: ${i % 2 == 0}
        return: even
  - other: {return: odd}
)",
           Value(state.range(0)));
}
BENCHMARK(BM_MixedSteps)->ArgName("rounds")->Arg(150'000)->Unit(benchmark::kMillisecond);

// Executions that wait in one driver, each with a plan and a list of results in its variables.
void BM_SleepingExecutions(benchmark::State& state) {
  const auto program = ProgramOf(state, R"(
main:
  params: [n]
  steps:
  - start:
      assign:
      - plan: {PlanHash: "0123456789abcdef0123456789abcdef", Format: mp4, ChunkCount: 16}
      - chunks: ["", "", "", "", "", "", "", "", "", "", "", "", "", "", "", ""]
  - wait: {call: sys.sleep, args: {seconds: 3600}}
  - done: {return: "${[n, plan, chunks]}"}
)");
  if (program == nullptr) return;
  const auto count = static_cast<std::size_t>(state.range(0));
  double bytes = 0;
  for (auto unused : state) {
    VirtualClock clock;
    ScriptedHttpCaller http(clock);
    Driver driver({.http = &http,
                   .clock = &clock,
                   .tokens = nullptr,
                   .connectors = nullptr,
                   .store = nullptr,
                   .listener = nullptr});
    const std::size_t before = mallinfo2().uordblks;
    for (std::size_t i = 0; i < count; ++i) {
      driver.Start("execution-" + std::to_string(i),
                   Execution::Begin(program, Value(static_cast<std::int64_t>(i))));
    }
    while (driver.Process()) {
    }
    bytes = static_cast<double>(mallinfo2().uordblks - before);
    if (driver.active() != count) state.SkipWithError("not all executions sleep");
    while (clock.JumpToNext() && driver.Process()) {
    }
    if (driver.active() != 0) state.SkipWithError("not all executions ended");
  }
  state.counters["MiB"] = bytes / (1024 * 1024);
  state.counters["KiB each"] = bytes / 1024 / static_cast<double>(count);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_SleepingExecutions)->ArgName("executions")->Arg(5'000)->Unit(benchmark::kMillisecond);

}  // namespace
