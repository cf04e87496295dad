#include <poll.h>

#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "engine/http/http_connection_internal.h"

namespace hyperlocal {
namespace {

// A body goes through it in parts of this size; a head must fit.
constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

bool IsReadable(int socket) {
  pollfd entry{.fd = socket, .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, 0) > 0;
}

}  // namespace

HttpConnection::HttpConnection(std::unique_ptr<ByteStream> stream, std::string name)
    : stream_(std::move(stream)),
      name_(std::move(name)),
      buffer_(std::make_unique_for_overwrite<char[]>(kBufferBytes)) {}

HttpCallFailure HttpConnection::Broken(const std::string& what, const std::string& why) const {
  return {HttpCallFailure::Kind::kBroken, fmt::format("{}: {} while {}", name_, why, what)};
}

bool HttpConnection::IsIdle() {
  if (ended_ || begin_ != end_) return false;
  if (!stream_->HasUnread() && !IsReadable(stream_->socket())) return true;
  // Over TLS what has come may be for the session alone, and leaves nothing to read.
  const ByteStream::Step step = stream_->Read(buffer_.get(), 1);
  return step.outcome == ByteStream::Outcome::kWantRead;
}

bool HttpConnection::IsFull() const {
  return end_ - begin_ == kBufferBytes;
}

Attempt<bool> HttpConnection::Took(const ByteStream::Step& step, const std::string& what) {
  switch (step.outcome) {
    case ByteStream::Outcome::kMoved:
      end_ += step.bytes;
      return true;
    case ByteStream::Outcome::kEnd:
      ended_ = true;
      return false;
    case ByteStream::Outcome::kWantRead:
    case ByteStream::Outcome::kWantWrite:
      return false;
    case ByteStream::Outcome::kFailed:
      break;
  }
  ended_ = true;
  return Broken(what, step.message);
}

Attempt<bool> HttpConnection::Read(ExchangeLimits& limits, const std::string& what) {
  if (begin_ == end_) {
    begin_ = end_ = 0;
  } else if (end_ == kBufferBytes) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == kBufferBytes) return Broken(what, "more came at once than can be");
  for (;;) {
    if (ended_) return false;
    const ByteStream::Step step = stream_->Read(buffer_.get() + end_, kBufferBytes - end_);
    if (step.outcome == ByteStream::Outcome::kWantRead ||
        step.outcome == ByteStream::Outcome::kWantWrite) {
      const auto wait = limits.WaitFor(
          stream_->socket(), step.outcome == ByteStream::Outcome::kWantRead ? POLLIN : POLLOUT);
      if (wait != ExchangeLimits::Wait::kReady) return WaitFailure(wait, name_ + ": " + what);
      continue;
    }
    if (step.outcome == ByteStream::Outcome::kMoved) {
      limits.Moved();
      // A body that never stalls must still notice that time is up or nobody wants it.
      if (const auto wait = limits.Check(); wait != ExchangeLimits::Wait::kReady) {
        return WaitFailure(wait, name_ + ": " + what);
      }
    }
    return Took(step, what);
  }
}

Attempt<bool> HttpConnection::ReadWhatIsThere(const std::string& what) {
  if (ended_ || end_ == kBufferBytes) return false;
  if (!stream_->HasUnread() && !IsReadable(stream_->socket())) return false;
  return Took(stream_->Read(buffer_.get() + end_, kBufferBytes - end_), what);
}

Attempt<std::size_t> HttpConnection::Send(std::string_view bytes, ExchangeLimits& limits,
                                          const std::string& what) {
  const auto interrupted = [&](ExchangeLimits::Wait wait) {
    return WaitFailure(wait, name_ + ": " + what);
  };
  if (const auto wait = limits.Check(); wait != ExchangeLimits::Wait::kReady) {
    return interrupted(wait);
  }
  for (;;) {
    const ByteStream::Step step = stream_->Write(bytes.data(), bytes.size());
    switch (step.outcome) {
      case ByteStream::Outcome::kMoved:
        limits.Moved();
        return step.bytes;
      case ByteStream::Outcome::kEnd:
      case ByteStream::Outcome::kFailed:
        return Broken(what, step.message.empty() ? "the connection was closed" : step.message);
      case ByteStream::Outcome::kWantRead:
      case ByteStream::Outcome::kWantWrite:
        break;
    }
    // Once its end is closed a socket is readable for ever.
    const auto events = static_cast<short>(step.outcome == ByteStream::Outcome::kWantRead ? POLLIN
                                           : ended_ || IsFull()                           ? POLLOUT
                                                                : POLLOUT | POLLIN);
    const auto wait = limits.WaitFor(stream_->socket(), events);
    if (wait != ExchangeLimits::Wait::kReady) return interrupted(wait);
    if ((events & POLLOUT) != 0 && (events & POLLIN) != 0 && IsReadable(stream_->socket())) {
      return std::size_t{0};
    }
  }
}

}  // namespace hyperlocal
