#pragma once

#include <chrono>

#include "engine/cancellation.h"

namespace hyperlocal {

// How long an exchange may go on. One thread.
class ExchangeLimits {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  enum class Wait {
    kReady,
    kStalled,    // nothing moved for the stall time-out
    kOutOfTime,  // the whole exchange took too long
    kCancelled,
  };

  ExchangeLimits(TimePoint deadline, std::chrono::milliseconds stall_timeout,
                 CancellationToken cancelled);

  // Waits until the socket is ready for what `events` (of poll) names, or has failed. A
  // cancellation is seen within 50 ms.
  Wait WaitFor(int socket, short events) { return WaitFor(socket, events, stall_at_); }
  // The same with a limit of its own in the place of the stall time-out.
  Wait WaitFor(int socket, short events, TimePoint limit);
  // kReady: go on. Also for waits on something that is no socket.
  Wait Check(TimePoint limit) const;
  Wait Check() const { return Check(stall_at_); }

  // Something moved: the stall time-out begins anew.
  void Moved();
  TimePoint deadline() const { return deadline_; }

 private:
  TimePoint deadline_;
  std::chrono::milliseconds stall_timeout_;
  CancellationToken cancelled_;
  TimePoint stall_at_;
};

}  // namespace hyperlocal
