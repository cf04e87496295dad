#include <utility>

#include "adapters/gcp/service/browser_pool_internal.h"

namespace hyperlocal {

BrowserPool::~BrowserPool() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  for (std::thread& thread : starting_) thread.join();
  for (const auto& place : idle_) place->slot.Kill();
}

std::unique_ptr<BrowserPool::Place> BrowserPool::Take() {
  std::unique_lock lock(mutex_);
  if (idle_.empty() && awaited_ < starting_now_) {
    ++awaited_;
    // More waiting than starting: one of them has failed to start, or was given to somebody else.
    changed_.wait(lock, [this] { return !idle_.empty() || awaited_ > starting_now_; });
    --awaited_;
  }
  if (idle_.empty()) return std::make_unique<Place>();
  std::unique_ptr<Place> place = std::move(idle_.back());
  idle_.pop_back();
  return place;
}

void BrowserPool::Return(std::unique_ptr<Place> place) {
  if (place->token.cancelled()) return;
  place->used = true;
  const std::lock_guard lock(mutex_);
  if (idle_.size() < most_idle_) idle_.push_back(std::move(place));
  changed_.notify_all();
}

void BrowserPool::WarmUp(int browsers) {
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < browsers; ++i) {
    starting_.emplace_back([this] {
      auto place = std::make_unique<Place>();
      const bool started = place->slot.Get().has_value();
      place->used = true;  // it may die before it is needed
      const std::lock_guard its_lock(mutex_);
      --starting_now_;
      if (started && !over_ && idle_.size() < most_idle_) {
        idle_.insert(idle_.begin(), std::move(place));
      }
      changed_.notify_all();
    });
    ++starting_now_;
  }
}

}  // namespace hyperlocal
