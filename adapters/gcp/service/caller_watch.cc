#include <chrono>
#include <utility>

#include "adapters/gcp/service/caller_watch_internal.h"

namespace hyperlocal {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{50};

}  // namespace

CallerWatch::~CallerWatch() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

CallerWatch::Guard::Guard(CallerWatch& watch, const HttpRequest& request, CancellationToken work)
    : watch_(watch) {
  const std::lock_guard lock(watch_.mutex_);
  watch_.watched_.push_back({&request, std::move(work)});
  place_ = std::prev(watch_.watched_.end());
  if (!watch_.thread_.joinable()) watch_.thread_ = std::thread([&watch] { watch.Run(); });
  watch_.changed_.notify_all();
}

CallerWatch::Guard::~Guard() {
  const std::lock_guard lock(watch_.mutex_);
  watch_.watched_.erase(place_);
}

void CallerWatch::Guard::Look() const {
  const std::lock_guard lock(watch_.mutex_);
  if (place_->request->ClientIsGone()) place_->work.Cancel();
}

void CallerWatch::CancelAll() {
  const std::lock_guard lock(mutex_);
  for (const Guard::Watched& each : watched_) each.work.Cancel();
}

void CallerWatch::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return over_ || !watched_.empty(); });
    if (over_) return;
    for (const Guard::Watched& each : watched_) {
      if (each.request->ClientIsGone()) each.work.Cancel();
    }
    changed_.wait_for(lock, kBetweenLooks, [this] { return over_; });
  }
}

}  // namespace hyperlocal
