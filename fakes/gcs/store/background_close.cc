#include "fakes/gcs/store/background_close_internal.h"

#include <sys/stat.h>

#include <cstddef>
#include <utility>

namespace hyperlocal::gcs {
namespace {

constexpr off_t kLargeBytes = off_t{4} << 20;
constexpr std::size_t kMostWaiting = 64;  // each holds a descriptor, and space on the disk

}  // namespace

BackgroundClose::~BackgroundClose() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void BackgroundClose::Close(FileDescriptor file) {
  struct stat facts {};
  if (!file.valid() || ::fstat(file.get(), &facts) != 0) return;
  if (facts.st_nlink > 0 || facts.st_size < kLargeBytes) return;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMostWaiting) return;
    waiting_.push_back(std::move(file));
    if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  }
  changed_.notify_one();
}

void BackgroundClose::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    {
      const FileDescriptor file = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
    }
    lock.lock();
  }
}

}  // namespace hyperlocal::gcs
