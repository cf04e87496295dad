#include "orchestrator/testing/virtual_clock.h"

#include <algorithm>
#include <vector>

namespace hyperlocal::workflow {

Clock::TimePoint VirtualClock::Now() {
  const std::lock_guard lock(mutex_);
  return now_;
}

void VirtualClock::WakeAt(TimePoint time, std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  waiting_.emplace(std::pair(std::max(time, now_), number_++), std::move(wake));
}

bool VirtualClock::JumpToNext() {
  std::vector<std::function<void()>> due;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return false;
    now_ = waiting_.begin()->first.first;
    while (!waiting_.empty() && waiting_.begin()->first.first <= now_) {
      due.push_back(std::move(waiting_.begin()->second));
      waiting_.erase(waiting_.begin());
    }
  }
  for (const std::function<void()>& wake : due) wake();
  return true;
}

}  // namespace hyperlocal::workflow
