// Messages of Chrome's pipe decoded, beside a copy of their bytes: a screenshot, which is one large
// binary field, and a layer tree, which is thousands of small ones.
//   build/bench/bench/bench_cbor
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include "bench/memory_bandwidth.h"
#include "engine/browser/cbor.h"

namespace hyperlocal {
namespace {

std::vector<std::uint8_t> Screenshot() {
  std::vector<std::uint8_t> jpeg(400'000);
  for (std::size_t i = 0; i < jpeg.size(); ++i) jpeg[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  return EncodeDevToolsCbor(
      {{"id", 17},
       {"result",
        {{"hasDamage", true}, {"screenshotData", nlohmann::json::binary(std::move(jpeg))}}},
       {"sessionId", "0123456789ABCDEF0123456789ABCDEF"}});
}

std::vector<std::uint8_t> LayerTree() {
  nlohmann::json layers = nlohmann::json::array();
  for (int i = 0; i < 2000; ++i) {
    layers.push_back({{"layerId", std::to_string(i)},
                      {"backendNodeId", i},
                      {"offsetX", i * 0.5},
                      {"offsetY", 12},
                      {"width", 320},
                      {"height", 180},
                      {"drawsContent", i % 2 == 0}});
  }
  return EncodeDevToolsCbor(
      {{"method", "LayerTree.layerTreeDidChange"}, {"params", {{"layers", std::move(layers)}}}});
}

void Decode(benchmark::State& state, const std::vector<std::uint8_t>& message, const char* field) {
  for (auto _ : state) {
    const auto decoded = DecodeDevToolsCbor(message);
    if (!decoded || !decoded->contains(field)) return state.SkipWithError("it was misread");
    benchmark::DoNotOptimize(decoded->size());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(message.size()));
}

BENCHMARK_CAPTURE(Decode, screenshot, Screenshot(), "result")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(CopyMemory, screenshot, Screenshot().size())->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(Decode, layers, LayerTree(), "params")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(CopyMemory, layers, LayerTree().size())->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace hyperlocal
