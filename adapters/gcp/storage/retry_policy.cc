#include "adapters/gcp/storage/retry_policy.h"

#include <algorithm>
#include <thread>

namespace hyperlocal {

using namespace std::chrono_literals;

RetryClock::TimePoint SteadyRetryClock::Now() {
  return std::chrono::steady_clock::now();
}

void SteadyRetryClock::Sleep(std::chrono::milliseconds duration,
                             const CancellationToken& cancelled) {
  const TimePoint end = Now() + duration;
  for (TimePoint now = Now(); now < end && !cancelled.cancelled(); now = Now()) {
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(end - now, 50ms));
  }
}

}  // namespace hyperlocal
