// Workflows: how many steps and expressions a second, and what an execution that sleeps costs.
// Beside them the least that an expression can cost: its arithmetic, compiled, and the copy of its
// values.

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

constexpr int kExpressionsAStep = 50;  // as many assignments as a step may have

// One expression over and over, so often in a step that the step itself hardly counts.
void BM_Expression(benchmark::State& state, const std::string& expression, const Value& expected) {
  constexpr std::int64_t kRounds = 2000;
  std::string source = R"(
main:
  steps:
  - start:
      assign: [i: 0, a: 7, b: 2.5, s: "render", list: [10, 20, 30], m: {plan: {chunks: [5, 6]}}]
  - work:
      assign:
)";
  for (int i = 0; i < kExpressionsAStep; ++i) source += "      - x: ${" + expression + "}\n";
  source += R"(
  - next: {assign: [i: "${i + 1}"]}
  - again:
      switch:
      - condition: ${i < )" +
            std::to_string(kRounds) + R"(}
        next: work
  - done: {return: "${[x, a, b, s, list, m]}"}
)";
  const auto program = ProgramOf(state, source.c_str());
  if (program == nullptr) return;
  for (auto unused : state) {
    Execution execution = Execution::Begin(program, Value(), WithoutStepLimit());
    Advance(execution, {TimePoint(), Started{}});
    if (execution.state() != ExecutionState::kSucceeded ||
        !(execution.result().list().at(0) == expected)) {
      state.SkipWithError("a wrong result");
      return;
    }
  }
  state.SetItemsProcessed(state.iterations() * kRounds * kExpressionsAStep);
}
BENCHMARK_CAPTURE(BM_Expression, arithmetic, "(a + i * 0) * 3 - a % 4 // 2 + 1", Value(21))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Expression, logic, "a > 5 and (b < 1 or s != \"x\") and not (a in list)",
                  Value(true))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Expression, path, "m.plan.chunks[1] + list[2]", Value(36))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Expression, text, "s + \"/\" + string(a)", Value("render/7"))
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Expression, function, "len(list) + int(\"12\")", Value(15))
    ->Unit(benchmark::kMillisecond);

// The arithmetic above as the compiler does it.
void BM_CompiledArithmetic(benchmark::State& state) {
  std::int64_t a = 7;
  std::int64_t i = 0;
  for (auto unused : state) {
    benchmark::DoNotOptimize(a);
    benchmark::DoNotOptimize(i);
    std::int64_t x = (a + i * 0) * 3 - a % 4 / 2 + 1;
    benchmark::DoNotOptimize(x);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_CompiledArithmetic);

// The text above, as the library joins it.
void BM_CompiledText(benchmark::State& state) {
  std::string s = "render";
  std::int64_t a = 7;
  for (auto unused : state) {
    benchmark::DoNotOptimize(s);
    benchmark::DoNotOptimize(a);
    std::string x = s + "/" + std::to_string(a);
    benchmark::DoNotOptimize(x);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_CompiledText);

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
