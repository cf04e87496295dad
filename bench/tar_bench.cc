// Packing and extracting a project, beside zlib alone over the same bytes from memory, and a copy
// of its files.
//   build/bench/bench/bench_tar
// TMPDIR chooses the disk.
#include <benchmark/benchmark.h>
#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/archive/archive_reader.h"
#include "engine/archive/archive_writer.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

constexpr std::size_t kFile = std::size_t{1} << 20;
constexpr int kFiles = 32;
constexpr std::int64_t kTotal = static_cast<std::int64_t>(kFile) * kFiles;
constexpr int kZlibLevel = 6;  // the archive writer's

enum Kind : std::int64_t { kPictures, kText };  // what deflate cannot make smaller, and can

std::string Content(std::int64_t kind, int file) {
  static const std::string kWords =
      "<div class=\"card\" style=\"left: 000px; top: 000px\">page</div>\n";
  std::string bytes(kFile, '\0');
  std::uint32_t state = static_cast<std::uint32_t>(file) * 2654435761U + 1;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    state = state * 1664525U + 1013904223U;
    const char word = kWords[i % kWords.size()];
    bytes[i] = kind == kPictures ? static_cast<char>(state >> 24)
               : word == '0'     ? static_cast<char>('0' + (state >> 24) % 10)
                                 : word;
  }
  return bytes;
}

const testing::TemporaryDirectory& Project(std::int64_t kind) {
  static const testing::TemporaryDirectory directories[2] = {testing::TemporaryDirectory("tar-0"),
                                                             testing::TemporaryDirectory("tar-1")};
  const auto& directory = directories[kind];
  if (!std::filesystem::exists(directory / "project")) {
    std::filesystem::create_directory(directory / "project");
    for (int file = 0; file < kFiles; ++file) {
      std::ofstream(directory / ("project/" + std::to_string(file)), std::ios::binary)
          << Content(kind, file);
    }
  }
  return directory;
}

void Pack(benchmark::State& state) {
  const auto& directory = Project(state.range(0));
  const auto archive = directory / "project.tar.gz";
  for (auto _ : state) {
    if (const Status packed = PackTarGz(directory / "project", archive, Durability::kUnsynced);
        !packed) {
      return state.SkipWithError(packed.error().message.c_str());
    }
  }
  state.SetBytesProcessed(state.iterations() * kTotal);
  state.counters["ratio"] =
      static_cast<double>(kTotal) / static_cast<double>(std::filesystem::file_size(archive));
}

void Extract(benchmark::State& state) {
  const auto& directory = Project(state.range(0));
  const auto archive = directory / "to-extract.tar.gz";
  if (!PackTarGz(directory / "project", archive, Durability::kUnsynced)) {
    return state.SkipWithError("the project was not packed");
  }
  const auto out = directory / "extracted";
  for (auto _ : state) {
    if (const Status done = ExtractTarGz(archive, out, ArchiveLimits{}); !done) {
      return state.SkipWithError(done.error().message.c_str());
    }
    state.PauseTiming();
    std::filesystem::remove_all(out);
    state.ResumeTiming();
  }
  state.SetBytesProcessed(state.iterations() * kTotal);
}

std::string AllOf(std::int64_t kind) {
  std::string all;
  for (int file = 0; file < kFiles; ++file) all += Content(kind, file);
  return all;
}

void RawDeflate(benchmark::State& state) {
  const std::string all = AllOf(state.range(0));
  std::vector<Bytef> out(compressBound(all.size()));
  for (auto _ : state) {
    uLongf size = out.size();
    if (compress2(out.data(), &size, reinterpret_cast<const Bytef*>(all.data()), all.size(),
                  kZlibLevel) != Z_OK) {
      return state.SkipWithError("zlib failed");
    }
  }
  state.SetBytesProcessed(state.iterations() * kTotal);
}

void RawInflate(benchmark::State& state) {
  const std::string all = AllOf(state.range(0));
  std::vector<Bytef> packed(compressBound(all.size()));
  uLongf packed_size = packed.size();
  compress2(packed.data(), &packed_size, reinterpret_cast<const Bytef*>(all.data()), all.size(),
            kZlibLevel);
  std::vector<Bytef> out(all.size());
  for (auto _ : state) {
    uLongf size = out.size();
    if (uncompress(out.data(), &size, packed.data(), packed_size) != Z_OK) {
      return state.SkipWithError("zlib failed");
    }
  }
  state.SetBytesProcessed(state.iterations() * kTotal);
}

void CopyFiles(benchmark::State& state) {
  const auto& directory = Project(state.range(0));
  const auto out = directory / "copied";
  for (auto _ : state) {
    std::filesystem::copy(directory / "project", out);
    state.PauseTiming();
    std::filesystem::remove_all(out);
    state.ResumeTiming();
  }
  state.SetBytesProcessed(state.iterations() * kTotal);
}

void Kinds(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("text")
      ->Arg(kPictures)
      ->Arg(kText)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}
BENCHMARK(Pack)->Apply(Kinds);
BENCHMARK(RawDeflate)->Apply(Kinds);
BENCHMARK(Extract)->Apply(Kinds);
BENCHMARK(RawInflate)->Apply(Kinds);
BENCHMARK(CopyFiles)->ArgName("text")->Arg(kPictures)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace hyperlocal
