#include "fakes/cloud_run/upstream_exchange_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace hyperlocal::cloud_run {
namespace {

constexpr int kTickMilliseconds = 50;
constexpr std::size_t kLongestHead = std::size_t{64} << 10;
constexpr std::size_t kPiece = std::size_t{64} << 10;

}  // namespace

UpstreamExchange::UpstreamExchange(int port, Interrupt interrupt)
    : port_(port),
      interrupt_(std::move(interrupt)),
      socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}

void UpstreamExchange::AskAgainIn(std::chrono::milliseconds time) {
  ask_again_at_ = std::chrono::steady_clock::now() + time;
}

void UpstreamExchange::Cut() {
  ::shutdown(socket_.get(), SHUT_RDWR);
}

int UpstreamExchange::Patience() const {
  const auto now = std::chrono::steady_clock::now();
  if (now >= ask_again_at_ || ask_again_at_ - now >= std::chrono::milliseconds(kTickMilliseconds)) {
    return kTickMilliseconds;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(ask_again_at_ - now);
  return static_cast<int>(left.count());
}

UpstreamExchange::Stop UpstreamExchange::WaitFor(short events) {
  for (;;) {
    if (const Stop stop = interrupt_(); stop != Stop::kNone) return stop;
    pollfd event{socket_.get(), events, 0};
    const int ready = ::poll(&event, 1, Patience());
    if (ready > 0) return Stop::kNone;
    if (ready < 0 && errno != EINTR) return Stop::kBroken;
  }
}

UpstreamExchange::Stop UpstreamExchange::Connect() {
  if (!socket_.valid()) return Stop::kBroken;
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return Stop::kNone;
  }
  if (errno != EINPROGRESS) return Stop::kBroken;
  if (const Stop stop = WaitFor(POLLOUT); stop != Stop::kNone) return stop;
  int failure = 0;
  socklen_t size = sizeof failure;
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &failure, &size);
  return failure == 0 ? Stop::kNone : Stop::kBroken;
}

UpstreamExchange::Stop UpstreamExchange::Send(std::string_view bytes) {
  while (!bytes.empty() && !has_answer_) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      // It may have answered before it closed the connection.
      pollfd event{socket_.get(), POLLIN, 0};
      has_answer_ = !unread_.empty() || (::poll(&event, 1, 0) > 0 && (event.revents & POLLIN) != 0);
      return has_answer_ ? Stop::kNone : Stop::kBroken;
    }
    if (const Stop stop = WaitFor(POLLOUT | POLLIN); stop != Stop::kNone) return stop;
    if (const Stop stop = TakeEarlyAnswer(); stop != Stop::kNone) return stop;
  }
  return Stop::kNone;
}

UpstreamExchange::Stop UpstreamExchange::TakeEarlyAnswer() {
  for (;;) {
    pollfd event{socket_.get(), POLLIN, 0};
    if (::poll(&event, 1, 0) <= 0 || (event.revents & (POLLIN | POLLHUP)) == 0) break;
    if (const Stop stop = Fill(); stop != Stop::kNone) return stop;
    if (ended_) {
      has_answer_ = true;
      return Stop::kNone;
    }
    if (unread_.size() > kMostEarly) return Stop::kBroken;
  }
  if (knows_early_status_) return Stop::kNone;
  // Interim answers are ReadHead's to skip; a refusal seldom comes behind one.
  const auto parsed = ParseHttpHead(unread_);
  if (const auto* const head = std::get_if<std::optional<HttpHead>>(&parsed); head && *head) {
    knows_early_status_ = true;
    has_answer_ = (*head)->reply.status >= 400;
  }
  return Stop::kNone;
}

UpstreamExchange::Stop UpstreamExchange::Fill() {
  if (ended_) return Stop::kNone;
  unread_.erase(0, used_);
  used_ = 0;
  const std::size_t filled = unread_.size();
  for (;;) {
    unread_.resize(filled + kPiece);
    const ssize_t got = ::recv(socket_.get(), unread_.data() + filled, kPiece, 0);
    const int number = errno;
    unread_.resize(filled + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got > 0) return Stop::kNone;
    if (got == 0) {
      ended_ = true;
      return Stop::kNone;
    }
    if (number == EINTR) continue;
    if (number != EAGAIN && number != EWOULDBLOCK) return Stop::kBroken;
    if (const Stop stop = WaitFor(POLLIN); stop != Stop::kNone) return stop;
  }
}

UpstreamExchange::Stop UpstreamExchange::ReadHead(std::string_view method) {
  for (;;) {
    auto parsed = ParseHttpHead(std::string_view(unread_).substr(used_));
    if (std::holds_alternative<std::string>(parsed)) return Stop::kBroken;
    if (auto& head = std::get<std::optional<HttpHead>>(parsed)) {
      used_ += head->size;
      if (head->reply.status == 101) return Stop::kBroken;  // nobody asked for that
      if (head->reply.status < 200) continue;
      auto framing = FramingOf(*head, method);
      if (std::holds_alternative<std::string>(framing)) return Stop::kBroken;
      head_ = std::move(*head);
      framing_ = std::get<HttpFraming>(framing);
      left_ = framing_.length;
      return Stop::kNone;
    }
    if (unread_.size() - used_ > kLongestHead || ended_) return Stop::kBroken;
    if (const Stop stop = Fill(); stop != Stop::kNone) return stop;
  }
}

bool UpstreamExchange::is_read() const {
  switch (framing_.kind) {
    case HttpFraming::Kind::kNone:
      return true;
    case HttpFraming::Kind::kLength:
      return left_ == 0;
    case HttpFraming::Kind::kChunked:
      return chunks_.finished();
    case HttpFraming::Kind::kUntilClosed:
      return ended_ && used_ == unread_.size();
  }
  return true;
}

std::variant<std::size_t, UpstreamExchange::Stop> UpstreamExchange::ReadBody(char* to,
                                                                             std::size_t room) {
  using Kind = HttpFraming::Kind;
  if (framing_.kind != Kind::kUntilClosed && is_read()) return 0U;
  for (;;) {
    std::string_view bytes = std::string_view(unread_).substr(used_);
    if (bytes.empty()) {
      if (ended_) {
        if (framing_.kind == Kind::kUntilClosed) return 0U;
        return Stop::kBroken;
      }
      if (const Stop stop = Fill(); stop != Stop::kNone) return stop;
      continue;
    }
    if (framing_.kind != Kind::kChunked) {
      std::size_t part = std::min(bytes.size(), room);
      if (framing_.kind == Kind::kLength) {
        part = static_cast<std::size_t>(std::min<std::uint64_t>(part, left_));
        left_ -= part;
      }
      std::memcpy(to, bytes.data(), part);
      used_ += part;
      return part;
    }
    // At most what fits: the decoder gives parts of what it gets.
    std::string_view rest = bytes.substr(0, room);
    const std::size_t offered = rest.size();
    const std::string_view part = chunks_.Next(rest);
    if (!chunks_.mistake().empty()) return Stop::kBroken;
    std::memcpy(to, part.data(), part.size());
    used_ += offered - rest.size();
    if (!part.empty()) return part.size();
    if (chunks_.finished()) return 0U;
  }
}

}  // namespace hyperlocal::cloud_run
