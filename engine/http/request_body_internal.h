#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "engine/error/result.h"
#include "engine/http/accepted_socket_internal.h"
#include "engine/http/chunk_decoder_internal.h"
#include "engine/http/http_server.h"
#include "engine/http/receive_buffer_internal.h"
#include "engine/http/request_head_internal.h"

namespace hyperlocal {

// The body of the request whose head was read last: in the buffer as far as it has arrived.
class RequestBody {
 public:
  // All three outlive it.
  RequestBody(const RequestHead& head, AcceptedSocket& socket, ReceiveBuffer& buffer,
              std::chrono::milliseconds stall_timeout);

  // As HttpRequest::ReadBody.
  Status Read(const HttpRequest::BodySink& sink);

  // Whether it has been read to its end: what follows is the next request.
  bool finished() const { return state_ == State::kFinished; }
  // Whether the chunks make no sense, and how.
  bool malformed() const { return !decoder_.mistake().empty(); }
  std::string_view mistake() const { return decoder_.mistake(); }
  // Whether Drain is known to fail: more than `limit` bytes are left, the rest is lost, or it may
  // never be sent because the client was not told to continue.
  bool CannotDrain(std::uint64_t limit) const;
  // Reads to the end and throws away at most about `limit` bytes, waiting for at most `patience`.
  // False when there is more, or the client is gone.
  bool Drain(std::uint64_t limit, std::chrono::milliseconds patience);

 private:
  enum class State { kUnread, kReading, kFinished, kBroken };

  Status SendContinue();
  // The next part, empty at the end; valid until the next call.
  Result<std::string_view> NextPart(std::chrono::milliseconds patience);
  Status Fill(std::chrono::milliseconds patience);
  std::string Progress() const;

  AcceptedSocket& socket_;
  ReceiveBuffer& buffer_;
  const std::chrono::milliseconds stall_timeout_;
  const bool chunked_;
  const std::uint64_t length_;  // declared; 0 for chunks
  bool awaits_continue_;
  bool read_ = false;  // Read was called
  std::uint64_t so_far_ = 0;
  ChunkDecoder decoder_;
  State state_;
};

}  // namespace hyperlocal
