#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <utility>

#include "bench/loopback.h"
#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"
#include "fakes/gcs/server/fake_request_test_support.h"

// What the storage emulator's own code costs: a request from its head to its answer, without
// sockets, on a store in memory. (http_bench measures the server below it, gcs_store_bench the
// store.) Beside it what nobody can save: the exchange over the loopback interface, and the two
// checksums that every new object shows.
namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kContent = 4096;

void Prepare(ServiceWithoutSocket& service, int objects) {
  service.Ask("POST", "/b", R"({"name":"bucket"})");
  for (int i = 0; i < objects; ++i) {
    service.Ask("POST",
                "/upload/storage/v1/b/bucket/o?uploadType=media&name=folder%2F" + std::to_string(i),
                std::string(kContent, 'x'), {{"Content-Type", "application/octet-stream"}});
  }
}

// The headers that the Node client sends.
HttpHeaders ClientHeaders() {
  return {{"Host", "127.0.0.1:4443"},
          {"User-Agent", "gcloud-node-storage/7.22.0"},
          {"x-goog-api-client", "gl-node/22.0.0 gccl/7.22.0 gccl-invocation-id/0123456789"},
          {"Accept-Encoding", "gzip"},
          {"Accept", "application/json"},
          {"Connection", "keep-alive"}};
}

void Ask(benchmark::State& state, const char* method, const std::string& target,
         std::size_t expected_bytes, int objects = 1) {
  ServiceWithoutSocket service;
  Prepare(service, objects);
  for (auto _ : state) {
    FakeHttpRequest request(method, target, "", ClientHeaders());
    const HttpResponse response = service.Answer(request);
    if (response.status != 200 || response.body.size() < expected_bytes) {
      return state.SkipWithError("the answer is not what was asked for");
    }
    benchmark::DoNotOptimize(response.body.data());
  }
  state.SetItemsProcessed(state.iterations());
}

void GetMedia(benchmark::State& state) {
  Ask(state, "GET", "/storage/v1/b/bucket/o/folder%2F0?alt=media", kContent);
}
BENCHMARK(GetMedia);

void GetMetadata(benchmark::State& state) {
  Ask(state, "GET", "/storage/v1/b/bucket/o/folder%2F0", 500);
}
BENCHMARK(GetMetadata);

void GetMetadataFields(benchmark::State& state) {
  Ask(state, "GET", "/storage/v1/b/bucket/o/folder%2F0?fields=name,size,md5Hash", 20);
}
BENCHMARK(GetMetadataFields);

void List1000(benchmark::State& state) {
  Ask(state, "GET", "/storage/v1/b/bucket/o", 500'000, 1000);
}
BENCHMARK(List1000)->Unit(benchmark::kMillisecond);

void InsertMedia(benchmark::State& state) {
  ServiceWithoutSocket service;
  Prepare(service, 0);
  const std::string content(kContent, 'x');
  for (auto _ : state) {
    FakeHttpRequest request("POST", "/upload/storage/v1/b/bucket/o?uploadType=media&name=o",
                            content, ClientHeaders());
    request.piece = kContent;
    if (service.Answer(request).status != 200) return state.SkipWithError("refused");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(InsertMedia);

void Checksums(benchmark::State& state) {
  const std::string content(kContent, 'x');
  for (auto _ : state) {
    benchmark::DoNotOptimize(Md5Of(content));
    benchmark::DoNotOptimize(Crc32cOf(content));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Checksums);

BENCHMARK_CAPTURE(LoopbackExchange, get_media, 300, kContent)->UseRealTime();
BENCHMARK_CAPTURE(LoopbackExchange, get_metadata, 300, 900)->UseRealTime();

}  // namespace
}  // namespace hyperlocal::gcs
