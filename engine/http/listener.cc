#include "engine/http/listener_internal.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/http/port_owner_internal.h"

namespace hyperlocal {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

std::string Named(const std::string& host, int port) {
  const bool six = host.find(':') != std::string::npos;
  return (six ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Error CannotListen(int number, const std::string& host, int port) {
  const std::string place = "cannot listen on " + Named(host, port);
  if (number == EADDRINUSE) {
    std::string by;
    if (const auto owner = FindPortOwner(port)) {
      by = " by process " + std::to_string(owner->pid) + " (" + owner->name + ")";
    }
    return Error{ErrorCode::kDependencyUnavailable,
                 place + ": the port is taken" + by +
                     "; end that, or choose another port (0 takes any that is free)"};
  }
  if (number == EACCES) {
    return Error{ErrorCode::kPermission,
                 place + ": ports below 1024 are reserved; choose a higher one"};
  }
  return Error{ErrorCode::kDependencyUnavailable,
               place + ": " + std::generic_category().message(number)};
}

// Not valid, and errno is set, when that address cannot be had.
FileDescriptor Listen(const addrinfo& address) {
  FileDescriptor socket(::socket(
      address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol));
  if (!socket.valid()) return socket;
  const int on = 1;
  // Connections of a server before this one, which are only waiting for their end, do not count.
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Accepted connections inherit it: answers leave at once.
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::bind(socket.get(), address.ai_addr, address.ai_addrlen) == 0 &&
      ::listen(socket.get(), SOMAXCONN) == 0) {
    return socket;
  }
  const int number = errno;
  socket.Close();
  errno = number;
  return socket;
}

int PortOf(const FileDescriptor& socket) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &size);
  // The port is at the same place in both families.
  return ntohs(reinterpret_cast<const sockaddr_in&>(bound).sin_port);
}

}  // namespace

Result<TcpListener> OpenListener(const std::string& host, int port) {
  if (port < 0 || port > 65535) {
    return Error{ErrorCode::kUsage,
                 "there is no port " + std::to_string(port) + "; ports are 0 (any) to 65535"};
  }
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &list);
  if (failure != 0) {
    return Error{ErrorCode::kDependencyUnavailable,
                 "cannot listen on " + Named(host, port) + ": " + ::gai_strerror(failure)};
  }
  const Addresses owned(list, &::freeaddrinfo);
  std::vector<const addrinfo*> addresses;
  for (const addrinfo* address = list; address != nullptr; address = address->ai_next) {
    addresses.push_back(address);
  }
  std::stable_partition(addresses.begin(), addresses.end(),
                        [](const addrinfo* address) { return address->ai_family == AF_INET; });
  int number = EADDRNOTAVAIL;
  for (const addrinfo* address : addresses) {
    FileDescriptor socket = Listen(*address);
    if (!socket.valid()) {
      number = errno;
      if (number == EADDRINUSE) break;
      continue;
    }
    const int its_port = PortOf(socket);
    const std::string shown = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host;
    return TcpListener{std::move(socket), its_port, "http://" + Named(shown, its_port)};
  }
  return CannotListen(number, host, port);
}

}  // namespace hyperlocal
