#include "engine/http/connection_acceptor_internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace hyperlocal {
namespace {

using std::chrono::milliseconds;

// Connections above the most there may be that are kept for a moment to hear so.
constexpr std::size_t kMostRefused = 64;
constexpr milliseconds kRefusalTime(1'000);
constexpr std::string_view kRefusal =
    "HTTP/1.1 503 Service Unavailable\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 39\r\n"
    "Retry-After: 1\r\n"
    "Connection: close\r\n\r\n"
    "the server has too many connections now";

std::string AddressOf(const sockaddr_storage& peer) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(peer);
    ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
  } else if (peer.ss_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(peer);
    ::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
  }
  // How a socket for both families shows an IPv4 address.
  constexpr std::string_view kMapped = "::ffff:";
  const std::string_view address = text.data();
  const bool mapped = address.starts_with(kMapped) && address.find('.') != std::string_view::npos;
  return std::string(mapped ? address.substr(kMapped.size()) : address);
}

// How long a connection may wait beyond its time before that is noticed.
milliseconds SweepInterval(const HttpServerOptions& options) {
  return std::clamp(std::min(options.idle_timeout, options.stall_timeout) / 4, milliseconds(5),
                    milliseconds(500));
}

}  // namespace

std::size_t RaiseDescriptorLimit(std::size_t count) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return count;
  if (limit.rlim_cur < count && limit.rlim_cur < limit.rlim_max) {
    rlimit raised = limit;
    raised.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}

ConnectionAcceptor::ConnectionAcceptor(HttpService& service, const FileDescriptor& listener,
                                       std::size_t max_connections)
    : service_(service),
      listener_(listener),
      max_connections_(max_connections),
      stop_(::eventfd(0, EFD_CLOEXEC)) {}

void ConnectionAcceptor::Stop() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_.get(), &one, sizeof one);
}

void ConnectionAcceptor::Run() {
  const milliseconds interval = SweepInterval(service_.options);
  auto next_sweep = AcceptedConnection::Clock::now() + interval;
  bool accepting = true;
  for (;;) {
    // Nobody to look after: sleep until somebody comes.
    const bool alone = accepting && service_.connections.size() == 0;
    std::array<pollfd, 2> events{pollfd{stop_.get(), POLLIN, 0},
                                 pollfd{accepting ? listener_.get() : -1, POLLIN, 0}};
    ::poll(events.data(), events.size(), alone ? -1 : static_cast<int>(interval.count()));
    if ((events[0].revents & POLLIN) != 0) {
      AcceptAll();  // whoever has connected by now has been promised that somebody is here
      return;
    }
    if (!accepting || (events[1].revents & POLLIN) != 0) accepting = AcceptAll();
    if (const auto now = AcceptedConnection::Clock::now(); now >= next_sweep) {
      service_.connections.ExpireAt(now);
      next_sweep = now + interval;
    }
  }
}

bool ConnectionAcceptor::AcceptAll() {
  for (;;) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    FileDescriptor socket(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &size,
                                    SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.valid()) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return false;
      if (errno == EAGAIN || errno == EBADF || errno == EINVAL) return true;
      continue;  // that one client went away before it was accepted
    }
    const std::size_t open = service_.connections.size();
    if (open >= max_connections_ + kMostRefused) continue;  // closed without a word
    const auto now = AcceptedConnection::Clock::now();
    auto end = now + service_.options.idle_timeout;
    const bool refused = open >= max_connections_;
    if (refused) {
      ::send(socket.get(), kRefusal.data(), kRefusal.size(), MSG_NOSIGNAL);
      ::shutdown(socket.get(), SHUT_WR);
      end = now + kRefusalTime;
    }
    AcceptedConnection& connection = service_.connections.Add(std::move(socket), AddressOf(peer));
    connection.lingering = refused;
    if (refused) connection.until = end;
    service_.Park(connection, end, false);
  }
}

}  // namespace hyperlocal
