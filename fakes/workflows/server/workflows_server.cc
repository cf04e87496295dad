#include "fakes/workflows/server/workflows_server.h"

#include <future>
#include <optional>
#include <string>
#include <utility>

#include "engine/http/http_server.h"
#include "engine/http/threaded_http_caller.h"
#include "engine/system_clock.h"
#include "fakes/workflows/server/api_call_internal.h"
#include "fakes/workflows/server/connector_calls_internal.h"
#include "fakes/workflows/server/execution_host_internal.h"
#include "fakes/workflows/server/workflow_catalog_internal.h"
#include "fakes/workflows/store/workflow_store.h"
#include "orchestrator/check/check_definition.h"

namespace hyperlocal::workflows {

using workflow::Value;
using workflow::ValueMap;

struct WorkflowsServer::Running {
  explicit Running(WorkflowsServerOptions given) : options(std::move(given)) {}

  WorkflowsServerOptions options;
  std::unique_ptr<SystemClock> own_clock;
  std::unique_ptr<HttpCaller> own_http;
  std::unique_ptr<WorkflowStore> store;
  std::unique_ptr<ConnectorCalls> connectors;
  std::unique_ptr<ExecutionHost> host;
  std::unique_ptr<WorkflowCatalog> catalog;
  // Requests wait until executions of a former life are taken up.
  std::promise<void> begun;
  std::shared_future<void> has_begun = begun.get_future().share();
  std::string base_url;              // set before that
  std::unique_ptr<HttpServer> http;  // goes first: its handlers use all of it
};

namespace {

HttpClientOptions ClientOptions() {
  HttpClientOptions options = HttpClientOptions::FromEnvironment();
  options.stall_timeout = std::chrono::hours(1);  // calls have a time-out of their own
  return options;
}

// Has threads of their own for calls to services below run_url if there may be only so many of them
// at once: who answers calls that arrive together takes them in any order, and a browser that has
// drawn the frames before is quicker with the next ones.
class OwnHttpCaller final : public HttpCaller {
 public:
  explicit OwnHttpCaller(const WorkflowsServerOptions& options)
      : run_url_(options.run_url), others_(ClientOptions(), options.concurrent_calls) {
    if (options.concurrent_run_calls > 0 && !run_url_.empty()) {
      run_.emplace(ClientOptions(), options.concurrent_run_calls);
    }
  }

  void Start(HttpCall call, std::function<void(HttpOutcome)> done) override {
    ThreadedHttpCaller& caller = run_ && IsBelowRunUrl(call.url) ? *run_ : others_;
    caller.Start(std::move(call), std::move(done));
  }

 private:
  // The address ends there, or goes on with a path: port 80 is not port 8080.
  bool IsBelowRunUrl(const std::string& url) const {
    return url.starts_with(run_url_) &&
           (url.size() == run_url_.size() || url[run_url_.size()] == '/' ||
            url[run_url_.size()] == '?');
  }

  const std::string run_url_;
  ThreadedHttpCaller others_;
  std::optional<ThreadedHttpCaller> run_;
};

}  // namespace

WorkflowsServer::WorkflowsServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}

WorkflowsServer::~WorkflowsServer() {
  Stop();
}

Result<std::unique_ptr<WorkflowsServer>> WorkflowsServer::Start(WorkflowsServerOptions options) {
  auto running = std::make_unique<Running>(std::move(options));
  const WorkflowsServerOptions& given = running->options;
  if (given.clock == nullptr) running->own_clock = std::make_unique<SystemClock>();
  if (given.http == nullptr) running->own_http = std::make_unique<OwnHttpCaller>(given);
  Clock& clock = given.clock == nullptr ? *running->own_clock : *given.clock;
  HttpCaller& caller = given.http == nullptr ? *running->own_http : *given.http;
  if (given.directory.empty()) {
    HYPERLOCAL_TRY(running->store, WorkflowStore::InMemory());
  } else {
    WorkflowStoreOptions store;
    store.durability = given.durability;
    if (given.warn) store.log = [warn = given.warn](const std::string& line) { warn(line); };
    HYPERLOCAL_TRY(running->store, WorkflowStore::Open(given.directory, std::move(store)));
  }
  running->connectors = std::make_unique<ConnectorCalls>(given, *running->store, caller, clock);
  running->host = std::make_unique<ExecutionHost>(
      given, ExecutionHost::Services{.store = *running->store,
                                     .http = caller,
                                     .clock = clock,
                                     .connectors = running->connectors.get()});
  running->catalog = std::make_unique<WorkflowCatalog>(
      *running->store, [host = running->host.get()] { return host->Now(); });

  HttpServerOptions http;
  http.host = given.host;
  http.port = given.port;
  http.threads = given.threads;
  http.max_connections = given.max_connections;
  const ApiServices services{.store = *running->store,
                             .host = *running->host,
                             .catalog = *running->catalog,
                             .started = std::chrono::steady_clock::now()};
  HYPERLOCAL_TRY(
      running->http,
      HttpServer::Start(std::move(http), [services, parts = running.get()](HttpRequest& request,
                                                                           HttpResponse& response) {
        parts->has_begun.wait();
        AnswerRequest(services, parts->base_url, request, response);
      }));
  running->base_url = running->http->base_url();
  running->connectors->Serve(*running->host, running->base_url);
  const Status begun = running->host->Begin(running->base_url);
  running->begun.set_value();
  if (!begun) return begun.error();
  return std::unique_ptr<WorkflowsServer>(new WorkflowsServer(std::move(running)));
}

int WorkflowsServer::port() const {
  return running_->http->port();
}
std::string WorkflowsServer::base_url() const {
  return running_->base_url;
}

void WorkflowsServer::Stop(std::chrono::milliseconds grace) {
  running_->http->Stop(grace);
  running_->host->Stop();
}

Status WorkflowsServer::Deploy(std::string_view workflow, std::string source,
                               std::map<std::string, std::string> environment) {
  const auto name = ParseWorkflowName(workflow);
  if (!name || !IsWorkflowId(name->id)) {
    return Error{ErrorCode::kBadRequest,
                 "\"" + std::string(workflow) +
                     "\" is no workflow: a name is projects/P/locations/L/workflows/W, W of "
                     "letters, digits, '_' and '-'"};
  }
  // For people: with the lines of the source.
  HYPERLOCAL_TRY_STATUS(workflow::LoadDefinition(source, name->id));
  ValueMap resource;
  resource.Set("sourceContents", Value(std::move(source)));
  ValueMap variables;
  for (auto& [key, value] : environment) variables.Set(key, Value(value));
  resource.Set("userEnvVars", Value(std::move(variables)));
  Result<WorkflowRecord> created = running_->catalog->Create(*name, resource);
  if (!created && created.error().code == ErrorCode::kConflict) {
    created = running_->catalog->Update(*name, resource, {});
  }
  if (!created) return std::move(created).error();
  return Ok();
}

Result<std::string> WorkflowsServer::CreateExecution(std::string_view workflow,
                                                     std::string argument) {
  HYPERLOCAL_TRY(const WorkflowRecord record, running_->store->FindWorkflow(workflow));
  NewExecution execution;
  execution.argument = std::move(argument);
  HYPERLOCAL_TRY(const ExecutionRecord created,
                 running_->host->Create(record, std::move(execution)));
  return created.name;
}

Result<ExecutionView> WorkflowsServer::GetExecution(std::string_view execution) {
  HYPERLOCAL_TRY(const ExecutionRecord record, running_->store->FindExecution(execution));
  ExecutionView view;
  view.name = record.name;
  view.state = ApiStateName(record.state);
  view.argument = record.argument;
  view.result = record.result;
  const Value error = StoredJson(record.error);
  if (error.is_map()) {
    const auto text = [&](std::string_view member) {
      const Value* const value = error.map().Find(member);
      return value != nullptr && value->is_string() ? value->string() : std::string();
    };
    view.error_payload = text("payload");
    view.error_context = text("context");
  }
  return view;
}

Result<ExecutionView> WorkflowsServer::AwaitExecution(std::string_view execution,
                                                      std::chrono::milliseconds longest) {
  running_->host->Await(std::string(execution), longest);
  return GetExecution(execution);
}

Status WorkflowsServer::CancelExecution(std::string_view execution) {
  HYPERLOCAL_TRY_STATUS(running_->store->FindExecution(execution));
  return running_->host->Cancel(std::string(execution));
}

}  // namespace hyperlocal::workflows
