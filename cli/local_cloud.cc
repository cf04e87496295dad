#include "cli/local_cloud.h"

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "adapters/gcp/service/render_service.h"
#include "adapters/gcp/storage/gcs_object_store.h"
#include "adapters/gcp/workflow_definition.h"
#include "cli/paced_clock.h"
#include "fakes/cloud_run/cloud_run_host.h"
#include "fakes/cloud_run/identity_server.h"
#include "fakes/cloud_run/small_disk.h"
#include "fakes/cloud_run/token_issuer.h"
#include "fakes/cloud_run/token_verifier.h"
#include "fakes/gcs/server/export_directory.h"
#include "fakes/gcs/server/gcs_server.h"
#include "fakes/gcs/store/store.h"
#include "fakes/workflows/server/issued_tokens.h"
#include "fakes/workflows/server/workflows_server.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// A request for a chunk may wait for an instance as long as it may take altogether: here there are
// as many instances as cores, and not as many as chunks.
constexpr milliseconds kLongestRequest = std::chrono::minutes(60);

Result<fs::path> Subdirectory(const fs::path& data, const char* name) {
  if (data.empty()) return fs::path();
  const fs::path directory = data / name;
  std::error_code ec;
  fs::create_directories(directory, ec);
  if (ec) {
    return Error{ErrorCode::kCannotWrite,
                 fmt::format("cannot make {}: {}", directory.string(), ec.message())};
  }
  return directory;
}

}  // namespace

// In the order in which they are made; what is last ends first.
struct LocalCloud::Running {
  LocalCloudOptions options;
  std::unique_ptr<gcs::Store> objects;
  std::unique_ptr<gcs::GcsServer> storage;
  std::unique_ptr<cloud_run::TokenIssuer> issuer;
  std::unique_ptr<cloud_run::TokenVerifier> verifier;
  std::unique_ptr<cloud_run::IdentityServer> identity;
  std::unique_ptr<ObjectStore> service_storage;
  std::unique_ptr<RenderService> service;
  // What the service asks about faults; null until it is there.
  std::atomic<cloud_run::CloudRunHost*> edge_there = nullptr;
  std::unique_ptr<cloud_run::CloudRunHost> host;
  std::unique_ptr<workflow::IdentityTokens> tokens;
  std::unique_ptr<Clock> clock;  // null: the system's
  std::string workflows_url;
  std::mutex workflows_mutex;  // guards what follows, for the thread that restarts them
  std::condition_variable stopped_changed;
  bool stopped = false;
  std::unique_ptr<workflows::WorkflowsServer> workflows;  // null: they could not start again
  std::thread restarts;

  Status StartStorage() {
    gcs::StoreOptions store;
    store.durability = options.durability;
    store.log = options.warn;
    if (options.data.empty()) {
      HYPERLOCAL_TRY(objects, gcs::Store::InMemory(store));
    } else {
      HYPERLOCAL_TRY(const fs::path directory, Subdirectory(options.data, "storage"));
      HYPERLOCAL_TRY(objects, gcs::Store::Open(directory, store));
    }
    gcs::BucketRecord bucket;
    bucket.name = options.bucket;
    const auto made = objects->CreateBucket(bucket);
    if (!made && made.error().code != ErrorCode::kConflict) return made.error();
    gcs::GcsServerOptions server;
    server.host = options.host;
    server.port = options.ports.storage;
    server.fault_plan = options.faults.storage;
    server.warn = options.warn;
    HYPERLOCAL_TRY(storage, gcs::GcsServer::Start(std::move(server), *objects));
    return Ok();
  }

  Status StartIdentity() {
    cloud_run::TokenIssuerOptions account;
    account.key_directory = options.key_directory;
    if (account.key_directory.empty()) {
      HYPERLOCAL_TRY(account.key_directory, Subdirectory(options.data, "identity"));
    }
    HYPERLOCAL_TRY(issuer, cloud_run::TokenIssuer::Create(std::move(account)));
    cloud_run::TokenVerifierOptions verification;
    verification.key_set = [this] { return Result<std::string>(issuer->key_set()); };
    HYPERLOCAL_TRY(verifier, cloud_run::TokenVerifier::Create(std::move(verification)));
    cloud_run::IdentityServerOptions server;
    server.host = options.host;
    server.port = options.ports.identity;
    server.project = options.workflow.project;
    HYPERLOCAL_TRY(identity, cloud_run::IdentityServer::Start(std::move(server), *issuer));
    return Ok();
  }

  Status StartService() {
    cloud_run::CloudRunHostOptions edge;
    edge.host = options.host;
    edge.port = options.ports.service;
    edge.project = options.workflow.project;
    edge.service = "hyperframes-render";
    edge.revision = "hyperframes-render-00001-loc";
    edge.verifier = verifier.get();
    edge.concurrency = 1;
    edge.max_instances = options.instances;
    edge.request_timeout = kLongestRequest;
    edge.pending_limit = kLongestRequest;
    edge.fault_plan = options.faults.service;
    edge.disk_root = options.data;
    if (options.log) {
      edge.log = [log = options.log](const cloud_run::LogEntry& entry) { log(LogLine(entry)); };
    }
    if (!options.service_command.empty()) {
      edge.command = options.service_command;
      edge.environment = {{"STORAGE_EMULATOR_HOST", storage->base_url()},
                          {"HYPERFRAMES_RENDER_BUCKET", options.bucket},
                          {"GCE_METADATA_HOST", identity->authority()},
                          {"GOOGLE_CLOUD_PROJECT", options.workflow.project},
                          // A fault may strike at a frame.
                          {"HYPERLOCAL_LOG_FRAMES", "1"}};
    } else {
      HYPERLOCAL_TRY(service_storage, OpenStorage());
      RenderServiceOptions render;
      render.allowed_bucket = options.bucket;
      render.work_root = options.data;
      render.idle_browsers = options.instances;
      render.cloud_project = options.workflow.project;
      render.log = options.log;
      render.observer = options.observer;
      render.assets = options.assets;
      render.on_frame = [this](const HttpRequest& request, std::int64_t frames_done) {
        if (cloud_run::CloudRunHost* const edge_of = edge_there.load()) {
          edge_of->SeeFrame(request.headers, static_cast<std::uint64_t>(frames_done));
        }
      };
      render.work_place = [this](const HttpRequest& request) {
        cloud_run::CloudRunHost* const edge_of = edge_there.load();
        return edge_of == nullptr ? fs::path() : edge_of->DiskOf(request.headers);
      };
      HYPERLOCAL_TRY(service, RenderService::Create(*service_storage, std::move(render)));
      edge.handler = [this](HttpRequest& request, HttpResponse& response) {
        service->Handle(request, response);
      };
    }
    if (options.faults.fills_disks() && options.warn) {
      if (const Status possible = cloud_run::DisksCanBeMade(); !possible) {
        options.warn("left out of the faults: " + possible.error().message);
      }
    }
    HYPERLOCAL_TRY(host, cloud_run::CloudRunHost::Start(std::move(edge)));
    edge_there = host.get();
    return Ok();
  }

  // Also what starts them again: with what was kept, on the port that clients know.
  Result<std::unique_ptr<workflows::WorkflowsServer>> OpenWorkflows(int port) {
    workflows::WorkflowsServerOptions server;
    server.host = options.host;
    server.port = port;
    HYPERLOCAL_TRY(server.directory, Subdirectory(options.data, "workflows"));
    server.durability = options.durability;
    server.clock = clock.get();
    server.tokens = tokens.get();
    server.storage_url = storage->base_url();
    server.run_url = host->base_url();
    // An instance takes one request at a time, and its browser goes on from chunk to chunk only
    // forwards.
    server.concurrent_run_calls = static_cast<std::size_t>(options.instances);
    server.warn = options.warn;
    return workflows::WorkflowsServer::Start(std::move(server));
  }

  Status StartWorkflows() {
    if (options.faults.workflow_clock_rate != 1) {
      clock = std::make_unique<PacedClock>(options.faults.workflow_clock_rate);
    }
    tokens = std::make_unique<workflows::IssuedTokens>(*issuer);
    HYPERLOCAL_TRY(workflows, OpenWorkflows(options.ports.workflows));
    workflows_url = workflows->base_url();
    return workflows->Deploy(options.workflow.Path(), options.definition.empty()
                                                          ? std::string(RenderWorkflowDefinition())
                                                          : options.definition);
  }

  // The fault plan's: nothing is told to executions under way, and no request is waited for.
  void RestartWorkflows() {
    const auto start = std::chrono::steady_clock::now();
    for (const milliseconds time : options.faults.workflow_restarts) {
      std::unique_lock lock(workflows_mutex);
      if (stopped_changed.wait_until(lock, start + time, [this] { return stopped; })) return;
      const int port = workflows->port();
      workflows.reset();
      auto again = OpenWorkflows(port);
      if (!again) {
        if (options.warn) {
          options.warn("the workflows did not start again: " + again.error().message);
        }
        return;
      }
      workflows = std::move(*again);
    }
  }

  Result<std::unique_ptr<ObjectStore>> OpenStorage() const {
    GcsClientOptions client;
    client.endpoint = storage->base_url();
    HYPERLOCAL_TRY(auto opened, GcsObjectStore::Create(std::move(client)));
    return std::unique_ptr<ObjectStore>(std::move(opened));
  }
};

LocalCloud::LocalCloud(std::unique_ptr<Running> running) : running_(std::move(running)) {}
LocalCloud::~LocalCloud() {
  Stop();
}

Result<std::unique_ptr<LocalCloud>> LocalCloud::Start(LocalCloudOptions options) {
  auto running = std::make_unique<Running>();
  running->options = std::move(options);
  HYPERLOCAL_TRY_STATUS(running->StartStorage());
  HYPERLOCAL_TRY_STATUS(running->StartIdentity());
  HYPERLOCAL_TRY_STATUS(running->StartService());
  HYPERLOCAL_TRY_STATUS(running->StartWorkflows());
  if (!running->options.faults.workflow_restarts.empty()) {
    running->restarts = std::thread([cloud = running.get()] { cloud->RestartWorkflows(); });
  }
  return std::unique_ptr<LocalCloud>(new LocalCloud(std::move(running)));
}

const std::string& LocalCloud::bucket() const {
  return running_->options.bucket;
}
const WorkflowName& LocalCloud::workflow() const {
  return running_->options.workflow;
}
std::string LocalCloud::storage_url() const {
  return running_->storage->base_url();
}
std::string LocalCloud::workflows_url() const {
  return running_->workflows_url;
}
std::string LocalCloud::service_url() const {
  return running_->host->base_url();
}

CloudEnvironment LocalCloud::environment() const {
  return {
      {"STORAGE_EMULATOR_HOST", storage_url()},
      {"HYPERLOCAL_WORKFLOWS_ENDPOINT", workflows_url()},
      {"HYPERLOCAL_SERVICE_URL", service_url()},
      {"HYPERLOCAL_WORKFLOW", workflow().Path()},
      {"HYPERFRAMES_RENDER_BUCKET", bucket()},
      {"GCE_METADATA_HOST", running_->identity->authority()},
      {"GOOGLE_CLOUD_PROJECT", workflow().project},
  };
}

Result<std::unique_ptr<ObjectStore>> LocalCloud::OpenStorage() const {
  return running_->OpenStorage();
}

Result<std::unique_ptr<ExecutionsClient>> LocalCloud::OpenExecutions() const {
  ApiOptions client;
  client.endpoint = workflows_url();
  return ExecutionsClient::Create(std::move(client));
}

Status LocalCloud::ExportObjects(const fs::path& directory) const {
  HYPERLOCAL_TRY([[maybe_unused]] const gcs::ExportSummary written,
                 gcs::ExportToDirectory(*running_->objects, directory));
  return Ok();
}

void LocalCloud::WarmUp(int browsers) {
  if (running_->service) running_->service->WarmUp(browsers);
}

void LocalCloud::Stop(milliseconds grace) {
  {
    const std::lock_guard lock(running_->workflows_mutex);
    running_->stopped = true;
  }
  running_->stopped_changed.notify_all();
  if (running_->restarts.joinable()) running_->restarts.join();
  // Who asks goes before who answers: an execution that goes on would see its service die.
  if (running_->workflows) running_->workflows->Stop(grace);
  if (running_->service) running_->service->CancelAll();
  if (running_->host) running_->host->Stop(grace);
  if (running_->identity) running_->identity->Stop(grace);
  if (running_->storage) running_->storage->Stop(grace);
}

}  // namespace hyperlocal::cli
