#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "engine/file/file_descriptor_internal.h"
#include "engine/http/chunk_decoder_internal.h"
#include "engine/http/http_connection_internal.h"

namespace hyperlocal::cloud_run {

// One request to an instance, over a connection of its own, and its answer; what goes either way is
// never held. Not HttpClient, which wants to know a body's length beforehand, and pulls what the
// server at the other side pushes (and the other way round): that would take a thread for each
// request. One thread at a time.
class UpstreamExchange {
 public:
  // Why an exchange does not go on.
  enum class Stop {
    kNone,
    kBroken,    // no connection, a reset, an early end, or no HTTP
    kTimedOut,  // the request's time is over
    kGivenUp,   // the client has gone, or the host stops
  };
  // Asked about every 50 ms while nothing moves, and before every wait: kNone to go on.
  using Interrupt = std::function<Stop()>;

  UpstreamExchange(int port, Interrupt interrupt);

  Stop Connect();
  // Has the interrupt asked again when that time has passed, not some 50 ms later.
  void AskAgainIn(std::chrono::milliseconds time);
  // Breaks the connection, for whoever waits on either end. Any thread.
  void Cut();
  // Sends all of it, unless there is no use in that any more: see has_answer(). What the instance
  // answers while it still reads is kept for ReadBody, as far as kMostEarly.
  Stop Send(std::string_view bytes);
  static constexpr std::size_t kMostEarly = std::size_t{32} << 20;
  // The instance has refused the request (400 and above), or closed its end.
  bool has_answer() const { return has_answer_; }
  // Reads the head of the answer to a request with `method`.
  Stop ReadHead(std::string_view method);

  const HttpReply& head() const { return head_.reply; }
  const HttpFraming& framing() const { return framing_; }

  // Whether the whole answer has been read.
  bool is_read() const;
  // A part of the body, at least one byte but at its end; or why there is none.
  std::variant<std::size_t, Stop> ReadBody(char* to, std::size_t room);

 private:
  Stop WaitFor(short events);
  int Patience() const;  // milliseconds until the interrupt is asked again
  // Takes what has come while a request is still sent.
  Stop TakeEarlyAnswer();
  // Reads more behind what is unread. kNone and nothing more unread: the other side has ended.
  Stop Fill();

  const int port_;
  const Interrupt interrupt_;
  FileDescriptor socket_;
  std::chrono::steady_clock::time_point ask_again_at_ =
      std::chrono::steady_clock::time_point::max();
  bool has_answer_ = false;
  bool knows_early_status_ = false;
  std::string unread_;
  std::size_t used_ = 0;  // of unread_
  bool ended_ = false;
  HttpHead head_;
  HttpFraming framing_;
  std::uint64_t left_ = 0;  // of a body of known length
  ChunkDecoder chunks_;
};

}  // namespace hyperlocal::cloud_run
