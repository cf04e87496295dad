#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "adapters/gcp/storage/gcs_object_store.h"
#include "engine/file/file_descriptor_internal.h"
#include "fakes/gcs/server/gcs_server.h"
#include "fakes/gcs/store/store.h"
#include "tests/support/temporary_directory.h"

//   build/bench/bench/bench_gcs_client --benchmark_repetitions=3 --benchmark_report_aggregates_only
//
// 200 MiB up to the storage emulator and down again, beside the same bytes over a plain loopback
// connection: from a file through a socket, to nobody and to a file.

namespace hyperlocal {
namespace {

constexpr std::size_t kBytes = std::size_t{200} << 20;
constexpr std::size_t kStep = std::size_t{256} << 10;
const GcsUri kObject{.bucket = "bench-bucket", .key = "o"};

[[noreturn]] void Stop(const std::string& why) {
  std::fprintf(stderr, "gcs_client_bench: %s\n", why.c_str());
  std::exit(1);
}

// Two files of bytes that do not compress, in the page cache. Sent in turns, so that none is found
// to be stored already.
const std::filesystem::path& Source(std::size_t number = 0) {
  static const testing::TemporaryDirectory directory("gcs-bench");
  static const std::vector<std::filesystem::path> files = [] {
    std::vector<std::filesystem::path> made{directory / "source 0", directory / "source 1"};
    std::vector<std::uint32_t> words(kBytes / 4);
    std::uint32_t state = 5;
    for (const std::filesystem::path& file : made) {
      for (std::uint32_t& word : words) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        word = state;
      }
      std::ofstream(file, std::ios::binary)
          .write(reinterpret_cast<const char*>(words.data()), kBytes);
    }
    return made;
  }();
  return files[number % files.size()];
}

struct Emulated {
  explicit Emulated(bool on_disk) {
    auto opened = on_disk ? gcs::Store::Open(directory / "store") : gcs::Store::InMemory();
    if (!opened) Stop(opened.error().message);
    data = std::move(*opened);
    gcs::BucketRecord bucket;
    bucket.name = kObject.bucket;
    if (auto made = data->CreateBucket(bucket); !made) Stop(made.error().message);
    auto started = gcs::GcsServer::Start({}, *data);
    if (!started) Stop(started.error().message);
    server = std::move(*started);
    GcsClientOptions options;
    options.endpoint = server->base_url();
    options.http = {};
    auto made = GcsObjectStore::Create(std::move(options));
    if (!made) Stop(made.error().message);
    client = std::move(*made);
  }
  const testing::TemporaryDirectory directory{"gcs-bench"};
  std::unique_ptr<gcs::Store> data;
  std::unique_ptr<gcs::GcsServer> server;
  std::unique_ptr<GcsObjectStore> client;
};

void Upload(benchmark::State& state) {
  Emulated emulated(state.range(0) != 0);
  const bool again = state.range(1) != 0;
  if (const auto info = emulated.client->Upload(Source(), kObject, {}, {}); !info) {
    Stop(info.error().message);
  }
  for (std::size_t number = 1; auto _ : state) {
    const auto info = emulated.client->Upload(Source(again ? 0 : number++), kObject, {}, {});
    if (!info) Stop(info.error().message);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBytes));
}
// `again`: the bytes are stored already.
BENCHMARK(Upload)
    ->ArgNames({"disk", "again"})
    ->Args({0, 0})
    ->Args({1, 0})
    ->Args({1, 1})
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

void Download(benchmark::State& state) {
  Emulated emulated(state.range(0) != 0);
  if (const auto info = emulated.client->Upload(Source(), kObject, {}, {}); !info) {
    Stop(info.error().message);
  }
  for (auto _ : state) {
    const auto info = emulated.client->Download(kObject, emulated.directory / "down", {});
    if (!info) Stop(info.error().message);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBytes));
}
BENCHMARK(Download)->ArgName("disk")->Arg(0)->Arg(1)->UseRealTime()->MeasureProcessCPUTime()->Unit(
    benchmark::kMillisecond);

struct SocketPair {
  SocketPair() : sending(-1), receiving(-1) {
    const FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    const int out = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener.get(), any, size) != 0 || ::listen(listener.get(), 1) != 0 ||
        ::getsockname(listener.get(), any, &size) != 0 || ::connect(out, any, size) != 0) {
      Stop("no loopback connection");
    }
    sending = out;
    receiving = ::accept(listener.get(), nullptr, nullptr);
  }
  ~SocketPair() {
    ::close(sending);
    ::close(receiving);
  }
  int sending, receiving;
};

void PlainCopy(benchmark::State& state) {
  const bool to_file = state.range(0) != 0;
  const testing::TemporaryDirectory directory("gcs-bench");
  std::size_t number = 0;
  (void)Source();
  for (auto _ : state) {
    SocketPair sockets;
    ++number;
    std::thread sender([&] {
      std::vector<char> buffer(kStep);
      std::FILE* const in = std::fopen(Source(number).c_str(), "rb");
      std::setvbuf(in, nullptr, _IONBF, 0);
      for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, kStep, in)) > 0;) {
        for (std::size_t at = 0; at < got;) {
          const ssize_t sent = ::send(sockets.sending, buffer.data() + at, got - at, MSG_NOSIGNAL);
          if (sent <= 0) Stop("the loopback connection broke");
          at += static_cast<std::size_t>(sent);
        }
      }
      std::fclose(in);
      ::shutdown(sockets.sending, SHUT_WR);
    });
    std::vector<char> buffer(kStep);
    std::FILE* const out = to_file ? std::fopen((directory / "copy").c_str(), "wb") : nullptr;
    if (out != nullptr) std::setvbuf(out, nullptr, _IONBF, 0);
    std::size_t total = 0;
    for (ssize_t got = 0; (got = ::recv(sockets.receiving, buffer.data(), kStep, 0)) > 0;) {
      total += static_cast<std::size_t>(got);
      if (out != nullptr) std::fwrite(buffer.data(), 1, static_cast<std::size_t>(got), out);
    }
    if (out != nullptr) std::fclose(out);
    sender.join();
    if (total != kBytes) Stop("the loopback copy is not whole");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBytes));
}
BENCHMARK(PlainCopy)
    ->ArgName("to_file")
    ->Arg(0)
    ->Arg(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hyperlocal
