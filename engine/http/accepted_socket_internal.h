#pragma once

#include <sys/uio.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <utility>

#include "engine/file/file_descriptor_internal.h"

namespace hyperlocal {

// The server's end of a TCP connection. Waiting is bounded by the caller and ends at once when
// another thread calls Shut; every other method belongs to the thread that serves the connection.
class AcceptedSocket {
 public:
  // `socket` is non-blocking.
  explicit AcceptedSocket(FileDescriptor socket) : socket_(std::move(socket)) {}
  ~AcceptedSocket();

  int get() const { return socket_.get(); }

  struct Arrival {
    enum class Kind { kBytes, kNothingYet, kEnd };
    Kind kind = Kind::kEnd;  // kEnd: closed or broken
    std::size_t size = 0;
  };
  // What is there now.
  Arrival TryReceive(char* to, std::size_t room);
  // Waits for `patience`; kNothingYet after it.
  Arrival Receive(char* to, std::size_t room, std::chrono::milliseconds patience);

  // Sends all of it, changing `parts`. False when the client went away or took nothing for
  // `patience`.
  bool Send(std::span<iovec> parts, std::chrono::milliseconds patience);

  // Waits for `time` and ends early, with true, when the client has closed its end. After Shut with
  // SHUT_RD it is the client's end no longer that is seen closed: tell by KnowsReadingIsShut.
  bool ClosesWithin(std::chrono::milliseconds time) const;
  void KnowsReadingIsShut() { reading_is_shut_ = true; }
  // Until the client's system has everything that was sent, at most `patience`.
  void AwaitDelivery(std::chrono::milliseconds patience) const;

  // No more will be sent; what was sent arrives.
  void FinishSending();
  // Whoever waits for this connection wakes up and finds it at its end. `how` is SHUT_RD (what has
  // arrived can still be read, and answered) or SHUT_RDWR. Any thread may call it.
  void Shut(int how) const;
  // Closing will send a reset instead of an end.
  void ResetAtClose();

 private:
  bool Wait(short events, std::chrono::milliseconds time) const;

  FileDescriptor socket_;
  bool reset_ = false;
  bool reading_is_shut_ = false;
};

}  // namespace hyperlocal
