#include "engine/http/http_server.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "engine/http/connection_acceptor_internal.h"
#include "engine/http/http_worker_internal.h"
#include "engine/http/listener_internal.h"

namespace hyperlocal {
namespace {

// Descriptors that stay free for the rest of the program.
constexpr std::size_t kReserve = 512;

std::size_t ConnectionsWithin(std::size_t wanted) {
  const std::size_t limit = RaiseDescriptorLimit(wanted + kReserve);
  const std::size_t reserve = std::min(kReserve, limit / 2);
  return std::max<std::size_t>(1, std::min(wanted, limit - reserve));
}

Status CheckOptions(const HttpServerOptions& options) {
  if (options.threads < 1 || options.max_connections < 1) {
    return Error{ErrorCode::kUsage, "an HTTP server needs at least one thread and one connection"};
  }
  if (options.idle_timeout.count() < 1 || options.stall_timeout.count() < 1) {
    return Error{ErrorCode::kUsage, "the time-outs of an HTTP server are at least 1 ms"};
  }
  return Ok();
}

}  // namespace

struct HttpServer::Running {
  Running(HttpServerOptions options, Handler handler, TcpListener its_listener)
      : listener(std::move(its_listener)),
        service(std::move(options), std::move(handler)),
        acceptor(service, listener.socket, ConnectionsWithin(service.options.max_connections)) {}
  ~Running() { Stop(std::chrono::milliseconds(0)); }

  Status Begin();
  void Stop(std::chrono::milliseconds grace);

  TcpListener listener;
  HttpService service;
  ConnectionAcceptor acceptor;
  std::list<HttpWorker> workers;
  std::vector<std::thread> worker_threads;
  std::thread acceptor_thread;
  std::mutex stop_mutex;
};

Status HttpServer::Running::Begin() {
  const auto failed = [](int number) {
    return Error{ErrorCode::kDependencyUnavailable,
                 "cannot start an HTTP server: " + std::generic_category().message(number)};
  };
  epoll_event end{};
  end.events = EPOLLIN;
  end.data.ptr = nullptr;  // what HttpWorker::Run takes for the end
  if (!service.epoll.valid() || !service.ended.valid() || !acceptor.valid() ||
      ::epoll_ctl(service.epoll.get(), EPOLL_CTL_ADD, service.ended.get(), &end) != 0) {
    return failed(errno);
  }
  try {
    for (int i = 0; i < service.options.threads; ++i) {
      HttpWorker& worker = workers.emplace_back(service);
      worker_threads.emplace_back([&worker] { worker.Run(); });
    }
    acceptor_thread = std::thread([this] { acceptor.Run(); });
  } catch (const std::system_error& no_thread) {
    return failed(no_thread.code().value());
  }
  return Ok();
}

void HttpServer::Running::Stop(std::chrono::milliseconds grace) {
  const std::lock_guard lock(stop_mutex);
  service.stopping = true;
  acceptor.Stop();
  if (acceptor_thread.joinable()) acceptor_thread.join();
  listener.socket.Close();
  if (grace.count() > 0) {
    service.connections.ExpireAt(AcceptedConnection::Clock::time_point::max());
    service.connections.AwaitEmpty(grace);
  }
  service.connections.CutAll();
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(service.ended.get(), &one, sizeof one);
  for (std::thread& thread : worker_threads) thread.join();
  worker_threads.clear();
}

HttpServer::HttpServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options, Handler handler) {
  HYPERLOCAL_TRY_STATUS(CheckOptions(options));
  HYPERLOCAL_TRY(TcpListener listener, OpenListener(options.host, options.port));
  auto running =
      std::make_unique<Running>(std::move(options), std::move(handler), std::move(listener));
  HYPERLOCAL_TRY_STATUS(running->Begin());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(running)));
}

HttpServer::~HttpServer() = default;

int HttpServer::port() const {
  return running_->listener.port;
}

std::string HttpServer::base_url() const {
  return running_->listener.base_url;
}

void HttpServer::Stop(std::chrono::milliseconds grace) {
  running_->Stop(grace);
}

}  // namespace hyperlocal
