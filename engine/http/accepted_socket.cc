#include "engine/http/accepted_socket_internal.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <thread>

namespace hyperlocal {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// poll's time-out of what is left until `end`: at least 1 ms as long as anything is.
int PollTime(steady_clock::time_point end) {
  const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now()).count();
  return static_cast<int>(std::clamp<milliseconds::rep>(left, 0, 1 << 30));
}

}  // namespace

AcceptedSocket::~AcceptedSocket() {
  // A process that was forked in this moment and has not called exec yet holds the connection, too;
  // it ends nevertheless. Not so after ResetAtClose: an orderly end would precede the reset.
  if (socket_.valid() && !reset_) ::shutdown(socket_.get(), SHUT_RDWR);
}

bool AcceptedSocket::Wait(short events, milliseconds time) const {
  const auto end = steady_clock::now() + time;
  pollfd waiting{socket_.get(), events, 0};
  for (;;) {
    const int ready = ::poll(&waiting, 1, PollTime(end));
    if (ready >= 0) return ready > 0;
    if (errno != EINTR) return true;  // the next call tells what is wrong
  }
}

AcceptedSocket::Arrival AcceptedSocket::TryReceive(char* to, std::size_t room) {
  ssize_t got;
  do {
    got = ::recv(socket_.get(), to, room, 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) return {Arrival::Kind::kBytes, static_cast<std::size_t>(got)};
  if (got < 0 && errno == EAGAIN) return {Arrival::Kind::kNothingYet, 0};
  return {Arrival::Kind::kEnd, 0};
}

AcceptedSocket::Arrival AcceptedSocket::Receive(char* to, std::size_t room, milliseconds patience) {
  const Arrival at_once = TryReceive(to, room);
  if (at_once.kind != Arrival::Kind::kNothingYet || !Wait(POLLIN, patience)) return at_once;
  return TryReceive(to, room);
}

bool AcceptedSocket::Send(std::span<iovec> parts, milliseconds patience) {
  for (;;) {
    while (!parts.empty() && parts.front().iov_len == 0) parts = parts.subspan(1);
    if (parts.empty()) return true;
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR || (errno == EAGAIN && Wait(POLLOUT, patience))) continue;
      return false;
    }
    auto left = static_cast<std::size_t>(sent);
    for (iovec& part : parts) {
      const std::size_t taken = std::min(left, part.iov_len);
      part.iov_base = static_cast<char*>(part.iov_base) + taken;
      part.iov_len -= taken;
      left -= taken;
    }
  }
}

bool AcceptedSocket::ClosesWithin(milliseconds time) const {
  // Not by peeking: the end may stand behind bytes that nobody has read yet.
  return Wait(reading_is_shut_ ? short{0} : short{POLLRDHUP}, time);
}

void AcceptedSocket::AwaitDelivery(milliseconds patience) const {
  // Nothing can be waited for here; this is for injected faults only.
  constexpr milliseconds kStep(1);
  const auto end = steady_clock::now() + patience;
  int unsent = 0;
  while (::ioctl(socket_.get(), SIOCOUTQ, &unsent) == 0 && unsent > 0 &&
         steady_clock::now() < end && !ClosesWithin(milliseconds(0))) {
    std::this_thread::sleep_for(kStep);
  }
}

void AcceptedSocket::FinishSending() {
  ::shutdown(socket_.get(), SHUT_WR);
}

void AcceptedSocket::Shut(int how) const {
  ::shutdown(socket_.get(), how);
}

void AcceptedSocket::ResetAtClose() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  reset_ = true;
}

}  // namespace hyperlocal
