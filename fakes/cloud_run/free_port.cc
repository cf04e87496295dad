#include "fakes/cloud_run/free_port_internal.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <random>

#include "engine/file/file_descriptor_internal.h"

namespace hyperlocal::cloud_run {
namespace {

// Linux gives connections 32768 and above (net.ipv4.ip_local_port_range); below 20000 are the ports
// that people choose by hand.
constexpr int kFirst = 20000;
constexpr int kLast = 32700;

bool IsFree(int port) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return false;
  // As servers do it: a connection that has ended does not keep the port.
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
         ::listen(socket.get(), 1) == 0;
}

}  // namespace

int FreePort() {
  // At random: two hosts on one machine that look at the same time hardly ever meet.
  thread_local std::mt19937 generator{std::random_device{}()};
  std::uniform_int_distribution<int> any(kFirst, kLast);
  for (int i = 0; i < 1000; ++i) {
    const int port = any(generator);
    if (IsFree(port)) return port;
  }
  return 0;
}

}  // namespace hyperlocal::cloud_run
