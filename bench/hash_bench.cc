// Hashing beside the physical limit: SHA-256 of the same bytes from memory, in the same run.
//   build/bench/bench/bench_hash --benchmark_repetitions=3 --benchmark_report_aggregates_only
#include <openssl/evp.h>
#include <sys/resource.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "engine/hash/project_hash.h"
#include "engine/hash/sha256.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
constexpr std::int64_t kTotal = 1024 * kMebibyte;

// The most memory this process has had, in MiB. It must not grow with what is hashed.
double PeakMemory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

std::string Mebibyte(std::int64_t number) {
  std::string bytes(static_cast<std::size_t>(kMebibyte), '\0');
  std::uint32_t state = static_cast<std::uint32_t>(number) * 2654435761U + 1;
  for (char& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

// One project of a GiB: as one file, or as a thousand. In the page cache, as it was just written.
const testing::TemporaryDirectory& Project(int files) {
  static const auto make = [](int count) {
    auto directory = std::make_unique<testing::TemporaryDirectory>("bench-hash");
    const std::int64_t mebibytes = kTotal / kMebibyte / count;
    for (int file = 0; file < count; ++file) {
      std::ofstream out(*directory / ("file-" + std::to_string(file)), std::ios::binary);
      for (std::int64_t i = 0; i < mebibytes; ++i) out << Mebibyte(file * mebibytes + i);
    }
    return directory;
  };
  static const auto one = make(1);
  static const auto thousand = make(1024);
  return files == 1 ? *one : *thousand;
}

void RawSha256(benchmark::State& state) {
  const std::string bytes = Mebibyte(1);
  for (auto _ : state) {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
    for (std::int64_t i = 0; i < kTotal / kMebibyte; ++i) {
      EVP_DigestUpdate(context, bytes.data(), bytes.size());
    }
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_DigestFinal_ex(context, digest, nullptr);
    EVP_MD_CTX_free(context);
    benchmark::DoNotOptimize(digest);
  }
  state.SetBytesProcessed(state.iterations() * kTotal);
}

void HashProject(benchmark::State& state) {
  const auto& project = Project(static_cast<int>(state.range(0)));
  const double before = PeakMemory();
  for (auto _ : state) {
    const auto hash = ProjectHash(project.path());
    if (!hash || hash->size() != 64) return state.SkipWithError("the project has no hash");
  }
  state.SetBytesProcessed(state.iterations() * kTotal);
  state.counters["MiB_grown"] = PeakMemory() - before;
}

BENCHMARK(RawSha256)->Unit(benchmark::kMillisecond);
BENCHMARK(HashProject)->ArgName("files")->Arg(1)->Arg(1024)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hyperlocal
