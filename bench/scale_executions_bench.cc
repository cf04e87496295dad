// What executions cost that wait for their turn: so many are created at once in the workflow
// emulator, ten of them run at a time, and the last one ends. bench/scale reads it.
//   build/bench/bench/bench_scale --benchmark_filter=QueuedExecutions
#include <chrono>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "fakes/workflows/server/workflows_server.h"

namespace hyperlocal::workflows {
namespace {

constexpr char kWorkflow[] = "projects/p/locations/l/workflows/wait";
constexpr char kSource[] = R"(
main:
  params: [n]
  steps:
  - plan: {assign: [plan: {chunks: 16, hash: "0123456789abcdef"}]}
  - wait: {call: sys.sleep, args: {seconds: 0.002}}
  - done: {return: "${plan.chunks + n}"}
)";
constexpr std::chrono::minutes kLongest{10};

void QueuedExecutions(benchmark::State& state) {
  for (auto _ : state) {
    WorkflowsServerOptions options;
    options.concurrent_executions = 10;
    auto server = WorkflowsServer::Start(options);
    if (!server) return state.SkipWithError(server.error().message.c_str());
    if (const Status deployed = (*server)->Deploy(kWorkflow, kSource); !deployed) {
      return state.SkipWithError(deployed.error().message.c_str());
    }
    std::vector<std::string> names;
    for (std::int64_t n = 0; n < state.range(0); ++n) {
      auto name = (*server)->CreateExecution(kWorkflow, std::to_string(n));
      if (!name) return state.SkipWithError(name.error().message.c_str());
      names.push_back(std::move(*name));
    }
    for (std::size_t n = 0; n < names.size(); ++n) {
      const auto execution = (*server)->AwaitExecution(names[n], kLongest);
      if (!execution || execution->result != std::to_string(16 + n)) {
        return state.SkipWithError("an execution came to something else");
      }
    }
  }
}
BENCHMARK(QueuedExecutions)
    ->ArgName("executions")
    ->Arg(1)
    ->Arg(10)
    ->Arg(100)
    ->Arg(1000)
    ->Arg(5000)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hyperlocal::workflows
