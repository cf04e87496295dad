#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstring>
#include <vector>

// What memory gives, for whoever reads and writes every byte once: the limit that stands beside a
// benchmark in the same run.
namespace hyperlocal {

// Reads `bytes` and writes as many.
inline void CopyMemory(benchmark::State& state, std::size_t bytes) {
  const std::vector<char> from(bytes, 'x');
  std::vector<char> to(bytes);
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), bytes);
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

// Reads two blocks of `bytes` that are the same; counts the bytes of one.
inline void CompareMemory(benchmark::State& state, std::size_t bytes) {
  const std::vector<char> a(bytes, 'x');
  const std::vector<char> b = a;
  for (auto _ : state) {
    if (std::memcmp(a.data(), b.data(), bytes) != 0) return state.SkipWithError("unequal");
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

}  // namespace hyperlocal
