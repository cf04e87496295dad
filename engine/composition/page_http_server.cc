#include <fcntl.h>
#include <httplib.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "engine/composition/byte_range_internal.h"
#include "engine/composition/page_http_server_internal.h"
#include "engine/file/file_descriptor_internal.h"

namespace hyperlocal {
namespace {

constexpr int kIdleMs = 5'000;    // a connection that asks for nothing gives its thread back
constexpr int kReadMs = 5'000;    // for the rest of a request that has begun
constexpr int kWriteMs = 60'000;  // a browser stops reading a film when it has enough for now
constexpr std::size_t kReadBytes = std::size_t{256} << 10;
// Chrome opens at most six connections to one host, twice that when it asks with and without
// credentials; each holds a thread while it is kept alive.
constexpr std::size_t kThreads = 12;

// One accepted connection. Every wait ends when the stop event comes.
class Connection : public httplib::Stream {
 public:
  Connection(int socket, int stop_event) : socket_(socket), stop_event_(stop_event) {}
  ~Connection() override {
    ::shutdown(socket_, SHUT_RDWR);
    ::close(socket_);
  }

  bool WaitForRequest() const { return at_ < filled_ || Wait(POLLIN, kIdleMs); }

  bool is_readable() const override { return at_ < filled_ || Wait(POLLIN, kReadMs); }
  bool is_writable() const override { return Wait(POLLOUT, kWriteMs); }

  // httplib reads the head of a request byte by byte.
  ssize_t read(char* to, std::size_t size) override {
    if (at_ == filled_) {
      if (!is_readable()) return -1;
      const ssize_t got = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
      if (got <= 0) return got;
      at_ = 0;
      filled_ = static_cast<std::size_t>(got);
    }
    const std::size_t count = std::min(size, filled_ - at_);
    std::memcpy(to, buffer_.data() + at_, count);
    at_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* from, std::size_t size) override {
    while (is_writable()) {
      const ssize_t sent = ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0 || (errno != EAGAIN && errno != EINTR)) return sent;
    }
    return -1;
  }

  // Both ends are on the loopback interface; nothing of ours looks at the addresses.
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = "127.0.0.1";
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip = "127.0.0.1";
    port = 0;
  }
  socket_t socket() const override { return socket_; }

 private:
  bool Wait(short events, int timeout_ms) const {
    std::array<pollfd, 2> fds{pollfd{socket_, events, 0}, pollfd{stop_event_, POLLIN, 0}};
    int ready;
    do {
      ready = ::poll(fds.data(), fds.size(), timeout_ms);
    } while (ready < 0 && errno == EINTR);
    return ready > 0 && fds[1].revents == 0;
  }

  const int socket_;
  const int stop_event_;
  std::array<char, 4096> buffer_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
};

// httplib's server with connections of our own, and without its ranges: it promises bytes behind
// the end of a body.
class StoppableServer : public httplib::Server {
 public:
  bool valid() const { return stop_event_.valid(); }

  // listen_after_bind, for a thread of its own.
  void Run() {
    listen_after_bind();
    ended_ = true;
  }

  // Ends every connection and lets Run return, whether it has begun or not.
  void Stop() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(stop_event_.get(), &one, sizeof one);
    // httplib's stop() is lost on a server that does not listen yet.
    while (!is_running() && !ended_) std::this_thread::yield();
    if (!ended_) stop();
  }

 private:
  bool process_and_close_socket(socket_t socket) override {
    ::fcntl(socket, F_SETFD, FD_CLOEXEC);
    Connection connection(socket, stop_event_.get());
    bool good = true;
    for (bool closing = false; good && !closing && connection.WaitForRequest();) {
      good = process_request(connection, false, closing,
                             [](httplib::Request& request) { request.ranges.clear(); });
    }
    return good;
  }

  const FileDescriptor stop_event_{::eventfd(0, EFD_CLOEXEC)};  // readable from Stop on
  std::atomic<bool> ended_{false};
};

// Always through a provider of known length: httplib compresses other text bodies for a browser
// that accepts it, a second of brotli for what crosses no wire.
void Fill(httplib::Response& response, HttpAnswer answer, const std::string& range_header) {
  response.status = answer.status;
  response.set_header("Cache-Control", "no-store");
  response.set_header("Access-Control-Allow-Origin", "*");
  ByteRange part{0, answer.size};
  if (answer.status == 200) {
    response.set_header("Accept-Ranges", "bytes");
    if (const auto range = ParseByteRange(range_header, answer.size)) {
      part = *range;
      const std::string size = std::to_string(answer.size);
      response.status = part.length == 0 ? 416 : 206;
      response.set_header("Content-Range", part.length == 0
                                               ? "bytes */" + size
                                               : "bytes " + std::to_string(part.offset) + "-" +
                                                     std::to_string(part.offset + part.length - 1) +
                                                     "/" + size);
    }
  }
  if (part.length == 0) return response.set_content("", answer.type);
  response.set_content_provider(
      static_cast<std::size_t>(part.length), answer.type,
      [read = std::move(answer.read), start = part.offset](std::size_t offset, std::size_t length,
                                                           httplib::DataSink& sink) {
        std::vector<char> buffer(std::min(length, kReadBytes));
        const std::int64_t got = read(start + offset, buffer.data(), buffer.size());
        return got > 0 && sink.write(buffer.data(), static_cast<std::size_t>(got));
      });
}

}  // namespace

struct PageHttpServer::Running {
  StoppableServer server;
  std::thread listener;
};

PageHttpServer::PageHttpServer() : running_(std::make_unique<Running>()) {}

std::unique_ptr<PageHttpServer> PageHttpServer::Start(Handler answer) {
  std::unique_ptr<PageHttpServer> started(new PageHttpServer);
  StoppableServer& server = started->running_->server;
  if (!server.valid()) return nullptr;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_tcp_nodelay(true);
  server.Get(".*", [answer = std::move(answer)](const httplib::Request& request,
                                                httplib::Response& response) {
    const std::string raw = request.target.substr(0, request.target.find_first_of("?#"));
    Fill(response, answer(httplib::detail::decode_url(raw, false)),
         request.get_header_value("Range"));
  });
  started->port_ = server.bind_to_any_port("127.0.0.1");
  if (started->port_ <= 0) return nullptr;
  started->running_->listener = std::thread([&server] { server.Run(); });
  return started;
}

PageHttpServer::~PageHttpServer() {
  if (!running_->listener.joinable()) return;
  running_->server.Stop();
  running_->listener.join();
}

}  // namespace hyperlocal
