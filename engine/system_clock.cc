#include "engine/system_clock.h"

#include <utility>

namespace hyperlocal {

SystemClock::SystemClock() : thread_([this] { Run(); }) {}

SystemClock::~SystemClock() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SystemClock::WakeAt(TimePoint time, std::function<void()> wake) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(time, std::move(wake));
  }
  changed_.notify_all();
}

void SystemClock::Run() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    if (waiting_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const TimePoint next = waiting_.begin()->first;
    if (next > Now()) {
      changed_.wait_until(lock, next);
      continue;
    }
    const std::function<void()> wake = std::move(waiting_.extract(waiting_.begin()).mapped());
    lock.unlock();
    wake();
    lock.lock();
  }
}

}  // namespace hyperlocal
