#pragma once

#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstddef>
#include <string>
#include <thread>

#include "engine/file/file_descriptor_internal.h"

// What the loopback interface gives: the limit of whatever is asked and answered over a socket.
namespace hyperlocal {

namespace loopback_internal {

inline bool Send(int socket, const std::string& bytes) {
  return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

inline bool Receive(int socket, std::string& bytes) {
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t more = ::recv(socket, bytes.data() + got, bytes.size() - got, 0);
    if (more <= 0) return false;
    got += static_cast<std::size_t>(more);
  }
  return true;
}

inline void WithoutDelay(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace loopback_internal

// A request of `asked` bytes and an answer of `answered`, one after the other over one connection
// between two threads that do nothing else.
inline void LoopbackExchange(benchmark::State& state, std::size_t asked, std::size_t answered) {
  using namespace loopback_internal;  // NOLINT
  const FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  const FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::bind(listener.get(), name, size) != 0 || ::listen(listener.get(), 1) != 0 ||
      ::getsockname(listener.get(), name, &size) != 0 || ::connect(client.get(), name, size) != 0) {
    return state.SkipWithError("no connection");
  }
  const FileDescriptor server(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  WithoutDelay(client.get());
  WithoutDelay(server.get());
  std::thread answering([&] {
    std::string question(asked, '\0');
    const std::string answer(answered, 'x');
    while (Receive(server.get(), question) && Send(server.get(), answer)) {
    }
  });
  const std::string question(asked, 'x');
  std::string answer(answered, '\0');
  for (auto _ : state) {
    if (!Send(client.get(), question) || !Receive(client.get(), answer)) {
      state.SkipWithError("the connection broke");
      break;
    }
  }
  ::shutdown(client.get(), SHUT_RDWR);
  answering.join();
  state.SetItemsProcessed(state.iterations());
}

}  // namespace hyperlocal
