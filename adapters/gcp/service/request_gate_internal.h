#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "engine/cancellation.h"
#include "engine/error/result.h"

namespace hyperlocal {

// Counts the requests in a service, lets so many work at once, and closes. Any thread.
class RequestGate {
 public:
  // 0: any number at once.
  explicit RequestGate(int at_once) : at_once_(static_cast<std::size_t>(at_once)) {}

  // A request is in the service as long as this lives, if it was admitted.
  class Entry {
   public:
    explicit Entry(RequestGate& gate);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    bool admitted() const { return admitted_; }

   private:
    RequestGate& gate_;
    bool admitted_;
  };

  // Waits until one more may work, and counts it; a Turn gives the place back. Error: kCancelled.
  Status AwaitTurn(const CancellationToken& cancel);
  class Turn {
   public:
    explicit Turn(RequestGate& gate) : gate_(gate) {}
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    RequestGate& gate_;
  };

  // Admits nobody any more. False when it was closed already.
  bool Close();
  bool closed() const;
  std::size_t entered() const;
  // Whether nobody is inside, waiting for it.
  bool AwaitEmpty(std::chrono::milliseconds patience);

 private:
  const std::size_t at_once_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool closed_ = false;
  std::size_t entered_ = 0;
  std::size_t working_ = 0;
};

}  // namespace hyperlocal
