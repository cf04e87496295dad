#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "engine/clock.h"

namespace hyperlocal::workflow {

// A clock that stands still until it is told to jump to the next time that somebody waits for, so
// that a test of an hour's back-off takes no time. May be used from several threads.
class VirtualClock final : public Clock {
 public:
  // Any time will do; this one is 2026-01-01T00:00:00Z.
  static constexpr TimePoint kDefaultStart{std::chrono::seconds(1'767'225'600)};

  explicit VirtualClock(TimePoint start = kDefaultStart) : now_(start) {}

  TimePoint Now() override;
  void WakeAt(TimePoint time, std::function<void()> wake) override;

  // Goes to the earliest time that is waited for and makes the calls that are due, in the order in
  // which they were asked for. False when nobody waits.
  bool JumpToNext();

 private:
  std::mutex mutex_;
  TimePoint now_;
  std::uint64_t number_ = 0;
  std::map<std::pair<TimePoint, std::uint64_t>, std::function<void()>> waiting_;
};

}  // namespace hyperlocal::workflow
