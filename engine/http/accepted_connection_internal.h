#pragma once

#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "engine/http/accepted_socket_internal.h"

namespace hyperlocal {

// A connection that was accepted. While it waits for its client it belongs to nobody; a worker that
// takes it owns all of it until it parks or removes it.
class AcceptedConnection {
 public:
  using Clock = std::chrono::steady_clock;

  AcceptedConnection(FileDescriptor descriptor, std::string peer_address)
      : socket(std::move(descriptor)), peer(std::move(peer_address)) {}

  // Of the worker that serves it.
  AcceptedSocket socket;
  const std::string peer;
  std::string kept;           // the part of a head that has arrived
  bool lingering = false;     // all is said: what still comes is thrown away
  Clock::time_point until{};  // of the two above: when that is over, however much comes

  // From the worker: it waits until `end` at the latest.
  void Wait(Clock::time_point end) { waits_until_ = end.time_since_epoch().count(); }
  // From a worker to which the connection was reported as readable; true when it was expired.
  bool Take() { return waits_until_.exchange(kServed) == kExpired; }
  // From anybody: if it is waiting, and longer than it may at `now`, it is woken up and found
  // expired by the worker that takes it. What had arrived before can still be answered.
  void ExpireAt(Clock::time_point now) {
    Clock::rep end = waits_until_;
    if (end == kServed || end == kExpired || end > now.time_since_epoch().count()) return;
    if (waits_until_.compare_exchange_strong(end, kExpired)) socket.Shut(SHUT_RD);
  }

 private:
  friend class ConnectionRegistry;
  static constexpr Clock::rep kServed = -1;  // by a worker
  static constexpr Clock::rep kExpired = -2;

  // One word, so that only the wait that was looked at can be expired.
  std::atomic<Clock::rep> waits_until_{kServed};
  std::size_t place_ = 0;  // in the registry
};

}  // namespace hyperlocal
