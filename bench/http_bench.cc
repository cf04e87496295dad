// The HTTP server beside what it stands on: small answers over connections that are kept alive, and
// long bodies beside a plain copy over the loopback interface in the same run.
//   build/bench/bench/bench_http --benchmark_repetitions=3 --benchmark_report_aggregates_only
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>

#include "engine/file/file_descriptor_internal.h"
#include "engine/http/http_server.h"

namespace hyperlocal {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kPiece = std::size_t{256} << 10;
constexpr std::uint64_t kLong = std::uint64_t{200} << 20;

double Seconds(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

FileDescriptor ConnectTo(int port) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return FileDescriptor(-1);
  }
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

bool SendAll(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Reads until `total` bytes are there or the connection ends; tells how many were.
std::uint64_t Swallow(int socket, std::uint64_t total) {
  const std::unique_ptr<char[]> buffer(new char[kPiece]);
  std::uint64_t count = 0;
  while (count < total) {
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, total - count));
    const ssize_t got = ::recv(socket, buffer.get(), room, 0);
    if (got <= 0) break;
    count += static_cast<std::uint64_t>(got);
  }
  return count;
}

// /small is a body of 4 KiB that is there, /source one of 4 KiB that is read, /long one of 200 MiB;
// what is sent to it is counted.
std::unique_ptr<HttpServer> StartServer() {
  static const std::string kBody(std::size_t{4} << 10, 'x');
  auto server = HttpServer::Start({}, [](HttpRequest& request, HttpResponse& response) {
    response.headers.Add("Content-Type", "application/octet-stream");
    if (request.method == "PUT") {
      std::uint64_t count = 0;
      const Status read = request.ReadBody([&](std::string_view part) {
        count += part.size();
        return Ok();
      });
      response.status = read ? 200 : 400;
      response.body = std::to_string(count);
    } else if (request.path() == "/small") {
      response.body = kBody;
    } else {
      response.source_length = request.path() == "/source" ? kBody.size() : kLong;
      response.source = [](std::uint64_t, char* to, std::size_t room) -> Result<std::size_t> {
        std::memset(to, 'x', room);
        return room;
      };
    }
  });
  return server ? std::move(*server) : nullptr;
}

// One thread that keeps a request under way on each of its connections.
class Load {
 public:
  Load(int port, std::size_t connections, std::string path)
      : request_("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n") {
    for (std::size_t i = 0; i < connections; ++i) {
      sockets_.push_back(ConnectTo(port));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, sockets_.back().get(), &event);
    }
    received_.resize(connections);
    // How long an answer is, once: they are all alike.
    std::string answer(64 << 10, '\0');
    SendAll(sockets_[0].get(), request_);
    while (answer_size_ == 0 || answer_size_ > received_[0]) {
      const ssize_t got = ::recv(sockets_[0].get(), answer.data() + received_[0], 16384, 0);
      if (got <= 0) return;
      received_[0] += static_cast<std::size_t>(got);
      const std::size_t head = answer.find("\r\n\r\n");
      if (head != std::string::npos) answer_size_ = head + 4 + (std::size_t{4} << 10);
    }
    good_ = answer.starts_with("HTTP/1.1 200 ") && received_[0] == answer_size_;
    received_[0] = 0;
  }

  bool good() const { return good_; }

  bool Run(std::size_t requests) {
    std::size_t asked = 0;
    std::size_t answered = 0;
    for (std::size_t i = 0; i < sockets_.size() && asked < requests; ++i, ++asked) {
      if (!SendAll(sockets_[i].get(), request_)) return false;
    }
    std::array<epoll_event, 64> events{};
    while (answered < requests) {
      const int ready =
          ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 10'000);
      if (ready <= 0) return false;
      for (int i = 0; i < ready; ++i) {
        const auto at = static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64);
        const ssize_t got = ::recv(sockets_[at].get(), buffer_.data(), buffer_.size(), 0);
        if (got <= 0) return false;
        received_[at] += static_cast<std::size_t>(got);
        if (received_[at] < answer_size_) continue;
        received_[at] = 0;
        ++answered;
        if (asked < requests) {
          ++asked;
          if (!SendAll(sockets_[at].get(), request_)) return false;
        }
      }
    }
    return true;
  }

 private:
  const std::string request_;
  const FileDescriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  std::vector<FileDescriptor> sockets_;
  std::vector<std::size_t> received_;
  std::array<char, 16384> buffer_{};
  std::size_t answer_size_ = 0;
  bool good_ = false;
};

void SmallAnswers(benchmark::State& state, const char* path) {
  constexpr std::size_t kBatch = 2'000;
  const auto server = StartServer();
  if (!server) return state.SkipWithError("no server");
  Load load(server->port(), static_cast<std::size_t>(state.range(0)), path);
  if (!load.good() || !load.Run(kBatch)) return state.SkipWithError("wrong answers");
  const double process = Seconds(CLOCK_PROCESS_CPUTIME_ID);
  const double client = Seconds(CLOCK_THREAD_CPUTIME_ID);
  for (auto _ : state) {
    if (!load.Run(kBatch)) return state.SkipWithError("a connection broke");
  }
  const double server_cpu =
      (Seconds(CLOCK_PROCESS_CPUTIME_ID) - process) - (Seconds(CLOCK_THREAD_CPUTIME_ID) - client);
  const auto requests = static_cast<std::int64_t>(state.iterations()) * std::int64_t{kBatch};
  state.SetItemsProcessed(requests);
  state.counters["server_cpu_us"] = server_cpu * 1e6 / static_cast<double>(requests);
}

// Takes `total` bytes over a connection of the loopback interface, from a thread that does nothing
// but send them.
bool PlainCopy(std::uint64_t total) {
  const FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.get(), generic, size) != 0 || ::listen(listener.get(), 1) != 0) return false;
  ::getsockname(listener.get(), generic, &size);
  std::thread sender([port = ntohs(address.sin_port), total] {
    const FileDescriptor socket = ConnectTo(port);
    const std::string piece(kPiece, 'x');
    for (std::uint64_t sent = 0; sent < total; sent += kPiece) SendAll(socket.get(), piece);
  });
  const FileDescriptor socket(::accept(listener.get(), nullptr, nullptr));
  const bool whole = Swallow(socket.get(), total) == total;
  sender.join();
  return whole;
}

bool Download(int port) {
  const FileDescriptor socket = ConnectTo(port);
  SendAll(socket.get(), "GET /long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  return Swallow(socket.get(), kLong * 2) > kLong;
}

bool Upload(int port) {
  const FileDescriptor socket = ConnectTo(port);
  SendAll(socket.get(), "PUT /long HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                            std::to_string(kLong) + "\r\n\r\n");
  const std::string piece(kPiece, 'x');
  for (std::uint64_t sent = 0; sent < kLong; sent += kPiece) {
    if (!SendAll(socket.get(), piece)) return false;
  }
  std::string answer(4096, '\0');
  answer.resize(static_cast<std::size_t>(
      std::max<ssize_t>(0, ::recv(socket.get(), answer.data(), answer.size(), 0))));
  return answer.ends_with(std::to_string(kLong));
}

// of_plain: how fast it is beside the plain copies, which alternate with it.
void LongBodies(benchmark::State& state, bool (*transfer)(int port)) {
  const auto server = StartServer();
  if (!server) return state.SkipWithError("no server");
  std::chrono::duration<double> plain{0};
  std::chrono::duration<double> ours{0};
  for (auto _ : state) {
    const auto before = steady_clock::now();
    if (!PlainCopy(kLong)) return state.SkipWithError("the plain copy broke");
    const auto between = steady_clock::now();
    if (!transfer(server->port())) return state.SkipWithError("the transfer broke");
    const auto after = steady_clock::now();
    plain += between - before;
    ours += after - between;
    state.SetIterationTime(std::chrono::duration<double>(after - between).count());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(kLong));
  state.counters["of_plain"] = plain / ours;
}

BENCHMARK_CAPTURE(SmallAnswers, body, "/small")
    ->ArgName("connections")
    ->Arg(1)
    ->Arg(16)
    ->Arg(256)
    ->Arg(1000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(SmallAnswers, source, "/source")
    ->ArgName("connections")
    ->Arg(16)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(LongBodies, download, &Download)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(LongBodies, upload, &Upload)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hyperlocal
