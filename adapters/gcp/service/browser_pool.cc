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
  const std::lock_guard lock(mutex_);
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
}

void BrowserPool::WarmUp(int browsers) {
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < browsers; ++i) {
    starting_.emplace_back([this] {
      auto place = std::make_unique<Place>();
      if (!place->slot.Get()) return;
      place->used = true;  // it may die before it is needed
      const std::lock_guard its_lock(mutex_);
      if (!over_ && idle_.size() < most_idle_) idle_.insert(idle_.begin(), std::move(place));
    });
  }
}

}  // namespace hyperlocal
