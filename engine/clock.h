#pragma once

#include <chrono>
#include <functional>

namespace hyperlocal {

// The time of day, and a call at a time to come. An interface so that a test's time can jump.
class Clock {
 public:
  using TimePoint = std::chrono::system_clock::time_point;

  virtual ~Clock() = default;
  virtual TimePoint Now() = 0;
  // Calls `wake` once, at `time` or soon after, at once if it is past; from a thread of the clock,
  // never from within this call. What is still waiting when the clock goes is not called.
  virtual void WakeAt(TimePoint time, std::function<void()> wake) = 0;
};

}  // namespace hyperlocal
