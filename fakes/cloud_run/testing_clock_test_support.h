#pragma once

#include <chrono>
#include <functional>
#include <mutex>

#include "engine/clock.h"

namespace hyperlocal::cloud_run {

// Stands still until a test moves it. Any number of threads.
class TestingClock final : public Clock {
 public:
  TimePoint Now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  // Nothing of the host's waits for a clock to wake it.
  void WakeAt(TimePoint /*time*/, std::function<void()> /*wake*/) override {}

  void Advance(std::chrono::milliseconds time) {
    const std::lock_guard lock(mutex_);
    now_ += time;
  }

 private:
  std::mutex mutex_;
  TimePoint now_{std::chrono::seconds(1'767'225'600)};  // 2026-01-01T00:00:00Z
};

}  // namespace hyperlocal::cloud_run
