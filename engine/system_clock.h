#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "engine/clock.h"

namespace hyperlocal {

// The machine's time of day; one thread makes the calls, so a slow one delays the others. The
// destructor waits for the call that is being made.
class SystemClock final : public Clock {
 public:
  SystemClock();
  ~SystemClock() override;

  TimePoint Now() override { return std::chrono::system_clock::now(); }
  void WakeAt(TimePoint time, std::function<void()> wake) override;

 private:
  void Run();

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::multimap<TimePoint, std::function<void()>> waiting_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace hyperlocal
