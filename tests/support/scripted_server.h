#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace hyperlocal::testing {

// The server's end of a connection, over which a test sends and receives bytes as it likes. One
// thread.
class ScriptedConnection {
 public:
  // `number`: how many connections came before this one.
  ScriptedConnection(int socket, int number) : socket_(socket), number_(number) {}
  ~ScriptedConnection() { Close(); }
  ScriptedConnection(const ScriptedConnection&) = delete;
  ScriptedConnection& operator=(const ScriptedConnection&) = delete;

  struct Request {
    std::string head;  // with the empty line; empty when the client has gone
    std::string body;
    std::string method() const { return head.substr(0, head.find(' ')); }
    std::string target() const {
      const std::size_t begin = head.find(' ') + 1;
      return head.substr(begin, head.find(' ', begin) - begin);
    }
    // "" when there is none; `name` in lower case or as the client writes it.
    std::string Header(std::string_view name) const {
      for (std::size_t at = head.find("\r\n"); at != std::string::npos;
           at = head.find("\r\n", at + 2)) {
        const std::size_t line = at + 2;
        if (::strncasecmp(head.c_str() + line, std::string(name).c_str(), name.size()) == 0 &&
            head[line + name.size()] == ':') {
          const std::size_t begin = line + name.size() + 2;
          return head.substr(begin, head.find("\r\n", begin) - begin);
        }
      }
      return "";
    }
  };

  int number() const { return number_; }
  int socket() const { return socket_; }

  // A head, and as much of a body as its Content-Length says.
  Request Read() {
    Request request = ReadHead();
    const std::size_t length = Length(request);
    while (request.body.size() < length && Fill()) {
      const std::size_t part = std::min(unread_.size(), length - request.body.size());
      request.body += unread_.substr(0, part);
      unread_.erase(0, part);
    }
    return request;
  }
  Request ReadHead() {
    Request request;
    for (;;) {
      const std::size_t end = unread_.find("\r\n\r\n");
      if (end != std::string::npos) {
        request.head = unread_.substr(0, end + 4);
        unread_.erase(0, end + 4);
        return request;
      }
      if (!Receive()) return request;
    }
  }
  // Some bytes of a body; "" when the client has closed its end.
  std::string ReadSome() {
    if (!Fill()) return "";
    return std::exchange(unread_, "");
  }
  static std::size_t Length(const Request& request) {
    const std::string text = request.Header("content-length");
    return text.empty() ? 0 : static_cast<std::size_t>(std::strtoull(text.c_str(), nullptr, 10));
  }

  // False: the client has gone.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void Answer(std::string_view status, std::string_view headers, std::string_view body) {
    Send("HTTP/1.1 " + std::string(status) + "\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
  }
  void Close() {
    const std::lock_guard lock(closing_);
    if (socket_ < 0) return;
    ::shutdown(socket_, SHUT_RDWR);
    ::close(std::exchange(socket_, -1));
  }
  // From another thread: what the script waits for ends.
  void Cut() {
    const std::lock_guard lock(closing_);
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
  }
  // With a TCP reset: what the client has not read yet is lost to it.
  void Reset() {
    const std::lock_guard lock(closing_);
    if (socket_ < 0) return;
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(socket_, -1));
  }
  // Returns when the client has closed its end.
  void WaitForTheClientToGo() {
    while (Receive()) unread_.clear();
  }

 private:
  bool Fill() { return !unread_.empty() || Receive(); }
  bool Receive() {
    char part[65536];
    const ssize_t got = socket_ < 0 ? 0 : ::recv(socket_, part, sizeof part, 0);
    if (got <= 0) return false;
    unread_.append(part, static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  const int number_;
  std::string unread_;
  std::mutex closing_;
};

// A TCP server on a free port of 127.0.0.1 that hands every connection, on a thread of its own, to
// a function of the test's. The destructor cuts what is still open and waits for the threads.
class ScriptedServer {
 public:
  using Script = std::function<void(ScriptedConnection&)>;

  explicit ScriptedServer(Script script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (listener_ < 0 || ::bind(listener_, any, size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, any, &size) != 0) {
      std::perror("cannot listen on 127.0.0.1");
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { Accept(); });
  }
  ~ScriptedServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    ::close(listener_);
    {
      const std::lock_guard lock(mutex_);
      for (ScriptedConnection* const connection : open_) connection->Cut();
    }
    for (std::thread& thread : threads_) thread.join();
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }

 private:
  void Accept() {
    for (;;) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) {
        if (stopping_) return;
        continue;
      }
      const int on = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      const std::lock_guard lock(mutex_);
      threads_.emplace_back([this, socket, number = connections_++] { Serve(socket, number); });
    }
  }

  void Serve(int socket, int number) {
    ScriptedConnection connection(socket, number);
    {
      const std::lock_guard lock(mutex_);
      open_.insert(&connection);
      if (stopping_) connection.Cut();
    }
    script_(connection);
    const std::lock_guard lock(mutex_);
    open_.erase(&connection);
  }

  const Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::set<ScriptedConnection*> open_;
  std::vector<std::thread> threads_;
  std::thread accepting_;
};

}  // namespace hyperlocal::testing
