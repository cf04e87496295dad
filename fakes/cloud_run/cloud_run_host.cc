#include "fakes/cloud_run/cloud_run_host.h"

#include <unistd.h>

#include <algorithm>
#include <future>
#include <string_view>
#include <utility>

#include "fakes/cloud_run/edge_internal.h"
#include "fakes/cloud_run/instance_pool_internal.h"
#include "fakes/cloud_run/small_disk.h"
#include "fakes/cloud_run/struck_requests_internal.h"

namespace hyperlocal::cloud_run {
namespace {

Error Usage(std::string message) {
  return Error{ErrorCode::kUsage, std::move(message)};
}

Status Check(const CloudRunHostOptions& options) {
  if (static_cast<bool>(options.handler) == !options.command.empty()) {
    return Usage("the Cloud Run host needs either a handler or a command as its service");
  }
  if (options.verifier == nullptr && !options.allow_unauthenticated) {
    return Usage(
        "the Cloud Run host has nothing to check identity tokens with; give it a token "
        "verifier, or allow unauthenticated calls");
  }
  if (options.concurrency < 1 || options.concurrency > 1000) {
    return Usage("the concurrency of an instance must be 1 to 1000");
  }
  if (options.max_instances < 1 || options.max_instances > 1000) {
    return Usage("the maximum of instances must be 1 to 1000");
  }
  if (options.min_instances < 0 || options.min_instances > options.max_instances) {
    return Usage("the minimum of instances must be 0 to their maximum, which is " +
                 std::to_string(options.max_instances));
  }
  if (options.request_timeout <= std::chrono::milliseconds(0) ||
      options.request_timeout > std::chrono::hours(1)) {
    return Usage("the request time-out must be more than nothing and at most 3600 seconds");
  }
  if (options.startup_probe.timeout <= std::chrono::milliseconds(0) ||
      options.startup_probe.timeout > std::chrono::seconds(240)) {
    return Usage(
        "the time-out of the start-up probe must be more than nothing and at most 240 "
        "seconds");
  }
  if (!options.startup_probe.http_path.empty() && options.startup_probe.http_path[0] != '/') {
    return Usage("the path of the start-up probe must begin with a slash");
  }
  if (options.handler && (options.memory_limit > 0 || options.address_space_limit > 0)) {
    return Usage("only a command can have a memory limit: a handler shares this process' memory");
  }
  for (const auto& [name, value] : options.environment) {
    if (name.empty() || name.find('=') != std::string::npos || value.find('\0') != value.npos) {
      return Usage("\"" + name + "\" cannot be the name of an environment variable");
    }
    if (name == "PORT" || name == "K_SERVICE" || name == "K_REVISION" ||
        name == "K_CONFIGURATION") {
      return Usage(name + " is set by the Cloud Run host itself");
    }
  }
  return Ok();
}

std::vector<std::string> EnvironmentOf(const CloudRunHostOptions& options) {
  std::map<std::string, std::string> variables = options.environment;
  variables["K_SERVICE"] = options.service;
  variables["K_REVISION"] = options.revision;
  variables["K_CONFIGURATION"] = options.service;
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  if (!options.inherit_environment) return environment;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string name(text.substr(0, text.find('=')));
    if (name != "PORT" && variables.find(name) == variables.end()) environment.emplace_back(text);
  }
  return environment;
}

}  // namespace

struct CloudRunHost::Running {
  StruckRequests struck;
  std::unique_ptr<DiskShelf> disks;  // null: the fault plan fills none
  std::unique_ptr<InstancePool> pool;
  std::unique_ptr<Edge> edge;
  std::unique_ptr<HttpServer> server;
};

CloudRunHost::CloudRunHost(std::unique_ptr<Running> running) : running_(std::move(running)) {}

CloudRunHost::~CloudRunHost() {
  Stop();
}

Result<std::unique_ptr<CloudRunHost>> CloudRunHost::Start(CloudRunHostOptions options) {
  HYPERLOCAL_TRY_STATUS(Check(options));
  std::shared_ptr<HostFaultPlan> faults;
  if (!options.fault_plan.empty()) {
    HYPERLOCAL_TRY(faults, HostFaultPlan::Parse(options.fault_plan));
  }
  auto running = std::make_unique<Running>();
  if (faults && faults->wants_disks()) {
    const Status possible = DisksCanBeMade();
    if (!possible && faults->must_have_disks()) return possible.error();
    if (possible) {
      HYPERLOCAL_TRY(running->disks, DiskShelf::Open(options.disk_root));
    }
  }
  const auto now = [clock = options.clock] {
    return clock != nullptr ? clock->Now() : std::chrono::system_clock::now();
  };
  std::function<void(LogEntry)> log;
  if (options.log) {
    log = [sink = options.log, now, service = options.service,
           revision = options.revision](LogEntry entry) {
      entry.time = now();
      entry.service = service;
      entry.revision = revision;
      sink(entry);
    };
  }

  InstancePoolOptions pool;
  pool.handler = options.handler;
  pool.command.arguments = options.command;
  pool.command.working_directory = options.working_directory;
  pool.command.address_space_limit = options.address_space_limit;
  if (!options.command.empty()) {
    pool.command.environment = EnvironmentOf(options);
    HYPERLOCAL_TRY_STATUS(CheckInstanceCommand(pool.command));
  }
  pool.service = options.service;
  pool.concurrency = options.concurrency;
  pool.max_instances = options.max_instances;
  pool.min_instances = options.min_instances;
  pool.idle_timeout = options.idle_timeout;
  pool.shutdown_grace = options.shutdown_grace;
  pool.pending_limit = options.pending_limit;
  pool.probe = options.startup_probe;
  pool.memory_limit = options.memory_limit;
  pool.now = now;
  pool.disks = running->disks.get();
  pool.log = [log, struck = &running->struck](LogEntry entry) {
    struck->SeeLine(entry);
    if (log) log(std::move(entry));
  };

  EdgeOptions edge;
  edge.struck = &running->struck;
  edge.disks = running->disks.get();
  edge.verifier = options.allow_unauthenticated ? nullptr : options.verifier;
  edge.project = options.project;
  edge.request_timeout = options.request_timeout;
  edge.max_request_bytes = options.max_request_bytes;
  edge.max_response_bytes = options.max_response_bytes;
  edge.now = now;
  edge.log = log;

  HttpServerOptions server;
  server.host = options.host;
  server.port = options.port;
  // A thread for every request that runs, and for those that wait or ask the host itself.
  server.threads = std::min(options.concurrency * options.max_instances + 128, 2048);
  // The edge is ready before the port is open, and knows its own address before the first request.
  auto open = std::make_shared<std::promise<void>>();
  running->pool = std::make_unique<InstancePool>(std::move(pool));
  running->edge = std::make_unique<Edge>(std::move(edge), *running->pool);
  running->edge->SetFaults(std::move(faults));
  HYPERLOCAL_TRY(running->server,
                 HttpServer::Start(std::move(server), [edge_of = running->edge.get(),
                                                       opened = open->get_future().share()](
                                                          auto& request, auto& response) {
                   opened.wait();
                   edge_of->Handle(request, response);
                 }));
  std::vector<std::string> audiences = std::move(options.audiences);
  audiences.push_back(running->server->base_url());
  running->edge->SetAudiences(std::move(audiences));
  open->set_value();
  return std::unique_ptr<CloudRunHost>(new CloudRunHost(std::move(running)));
}

int CloudRunHost::port() const {
  return running_->server->port();
}
std::string CloudRunHost::base_url() const {
  return running_->server->base_url();
}

void CloudRunHost::SeeFrame(const HttpHeaders& request, std::uint64_t frames_done) {
  running_->struck.SeeFrame(request, frames_done);
}

std::filesystem::path CloudRunHost::DiskOf(const HttpHeaders& request) const {
  return running_->struck.DiskOf(request);
}

void CloudRunHost::Stop(std::chrono::milliseconds grace) {
  running_->server->Stop(grace);
  running_->pool->Stop(grace);
}

}  // namespace hyperlocal::cloud_run
