#pragma once

#include <functional>
#include <utility>

#include "engine/clock.h"
#include "engine/system_clock.h"

namespace hyperlocal::cli {

// The machine's clock, so many times as fast (or, below one, as slow) from now on. What waits by it
// for a minute at 50 waits for a second; what really happens meanwhile takes its time.
class PacedClock final : public Clock {
 public:
  explicit PacedClock(double rate) : rate_(rate) {}

  TimePoint Now() override { return start_ + Times(real_.Now() - start_, rate_); }
  void WakeAt(TimePoint time, std::function<void()> wake) override {
    real_.WakeAt(start_ + Times(time - start_, 1 / rate_), std::move(wake));
  }

 private:
  static TimePoint::duration Times(TimePoint::duration duration, double factor) {
    return std::chrono::duration_cast<TimePoint::duration>(duration * factor);
  }

  SystemClock real_;
  const TimePoint start_ = real_.Now();
  const double rate_;
};

}  // namespace hyperlocal::cli
