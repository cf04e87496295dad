#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "engine/http/http_client.h"
#include "fakes/cloud_run/free_port_internal.h"
#include "fakes/cloud_run/instance_pool_internal.h"

// How the pool starts an instance, on a thread of its own.
namespace hyperlocal::cloud_run {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kBetweenProbes{20};
constexpr milliseconds kHttpProbe{1000};  // timeoutSeconds of a probe is 1 unless it is configured

bool TakesConnections(int port) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool AnswersWell(int port, const std::string& path, const CancellationToken& cancelled) {
  HttpClient client({});
  HttpExchange exchange;
  exchange.method = "GET";
  exchange.url = fmt::format("http://127.0.0.1:{}{}", port, path);
  exchange.headers.Set("User-Agent", "GoogleHC/1.0");
  exchange.timeout = kHttpProbe;
  exchange.cancelled = cancelled;
  const HttpResult result = client.Exchange(exchange);
  const auto* const reply = std::get_if<HttpReply>(&result);
  return reply != nullptr && reply->status >= 200 && reply->status < 400;
}

}  // namespace

Status InstancePool::Launch(const std::shared_ptr<Instance>& instance) {
  if (options_.handler) {
    HttpServerOptions server;
    // More than there can be requests: a probe, and requests that were given up but still run.
    server.threads = options_.concurrency + 4;
    HYPERLOCAL_TRY(auto running, HttpServer::Start(std::move(server), options_.handler));
    const std::lock_guard lock(mutex_);
    instance->port = running->port();
    instance->server = std::move(running);
    return Ok();
  }
  InstanceCommand command = options_.command;
  const int port = FreePort();
  if (port == 0) {
    return Error{ErrorCode::kDependencyUnavailable,
                 "there is no free port between 20000 and 32700 for an instance"};
  }
  command.environment.push_back("PORT=" + std::to_string(port));
  if (options_.disks != nullptr) {
    HYPERLOCAL_TRY(std::shared_ptr<SmallDisk> disk, options_.disks->NewDisk());
    std::erase_if(command.environment,
                  [](const std::string& entry) { return entry.starts_with("TMPDIR="); });
    command.environment.push_back("TMPDIR=" + disk->path().string());
    const std::lock_guard lock(mutex_);
    instance->disk = std::move(disk);
  }
  HYPERLOCAL_TRY(auto process, InstanceProcess::Start(command));
  const std::lock_guard lock(mutex_);
  instance->port = port;
  instance->process = std::move(process);
  // A stop that came while there was nothing to stop yet.
  if (stopping_ || instance->state == InstanceState::kStopping) instance->process->Kill();
  Wake();
  return Ok();
}

bool InstancePool::Probe(const Instance& instance, int& attempts) {
  const TimePoint limit = options_.now() + options_.probe.timeout;
  while (instance.fate.load() == InstanceFate::kRunning && !stopped_.cancelled()) {
    ++attempts;
    if (options_.probe.http_path.empty()
            ? TakesConnections(instance.port.load())
            : AnswersWell(instance.port.load(), options_.probe.http_path, stopped_)) {
      return true;
    }
    if (options_.now() >= limit) return false;
    ::poll(nullptr, 0, static_cast<int>(kBetweenProbes.count()));
  }
  return false;
}

void InstancePool::RunStart(const std::shared_ptr<Instance>& instance, const std::string& reason) {
  Log(instance.get(), "INFO", "Starting new instance. Reason: " + reason);
  const auto begin = Steady::now();
  const Status launched = Launch(instance);
  int attempts = 0;
  bool is_up = launched.has_value() && Probe(*instance, attempts);
  const std::string kind = options_.probe.http_path.empty()
                               ? std::string("Default STARTUP TCP probe")
                               : std::string("STARTUP HTTP probe");
  const std::string where =
      fmt::format("for container \"{}-1\" on port {}", options_.service, instance->port.load());
  if (!launched) {
    Log(instance.get(), "ERROR", launched.error().message);
  } else if (is_up) {
    Log(instance.get(), "INFO",
        fmt::format("{} succeeded after {} attempt{} {}.", kind, attempts, attempts == 1 ? "" : "s",
                    where));
  } else if (!stopped_.cancelled()) {
    Log(instance.get(), "ERROR",
        fmt::format("{} failed {} time{} consecutively {}. The instance was not started.", kind,
                    attempts, attempts == 1 ? "" : "s", where));
  }

  std::unique_lock lock(mutex_);
  if (is_up && instance->state == InstanceState::kStarting &&
      instance->fate.load() == InstanceFate::kRunning) {
    instance->state = InstanceState::kReady;
    instance->idle_since = options_.now();
    ++started_well_;
    startup_total_ += Steady::now() - begin;
    failed_in_a_row_ = 0;
    Assign();
    return;
  }
  const bool was_wanted = instance->state == InstanceState::kStarting;
  instance->state = InstanceState::kStopping;
  if (instance->fate.load() == InstanceFate::kRunning) {
    instance->fate = was_wanted ? InstanceFate::kNotStarted : InstanceFate::kStopped;
  }
  if (was_wanted && !stopping_) {
    ++failed_in_a_row_;
    minimum_again_at_ =
        options_.now() + std::min<std::chrono::seconds>(
                             std::chrono::seconds(60),
                             std::chrono::seconds(1LL << std::min(failed_in_a_row_ - 1, 6)));
    FailFirstWaiters();
  }
  if (instance->process && !instance->is_gone) {
    instance->process->Kill();  // the supervisor sees it end
    Wake();
    Assign();
    return;
  }
  const bool has_server = instance->server != nullptr;
  if (!has_server) {
    if (!instance->is_gone) Remove(*instance);
    return;
  }
  lock.unlock();
  StopServer(instance, milliseconds(0));
}

}  // namespace hyperlocal::cloud_run
