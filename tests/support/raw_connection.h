#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace hyperlocal::testing {

// A TCP connection to a server on this machine that sends exactly what it is told to. No wait takes
// longer than ten seconds.
class RawConnection {
 public:
  explicit RawConnection(int port) : socket_(Socket()) {
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    const int on = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!Connect(socket_, port)) {
      std::fprintf(stderr, "cannot connect to port %d: %s\n", port, std::strerror(errno));
      std::abort();
    }
  }
  ~RawConnection() { Close(); }
  RawConnection(RawConnection&& other) noexcept
      : socket_(other.socket_), unread_(std::move(other.unread_)), reset_(other.reset_) {
    other.socket_ = -1;
  }
  RawConnection& operator=(RawConnection&&) = delete;

  // Whether somebody listens on the port.
  static bool IsAccepted(int port) {
    const int socket = Socket();
    const bool accepted = Connect(socket, port);
    ::close(socket);
    return accepted;
  }

  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void FinishSending() { ::shutdown(socket_, SHUT_WR); }
  void Close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  // An answer of the server. status is 0 when the connection ended before its head did.
  struct Answer {
    int status = 0;
    std::string head;  // with the status line, without the empty line
    std::string body;  // without its chunks
    bool whole = false;

    // The value of a header, as it was written; "" without one.
    std::string Header(std::string_view name) const {
      const std::string start = "\r\n" + std::string(name) + ": ";
      const std::size_t at = head.find(start);
      if (at == std::string::npos) return "";
      const std::size_t value = at + start.size();
      return head.substr(value, head.find("\r\n", value) - value);
    }
  };
  // The next answer. `head_only` is for the answer to a HEAD request.
  Answer ReadAnswer(bool head_only = false) {
    Answer answer;
    std::size_t end = 0;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
      if (!ReadMore()) return answer;
    }
    answer.head = unread_.substr(0, end);
    unread_.erase(0, end + 4);
    answer.status = std::atoi(answer.head.c_str() + std::strlen("HTTP/1.1 "));
    if (head_only || answer.status < 200 || answer.status == 204 || answer.status == 304) {
      answer.whole = true;
    } else if (answer.Header("Transfer-Encoding") == "chunked") {
      ReadChunks(answer);
    } else if (const std::string length = answer.Header("Content-Length"); !length.empty()) {
      const std::size_t size = std::stoul(length);
      while (unread_.size() < size && ReadMore()) {
      }
      answer.whole = unread_.size() >= size;
      Take(size, answer.body);
    } else {
      answer.body = ReadToEnd();
      answer.whole = !reset_;
    }
    return answer;
  }

  // Less only at the end of the connection.
  std::string ReadExactly(std::size_t size) {
    while (unread_.size() < size && ReadMore()) {
    }
    std::string bytes;
    Take(size, bytes);
    return bytes;
  }
  // Everything until the server ends the connection, or resets it (was_reset).
  std::string ReadToEnd() {
    while (ReadMore()) {
    }
    return std::exchange(unread_, {});
  }
  // Whether the server ended the connection and nothing else came before that.
  bool EndsHere() { return ReadToEnd().empty(); }
  bool was_reset() const { return reset_; }
  // Drops everything until the end and tells how much it was; for bodies too large to keep.
  std::uint64_t CountToEnd() {
    std::uint64_t count = unread_.size();
    unread_.clear();
    while (ReadMore()) {
      count += unread_.size();
      unread_.clear();
    }
    return count;
  }

 private:
  static int Socket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }
  static bool Connect(int socket, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  bool ReadMore() {
    std::array<char, 65536> buffer;
    const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == ECONNRESET) reset_ = true;
    if (got < 0 && errno == EAGAIN) {
      std::fprintf(stderr, "the server said nothing for ten seconds\n");
      std::abort();
    }
    if (got <= 0) return false;
    unread_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }
  void Take(std::size_t size, std::string& to) {
    to += unread_.substr(0, size);
    unread_.erase(0, size);
  }
  void ReadChunks(Answer& answer) {
    for (;;) {
      std::size_t line = 0;
      while ((line = unread_.find("\r\n")) == std::string::npos) {
        if (!ReadMore()) return;
      }
      const std::size_t size = std::stoul(unread_.substr(0, line), nullptr, 16);
      unread_.erase(0, line + 2);
      while (unread_.size() < size + 2) {
        if (!ReadMore()) return Take(size, answer.body);
      }
      Take(size, answer.body);
      unread_.erase(0, 2);
      if (size == 0) {
        answer.whole = true;
        return;
      }
    }
  }

  int socket_;
  std::string unread_;
  bool reset_ = false;
};

}  // namespace hyperlocal::testing
