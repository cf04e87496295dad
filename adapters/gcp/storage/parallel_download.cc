#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/gcp/storage/object_download_internal.h"
#include "engine/hash/crc32c.h"

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kLook = 20ms;  // for the caller's cancellation

struct Part {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint32_t crc32c = 0;
};

class ParallelDownload {
 public:
  ParallelDownload(StorageOperation& operation, const DownloadTarget& target)
      : operation_(operation), target_(target) {
    const std::uint64_t step = operation.service().options().download_part_bytes;
    for (std::uint64_t begin = 0; begin < target.object.size; begin += step) {
      parts_.push_back({begin, std::min(target.object.size, begin + step)});
    }
  }

  Tried<std::uint32_t> Run(const CancellationToken& cancelled) {
    const std::size_t wanted = std::min<std::size_t>(
        std::max<std::size_t>(operation_.service().options().download_threads, 1), parts_.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < wanted; ++i) {
      try {
        const std::lock_guard lock(mutex_);
        threads.emplace_back([this] { Work(); });
        ++working_;
      } catch (const std::system_error& error) {
        if (!threads.empty()) break;  // fewer will do
        return StorageOperation::Final(
            operation_.Fail(ErrorCode::kDependencyUnavailable,
                            std::string("no thread can be started: ") + error.what()));
      }
    }
    {
      std::unique_lock lock(mutex_);
      while (!changed_.wait_for(lock, kLook, [this] { return working_ == 0; })) {
        if (cancelled.cancelled()) stop_.Cancel();
      }
    }
    for (std::thread& thread : threads) thread.join();
    if (failure_) return std::move(*failure_);
    std::uint32_t crc32c = 0;
    for (const Part& part : parts_) {
      crc32c = CombineCrc32c(crc32c, part.crc32c, part.end - part.begin);
    }
    return crc32c;
  }

 private:
  void Work() {
    StorageOperation operation = operation_.OnAnotherThread(stop_);
    while (Part* const part = Next()) {
      operation.Progressed();
      Tried<std::uint32_t> fetched = FetchRange(operation, target_, part->begin, part->end);
      if (auto* const failure = std::get_if<StorageFailure>(&fetched)) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::move(*failure);
        stop_.Cancel();
        break;
      }
      part->crc32c = std::get<std::uint32_t>(fetched);
    }
    const std::lock_guard lock(mutex_);
    --working_;
    changed_.notify_all();
  }

  Part* Next() {
    const std::lock_guard lock(mutex_);
    if (stop_.cancelled() && !failure_) {
      failure_ = StorageOperation::Final(operation_.Fail(ErrorCode::kCancelled, "cancelled"));
    }
    return failure_ || next_ == parts_.size() ? nullptr : &parts_[next_++];
  }

  const StorageOperation& operation_;
  const DownloadTarget& target_;
  CancellationToken stop_;  // of our threads: the caller's wish, or the first failure
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Part> parts_;
  std::size_t next_ = 0;
  std::size_t working_ = 0;
  std::optional<StorageFailure> failure_;  // the first one
};

}  // namespace

Tried<std::uint32_t> FetchInParts(StorageOperation& operation, const DownloadTarget& target,
                                  const CancellationToken& cancelled) {
  return ParallelDownload(operation, target).Run(cancelled);
}

}  // namespace hyperlocal
