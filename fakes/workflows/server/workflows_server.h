#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/clock.h"
#include "engine/error/result.h"
#include "engine/file/whole_file.h"
#include "engine/http_caller.h"
#include "orchestrator/run/host.h"

namespace hyperlocal::workflows {

struct WorkflowsServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any that is free
  int threads = 64;
  std::size_t max_connections = 16384;

  // Where workflows and executions are kept, so that they outlive the process; made if it is not
  // there. Empty: in memory.
  std::filesystem::path directory;
  Durability durability = Durability::kSynced;

  // Who makes the calls of executions; the server has one of its own when it is null, with
  // `concurrent_calls` threads at most. Must outlive the server.
  HttpCaller* http = nullptr;
  std::size_t concurrent_calls = 256;
  // The time of day of executions; the system's when it is null. Must outlive the server.
  Clock* clock = nullptr;
  // The tokens of calls with `auth` (issued_tokens.h); null: they go without. Must outlive the
  // server.
  workflow::IdentityTokens* tokens = nullptr;
  // Where connectors find their services: "http://127.0.0.1:4443". Empty: a call of theirs raises
  // an error that says so. Those of workflowexecutions come here.
  std::string storage_url;
  std::string run_url;
  // Calls of the server's own caller to services below run_url that are made at once, in the order
  // in which executions make them; 0: like the others.
  std::size_t concurrent_run_calls = 0;

  // Executions that run at once; further ones are QUEUED, and from `queued_executions` on refused.
  std::size_t concurrent_executions = 10'000;
  std::size_t queued_executions = 100'000;
  // Whether a history of steps is kept.
  bool step_entries = true;

  // What sys.log writes, by the execution's name; from the thread that runs executions.
  std::function<void(const std::string& execution, const workflow::LogEntry& entry)> on_log;
  // What a person should know, a line each. Any thread. Absent: nobody is told.
  std::function<void(std::string_view)> warn;
};

// An execution as it is now.
struct ExecutionView {
  std::string name;      // "projects/p/locations/l/workflows/w/executions/id"
  std::string state;     // "ACTIVE", "SUCCEEDED", "FAILED", "CANCELLED", "QUEUED", "UNAVAILABLE"
  std::string argument;  // JSON texts
  std::string result;    // of a successful one
  std::string error_payload;  // of one that is over and was not
  std::string error_context;  // for people
  bool over() const { return state != "ACTIVE" && state != "QUEUED"; }
};

// Google Cloud Workflows on this machine: the Workflows and the Workflow Executions API in front of
// the interpreter, with executions that survive the process. README.md of the folder says what it
// is not. The functions below do without sockets what the two APIs do; any thread.
class WorkflowsServer {
 public:
  // Executions that were not over when the directory was left go on. Errors: those of
  // HttpServer::Start and of WorkflowStore::Open.
  static Result<std::unique_ptr<WorkflowsServer>> Start(WorkflowsServerOptions options);
  ~WorkflowsServer();

  int port() const;
  // "http://127.0.0.1:8787": what stands in the clients' `apiEndpoint` and `port`.
  std::string base_url() const;
  // Idempotent. Requests that still run after `grace` are cut; executions stay where they are and,
  // kept in a directory, go on with the next start.
  void Stop(std::chrono::milliseconds grace = std::chrono::milliseconds(0));

  // Creates the workflow "projects/p/locations/l/workflows/w", or gives it a new revision if its
  // source differs. Errors: kInvalidWorkflow with every problem of the definition, kBadRequest for
  // a name that is none.
  Status Deploy(std::string_view workflow, std::string source,
                std::map<std::string, std::string> environment = {});
  // Answers the execution's name. Errors: kNotFound, kInvalidJson for the argument (JSON text,
  // empty: null), kDependencyUnavailable when there are too many.
  Result<std::string> CreateExecution(std::string_view workflow, std::string argument);
  Result<ExecutionView> GetExecution(std::string_view execution);
  // The same once it is over; as it is when `longest` has passed on the machine's clock.
  Result<ExecutionView> AwaitExecution(std::string_view execution,
                                       std::chrono::milliseconds longest);
  // Error: kPreconditionFailed when it is over.
  Status CancelExecution(std::string_view execution);

 private:
  struct Running;
  explicit WorkflowsServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace hyperlocal::workflows
