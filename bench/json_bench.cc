// JSON as the hashes read it, beside the SHA-256 that it is written for and a copy of the bytes:
// the manifest of a plan of some thousand blobs.
//   build/bench/bench/bench_json
#include <openssl/evp.h>

#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include "bench/memory_bandwidth.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal {
namespace {

constexpr int kArtifacts = 5000;

const std::string& Manifest() {
  static const std::string text = [] {
    nlohmann::json manifest{{"planHash", std::string(64, 'a')}, {"fps", 29.97}, {"width", 1920}};
    for (int i = 0; i < kArtifacts; ++i) {
      std::string digest(64, '0');
      for (int digit = 0; digit < 64; ++digit) {
        digest[static_cast<std::size_t>(digit)] = "0123456789abcdef"[(i * 31 + digit * 7) % 16];
      }
      manifest["artifacts"].push_back({{"path", "video-frames/clip/" + std::to_string(i) + ".jpg"},
                                       {"sha256", digest},
                                       {"sizeBytes", 150'000 + i},
                                       {"chunks", {i / 75, i / 75 + 1}},
                                       {"assembler", false}});
    }
    return CanonicalJson(manifest).value();
  }();
  return text;
}

void SetManifests(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(Manifest().size()));
}

void Parse(benchmark::State& state) {
  for (auto _ : state) {
    const auto manifest = ParseJson(Manifest(), "the manifest");
    if (!manifest || (*manifest)["artifacts"].size() != kArtifacts) {
      return state.SkipWithError("it was misread");
    }
  }
  SetManifests(state);
}

void WriteCanonical(benchmark::State& state) {
  const auto manifest = ParseJson(Manifest(), "the manifest");
  if (!manifest) return state.SkipWithError(manifest.error().message.c_str());
  for (auto _ : state) {
    const auto text = CanonicalJson(*manifest);
    if (!text || text->size() != Manifest().size()) return state.SkipWithError("it was miswritten");
  }
  SetManifests(state);
}

void RawSha256(benchmark::State& state) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  for (auto _ : state) {
    if (EVP_Digest(Manifest().data(), Manifest().size(), digest, nullptr, EVP_sha256(), nullptr) !=
        1) {
      return state.SkipWithError("no SHA-256");
    }
    benchmark::DoNotOptimize(digest);
  }
  SetManifests(state);
}

BENCHMARK(Parse)->Unit(benchmark::kMillisecond);
BENCHMARK(WriteCanonical)->Unit(benchmark::kMillisecond);
BENCHMARK(RawSha256)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(CopyMemory, manifest, Manifest().size())->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hyperlocal
