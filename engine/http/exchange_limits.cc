#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "engine/http/exchange_limits_internal.h"

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;

// Nobody wakes a poll when a token is cancelled; the token is looked at that often.
constexpr std::chrono::milliseconds kLook = 50ms;

}  // namespace

ExchangeLimits::ExchangeLimits(TimePoint deadline, std::chrono::milliseconds stall_timeout,
                               CancellationToken cancelled)
    : deadline_(deadline), stall_timeout_(stall_timeout), cancelled_(std::move(cancelled)) {
  Moved();
}

void ExchangeLimits::Moved() {
  stall_at_ = std::chrono::steady_clock::now() + stall_timeout_;
}

ExchangeLimits::Wait ExchangeLimits::Check(TimePoint limit) const {
  if (cancelled_.cancelled()) return Wait::kCancelled;
  const TimePoint now = std::chrono::steady_clock::now();
  if (now >= deadline_) return Wait::kOutOfTime;
  return now >= limit ? Wait::kStalled : Wait::kReady;
}

ExchangeLimits::Wait ExchangeLimits::WaitFor(int socket, short events, TimePoint limit) {
  for (;;) {
    if (const Wait wait = Check(limit); wait != Wait::kReady) return wait;
    const auto left = std::min(deadline_, limit) - std::chrono::steady_clock::now();
    const auto slice = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(left), 0ms, kLook);
    pollfd entry{.fd = socket, .events = events, .revents = 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(slice.count()));
    // A poll that fails for another reason than a signal: the next call on the socket tells why.
    if (ready > 0 || (ready < 0 && errno != EINTR)) return Wait::kReady;
  }
}

}  // namespace hyperlocal
