#include "engine/http/request_body_internal.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace hyperlocal {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

RequestBody::RequestBody(const RequestHead& head, AcceptedSocket& socket, ReceiveBuffer& buffer,
                         milliseconds stall_timeout)
    : socket_(socket),
      buffer_(buffer),
      stall_timeout_(stall_timeout),
      chunked_(head.chunked),
      length_(head.content_length.value_or(0)),
      awaits_continue_(head.expects_continue),
      state_(head.chunked || length_ > 0 ? State::kUnread : State::kFinished) {}

std::string RequestBody::Progress() const {
  const std::string read = std::to_string(so_far_);
  return chunked_ ? read + " bytes" : read + " of " + std::to_string(length_) + " bytes";
}

Status RequestBody::SendContinue() {
  // A client that sends without waiting needs no word.
  if (!std::exchange(awaits_continue_, false) || !buffer_.empty()) return Ok();
  std::string text = "HTTP/1.1 100 Continue\r\n\r\n";
  std::array<iovec, 1> parts{iovec{text.data(), text.size()}};
  if (socket_.Send(parts, stall_timeout_)) return Ok();
  return Error{ErrorCode::kIo, "the client went away before it sent the body"};
}

Status RequestBody::Fill(milliseconds patience) {
  using Kind = AcceptedSocket::Arrival::Kind;
  const auto room = buffer_.Room();
  const auto arrival = socket_.Receive(room.data(), room.size(), patience);
  if (arrival.kind == Kind::kBytes) {
    buffer_.Received(arrival.size);
    return Ok();
  }
  if (arrival.kind == Kind::kEnd) {
    return Error{ErrorCode::kIo, "the client went away after " + Progress() + " of the body"};
  }
  return Error{ErrorCode::kTimeout, "the client sent nothing for " +
                                        std::to_string(patience.count()) + " ms after " +
                                        Progress() + " of the body"};
}

Result<std::string_view> RequestBody::NextPart(milliseconds patience) {
  while (state_ != State::kFinished) {
    if (buffer_.empty()) HYPERLOCAL_TRY_STATUS(Fill(patience));
    std::string_view part;
    if (chunked_) {
      std::string_view bytes = buffer_.unused();
      const std::size_t before = bytes.size();
      part = decoder_.Next(bytes);
      buffer_.Use(before - bytes.size());
      if (decoder_.finished()) state_ = State::kFinished;
      if (malformed()) {
        return Error{ErrorCode::kBadRequest,
                     std::string(decoder_.mistake()) + ", after " + Progress() + " of the body"};
      }
    } else {
      const std::string_view bytes = buffer_.unused();
      part = bytes.substr(
          0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), length_ - so_far_)));
      buffer_.Use(part.size());
      if (so_far_ + part.size() == length_) state_ = State::kFinished;
    }
    so_far_ += part.size();
    if (!part.empty()) return part;
  }
  return std::string_view{};
}

Status RequestBody::Read(const HttpRequest::BodySink& sink) {
  if (std::exchange(read_, true)) {
    return Error{ErrorCode::kInternal, "the body of a request can be read only once"};
  }
  if (state_ == State::kFinished) return Ok();
  state_ = State::kReading;
  if (Status sent = SendContinue(); !sent) {
    state_ = State::kBroken;
    return sent;
  }
  for (;;) {
    auto part = NextPart(stall_timeout_);
    if (!part) {
      state_ = State::kBroken;
      return std::move(part).error();
    }
    if (part->empty()) return Ok();
    HYPERLOCAL_TRY_STATUS(sink(*part));
  }
}

bool RequestBody::CannotDrain(std::uint64_t limit) const {
  if (state_ == State::kFinished) return false;
  return state_ == State::kBroken || (awaits_continue_ && buffer_.empty()) ||
         (!chunked_ && length_ - so_far_ > limit);
}

bool RequestBody::Drain(std::uint64_t limit, milliseconds patience) {
  if (CannotDrain(limit)) return false;
  const auto end = steady_clock::now() + patience;
  const std::uint64_t start = so_far_;
  while (!finished() && so_far_ - start <= limit) {
    const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
    if (left.count() <= 0 || !NextPart(left)) {
      state_ = State::kBroken;
      return false;
    }
  }
  return finished();
}

}  // namespace hyperlocal
