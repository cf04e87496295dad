// The store of the GCS emulator, in memory and on disk (synced: every insert is durable when it
// returns), beside what the same disk gives in the same run: one write and fsync after the other.
//   build/bench/bench/bench_gcs_store --benchmark_min_time=1
// TMPDIR chooses the disk.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "fakes/gcs/store/store.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::gcs {
namespace {

enum Kind : std::int64_t { kMemory, kDisk, kUnsyncedDisk };
constexpr std::size_t kPage = 4096;
constexpr int kListed = 100'000;

// A store with a bucket, for one benchmark.
class BenchedStore {
 public:
  explicit BenchedStore(std::int64_t kind) {
    StoreOptions options;
    if (kind == kUnsyncedDisk) options.durability = Durability::kUnsynced;
    auto store =
        kind == kMemory ? Store::InMemory(options) : Store::Open(directory_ / "store", options);
    if (!store.has_value()) return;
    store_ = std::move(*store);
    BucketRecord bucket;
    bucket.name = "bucket";
    ready_ = store_->CreateBucket(bucket).has_value();
  }

  bool ready() const { return ready_; }
  Store& operator*() { return *store_; }

  // Bytes that no other object has.
  bool Put(const std::string& name, std::uint64_t number, std::size_t size = kPage) {
    std::string bytes(size, 'x');
    std::uint64_t state = number;
    for (std::size_t at = 0; at + sizeof state <= size; at += 512) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      bytes.replace(at, sizeof state, reinterpret_cast<const char*>(&state), sizeof state);
    }
    auto content = store_->NewContent();
    if (!content.has_value() || !(*content)->Append(bytes).has_value()) return false;
    ObjectFields fields;
    fields.content_type = "application/octet-stream";
    return store_->InsertObject({"bucket", name}, fields, std::move(*content), {}, {}).has_value();
  }

 private:
  hyperlocal::testing::TemporaryDirectory directory_{"bench-store"};
  std::unique_ptr<Store> store_;
  bool ready_ = false;
};

// Shared by the threads of one run.
std::unique_ptr<BenchedStore> shared;
std::atomic<std::uint64_t> number{0};

void SetUp(const benchmark::State& state) {
  shared = std::make_unique<BenchedStore>(state.range(0));
}
void SetUpObjects(const benchmark::State& state) {
  SetUp(state);
  for (std::uint64_t i = 0; i < 1000; ++i) shared->Put("object-" + std::to_string(i), ++number);
}
void TearDown(const benchmark::State&) {
  shared.reset();
}

void Insert(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(1));
  for (auto _ : state) {
    const std::uint64_t own = ++number;
    if (!shared->Put("object-" + std::to_string(own), own, size)) {
      state.SkipWithError("an insert failed");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}

void Stat(benchmark::State& state) {
  std::uint64_t i = static_cast<std::uint64_t>(state.thread_index());
  for (auto _ : state) {
    const auto object =
        (**shared).GetObject({{"bucket", "object-" + std::to_string(++i % 1000)}, {}});
    if (!object.has_value() || object->size != kPage) {
      state.SkipWithError("an object is not there");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}

void Read(benchmark::State& state) {
  std::uint64_t i = static_cast<std::uint64_t>(state.thread_index());
  std::string bytes(kPage, '\0');
  for (auto _ : state) {
    const auto object =
        (**shared).OpenObject({{"bucket", "object-" + std::to_string(++i % 1000)}, {}});
    if (!object.has_value() ||
        object->content->ReadAt(0, bytes.data(), bytes.size()).value() != kPage) {
      state.SkipWithError("an object cannot be read");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}

void List1000(benchmark::State& state) {
  static std::unique_ptr<BenchedStore> stores[3];
  auto& store = stores[state.range(0)];
  if (store == nullptr) {
    store = std::make_unique<BenchedStore>(state.range(0));
    for (int i = 0; i < kListed; ++i) store->Put("folder/" + std::to_string(i), 1);
  }
  ObjectQuery query;
  for (auto _ : state) {
    const auto page = (**store).ListObjects("bucket", query);
    if (!page.has_value() || page->objects.empty()) {
      state.SkipWithError("the listing failed");
      break;
    }
    query.page_token = page->next_page_token;
  }
}

// What one fsync after the other gives, of 4 KiB at the end of a file.
void RawFsync(benchmark::State& state) {
  const hyperlocal::testing::TemporaryDirectory directory("bench-fsync");
  const int file = ::open((directory / "file").c_str(), O_WRONLY | O_CREAT, 0644);
  const std::string bytes(kPage, 'x');
  for (auto _ : state) {
    if (::write(file, bytes.data(), bytes.size()) < 0 || ::fsync(file) != 0) {
      state.SkipWithError("the disk failed");
      break;
    }
  }
  ::close(file);
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(RawFsync)->UseRealTime();
BENCHMARK(Insert)
    ->ArgNames({"kind", "bytes"})
    ->Args({kMemory, kPage})
    ->Args({kDisk, kPage})
    ->Args({kUnsyncedDisk, kPage})
    ->Threads(1)
    ->Threads(8)
    ->Threads(64)
    ->Setup(SetUp)
    ->Teardown(TearDown)
    ->UseRealTime();
// The last content that is a row, and the first that is a file.
BENCHMARK(Insert)
    ->ArgNames({"kind", "bytes"})
    ->Args({kDisk, 1 << 16})
    ->Args({kDisk, (1 << 16) + 1})
    ->Threads(1)
    ->Threads(8)
    ->Setup(SetUp)
    ->Teardown(TearDown)
    ->UseRealTime();
BENCHMARK(Stat)
    ->ArgName("kind")
    ->Arg(kMemory)
    ->Arg(kUnsyncedDisk)
    ->Threads(1)
    ->Threads(8)
    ->Setup(SetUpObjects)
    ->Teardown(TearDown)
    ->UseRealTime();
BENCHMARK(Read)
    ->ArgName("kind")
    ->Arg(kMemory)
    ->Arg(kUnsyncedDisk)
    ->Threads(1)
    ->Threads(8)
    ->Setup(SetUpObjects)
    ->Teardown(TearDown)
    ->UseRealTime();
BENCHMARK(List1000)
    ->ArgName("kind")
    ->Arg(kMemory)
    ->Arg(kUnsyncedDisk)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hyperlocal::gcs
