#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/http/byte_stream_internal.h"

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;

std::string Reason(int number) {
  return std::generic_category().message(number);
}

class PlainStream : public ByteStream {
 public:
  explicit PlainStream(FileDescriptor socket) : socket_(std::move(socket)) {}

  Step Read(char* to, std::size_t room) override {
    const ssize_t got = ::recv(socket_.get(), to, room, 0);
    if (got > 0) return {Outcome::kMoved, static_cast<std::size_t>(got)};
    if (got == 0) return {Outcome::kEnd};
    if (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK) return {Outcome::kWantRead};
    return {Outcome::kFailed, 0, Reason(errno)};
  }
  Step Write(const char* from, std::size_t size) override {
    const ssize_t sent = ::send(socket_.get(), from, size, MSG_NOSIGNAL);
    if (sent > 0) return {Outcome::kMoved, static_cast<std::size_t>(sent)};
    if (sent == 0 || errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK) {
      return {Outcome::kWantWrite};
    }
    return {Outcome::kFailed, 0, Reason(errno)};
  }
  bool HasUnread() const override { return false; }
  int socket() const override { return socket_.get(); }

 private:
  FileDescriptor socket_;
};

struct SocketAddress {
  int family = 0;
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

struct Lookup {
  std::mutex mutex;
  std::condition_variable changed;
  bool finished = false;
  int failure = 0;  // of getaddrinfo
  std::vector<SocketAddress> addresses;
};

void LookUp(const std::string& host, int port, int flags, Lookup& lookup) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* list = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* at = failure == 0 ? list : nullptr; at != nullptr; at = at->ai_next) {
    SocketAddress address;
    address.family = at->ai_family;
    address.size = at->ai_addrlen;
    std::memcpy(&address.bytes, at->ai_addr, at->ai_addrlen);
    addresses.push_back(address);
  }
  if (list != nullptr) ::freeaddrinfo(list);
  const std::lock_guard lock(lookup.mutex);
  lookup.finished = true;
  lookup.failure = failure;
  lookup.addresses = std::move(addresses);
  lookup.changed.notify_all();
}

// The resolver cannot be interrupted. It runs on a thread that is left alone with it when nobody
// wants the answer any more.
Attempt<std::vector<SocketAddress>> Resolve(const std::string& host, int port,
                                            ExchangeLimits& limits,
                                            ExchangeLimits::TimePoint limit) {
  const auto lookup = std::make_shared<Lookup>();
  LookUp(host, port, AI_NUMERICHOST, *lookup);
  if (lookup->failure == 0) return std::move(lookup->addresses);
  lookup->finished = false;
  try {
    std::thread([host, port, lookup] { LookUp(host, port, 0, *lookup); }).detach();
  } catch (const std::system_error& error) {
    return HttpCallFailure{
        HttpCallFailure::Kind::kNotConnected,
        fmt::format("cannot look up {}: no thread for it: {}", host, error.what())};
  }
  std::unique_lock lock(lookup->mutex);
  while (!lookup->changed.wait_for(lock, 20ms, [&] { return lookup->finished; })) {
    if (const auto wait = limits.Check(limit); wait != ExchangeLimits::Wait::kReady) {
      return WaitFailure(wait, fmt::format("looking up {}", host));
    }
  }
  if (lookup->failure != 0) {
    return HttpCallFailure{
        HttpCallFailure::Kind::kNotConnected,
        fmt::format("no address of {} is known: {}", host, ::gai_strerror(lookup->failure))};
  }
  return std::move(lookup->addresses);
}

// 0, or errno; or the wait that ended it.
std::variant<int, ExchangeLimits::Wait> Connect(const FileDescriptor& socket,
                                                const SocketAddress& address,
                                                ExchangeLimits& limits,
                                                ExchangeLimits::TimePoint limit) {
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.bytes), address.size) ==
      0) {
    return 0;
  }
  if (errno != EINPROGRESS && errno != EINTR) return errno;
  const ExchangeLimits::Wait wait = limits.WaitFor(socket.get(), POLLOUT, limit);
  if (wait != ExchangeLimits::Wait::kReady) return wait;
  int failure = 0;
  socklen_t size = sizeof failure;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &size) != 0) return errno;
  return failure;
}

}  // namespace

HttpCallFailure WaitFailure(ExchangeLimits::Wait wait, const std::string& what) {
  using Kind = HttpCallFailure::Kind;
  switch (wait) {
    case ExchangeLimits::Wait::kCancelled:
      return {Kind::kCancelled, "cancelled while " + what};
    case ExchangeLimits::Wait::kStalled:
      return {Kind::kTimedOut, "nothing moved for too long while " + what};
    case ExchangeLimits::Wait::kOutOfTime:
    case ExchangeLimits::Wait::kReady:
      break;
  }
  return {Kind::kTimedOut, "the time was up while " + what};
}

Attempt<FileDescriptor> ConnectSocket(const std::string& host, int port, ExchangeLimits& limits,
                                      ExchangeLimits::TimePoint limit) {
  using Kind = HttpCallFailure::Kind;
  auto resolved = Resolve(host, port, limits, limit);
  if (auto* const failure = std::get_if<HttpCallFailure>(&resolved)) return std::move(*failure);
  const auto& addresses = std::get<std::vector<SocketAddress>>(resolved);
  const std::string what = fmt::format("connecting to {} port {}", host, port);
  HttpCallFailure last{Kind::kNotConnected, fmt::format("{} has no address", host)};
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    FileDescriptor socket(
        ::socket(addresses[i].family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (!socket.valid()) {
      last = {Kind::kNotConnected,
              fmt::format("cannot open a socket while {}: {}", what, Reason(errno))};
      continue;
    }
    const auto now = std::chrono::steady_clock::now();
    const auto share = (limit - now) / static_cast<std::int64_t>(addresses.size() - i);
    const auto outcome = Connect(socket, addresses[i], limits, now + share);
    if (const auto* const wait = std::get_if<ExchangeLimits::Wait>(&outcome)) {
      last = WaitFailure(*wait, what);
      if (*wait != ExchangeLimits::Wait::kStalled) return last;
      continue;
    }
    if (const int number = std::get<int>(outcome); number != 0) {
      last = {Kind::kNotConnected,
              fmt::format("cannot connect to {} port {}: {}", host, port, Reason(number))};
      continue;
    }
    const int on = 1;
    (void)::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
  }
  return last;
}

std::unique_ptr<ByteStream> MakePlainStream(FileDescriptor socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace hyperlocal
