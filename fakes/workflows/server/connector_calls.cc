#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

#include "fakes/workflows/server/api_call_internal.h"
#include "fakes/workflows/server/connector_calls_internal.h"
#include "fakes/workflows/server/connector_request_internal.h"
#include "fakes/workflows/server/execution_host_internal.h"
#include "fakes/workflows/server/execution_resource_internal.h"
#include "orchestrator/run/http_exchange.h"

namespace hyperlocal::workflows {
namespace {

using workflow::Raising;
using workflow::Value;
using workflow::ValueList;
using workflow::ValueMap;
using Done = std::function<void(Raising<Value>)>;

constexpr std::size_t kMostReply = std::size_t{2} << 20;
constexpr std::chrono::seconds kBetweenPolls{1};

const Value* Member(const Value& value, std::string_view name) {
  return value.is_map() ? value.map().Find(name) : nullptr;
}

// The same for the same call, and for no other.
std::string IdOf(std::string_view key) {
  const auto hash = [&](std::uint64_t start) {
    for (const char c : key) {
      start = (start ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3;  // FNV-1a
    }
    return start;
  };
  return fmt::format("{:016x}-{:016x}", hash(0xCBF2'9CE4'8422'2325), hash(0x9E37'79B9'7F4A'7C15));
}

workflow::Raised OperationFailed(const std::string& message, const Value& error) {
  workflow::Raised raised = workflow::RaiseTagged("OperationError: " + message, {"OperationError"});
  raised.value.MutableMap().Set("operation", error);
  return raised;
}

}  // namespace

// What a call needs after this is gone, when its answer comes late: held weakly by the answers.
struct ConnectorCalls::Reach : std::enable_shared_from_this<Reach> {
  Reach(const WorkflowsServerOptions& given, WorkflowStore& kept, HttpCaller& caller,
        Clock& time_of_day)
      : options(given), store(kept), http(caller), clock(time_of_day) {}

  // The body of the answer, or what it raises.
  void Send(const workflow::HttpRequest& request, Done done) {
    http.Start(workflow::ToHttpCall(request, kMostReply),
               [done = std::move(done)](const HttpOutcome& outcome) {
                 Raising<Value> result = workflow::HttpResult(outcome);
                 if (!result) return done(std::move(result));
                 const Value* const body = Member(result.value(), "body");
                 done(body == nullptr ? Value() : *body);
               });
  }

  // Follows a long-running operation to its end.
  void Follow(const std::string& base, Value operation, Done done) {
    const Value* const over = Member(operation, "done");
    const Value* const name = Member(operation, "name");
    if (name == nullptr || !name->is_string()) return done(std::move(operation));
    if (over != nullptr && over->is_boolean() && over->boolean()) {
      if (const Value* const error = Member(operation, "error")) {
        return done(OperationFailed("the operation failed", *error));
      }
      const Value* const response = Member(operation, "response");
      return done(response == nullptr ? operation : *response);
    }
    workflow::HttpRequest request;
    request.method = "GET";
    request.url = base + "/v2/" + name->string();
    request.timeout = std::chrono::seconds(60);
    clock.WakeAt(clock.Now() + kBetweenPolls,
                 [weak = weak_from_this(), base, request, done = std::move(done)] {
                   const auto reach = weak.lock();
                   if (!reach) return;
                   reach->Send(request, [weak, base, done](Raising<Value> answer) {
                     const auto again = weak.lock();
                     if (!again) return;
                     if (!answer) return done(std::move(answer));
                     again->Follow(base, std::move(answer.value()), done);
                   });
                 });
  }

  // Begins an execution, or finds the one that the same call began before.
  Result<std::string> Begin(const std::string& id, const std::string& workflow_name,
                            std::string argument) {
    HYPERLOCAL_TRY(const WorkflowRecord record, store.FindWorkflow(workflow_name));
    NewExecution execution;
    execution.id = id;
    execution.argument = std::move(argument);
    Result<ExecutionRecord> created = host->Create(record, std::move(execution));
    if (created) return created->name;
    if (created.error().code == ErrorCode::kConflict) return workflow_name + "/executions/" + id;
    return std::move(created).error();
  }

  void Create(const std::string& key, const Value& arguments, const Done& done) {
    const Value* const parent = Member(arguments, "parent");
    if (parent == nullptr || !parent->is_string()) {
      return done(workflow::RaiseTypeError("executions.create needs the argument 'parent'"));
    }
    const Value* const body = Member(arguments, "body");
    const Value* const argument = body == nullptr ? nullptr : Member(*body, "argument");
    const Result<std::string> name =
        Begin(IdOf(key), parent->string(),
              argument != nullptr && argument->is_string() ? argument->string() : "");
    if (!name) return done(Refused(name.error()));
    const Result<ExecutionRecord> record = store.FindExecution(*name);
    if (!record) return done(Refused(record.error()));
    done(ExecutionResource(*record, ExecutionDetail::kFull));
  }

  // Runs an execution to its end; answers what it returned.
  void RunOne(const std::string& key, const Value& arguments, const Value& argument,
              const Done& done) {
    // Without a project or a location: those of the caller.
    const auto caller = ParseExecutionName(std::string_view(key).substr(0, key.find('#')));
    const auto text = [&](std::string_view name, const std::string& absent) {
      const Value* const value = Member(arguments, name);
      return value != nullptr && value->is_string() ? value->string() : absent;
    };
    const WorkflowName workflow_name{
        LocationName{text("project_id", caller ? caller->workflow.project : ""),
                     text("location", caller ? caller->workflow.location : "")},
        text("workflow_id", "")};
    const Result<std::string> name =
        Begin(IdOf(key), workflow_name.Text(), argument.is_null() ? "" : JsonOf(argument));
    if (!name) return done(Refused(name.error()));
    host->WhenOver(*name, [weak = weak_from_this(), name = *name, done] {
      const auto reach = weak.lock();
      if (!reach) return;
      const Result<ExecutionRecord> record = reach->store.FindExecution(name);
      if (!record) return done(Refused(record.error()));
      if (record->state == ApiState::kSucceeded) return done(StoredJson(record->result));
      done(OperationFailed(
          "the execution " + name + " is " + std::string(ApiStateName(record->state)),
          StoredJson(record->error)));
    });
  }

  void RunEach(const std::string& key, const Value& arguments, const Done& done) {
    const Value* const list = Member(arguments, "arguments");
    if (list == nullptr || !list->is_list()) {
      return done(workflow::RaiseTypeError(
          "experimental.executions.map needs the argument 'arguments', a list"));
    }
    const std::size_t count = list->list().size();
    if (count == 0) return done(Value(ValueList{}));
    struct Gathered {
      std::mutex mutex;  // guards what follows
      ValueList results;
      std::size_t missing = 0;
      bool told = false;
    };
    const auto gathered = std::make_shared<Gathered>();
    gathered->results.resize(count);
    gathered->missing = count;
    for (std::size_t i = 0; i < count; ++i) {
      RunOne(key + "/" + std::to_string(i), arguments, list->list()[i],
             [gathered, i, done](Raising<Value> result) {
               std::unique_lock lock(gathered->mutex);
               if (gathered->told) return;
               if (!result) {
                 gathered->told = true;
                 lock.unlock();
                 return done(std::move(result));
               }
               gathered->results[i] = std::move(result.value());
               if (--gathered->missing > 0) return;
               gathered->told = true;
               Value all(std::move(gathered->results));
               lock.unlock();
               done(std::move(all));
             });
    }
  }

  static workflow::Raised Refused(const Error& error) {
    return workflow::RaiseTagged(
        error.message, {error.code == ErrorCode::kNotFound ? std::string_view("HttpError")
                                                           : std::string_view("OperationError")});
  }

  const WorkflowsServerOptions& options;
  WorkflowStore& store;
  HttpCaller& http;
  Clock& clock;
  ExecutionHost* host = nullptr;
  std::string base_url;
};

ConnectorCalls::ConnectorCalls(const WorkflowsServerOptions& options, WorkflowStore& store,
                               HttpCaller& http, Clock& clock)
    : reach_(std::make_shared<Reach>(options, store, http, clock)) {}

ConnectorCalls::~ConnectorCalls() = default;

void ConnectorCalls::Serve(ExecutionHost& host, std::string base_url) {
  reach_->host = &host;
  reach_->base_url = std::move(base_url);
}

void ConnectorCalls::Start(std::string key, workflow::ConnectorCall call, Done done) {
  if (call.name == "experimental.executions.map") {
    return reach_->RunEach(key, call.arguments, done);
  }
  if (call.name == "experimental.executions.run" || call.name.ends_with(".executions.run")) {
    const Value* const argument = Member(call.arguments, "argument");
    return reach_->RunOne(key, call.arguments, argument == nullptr ? Value() : *argument, done);
  }
  if (call.name.ends_with(".executions.create")) return reach_->Create(key, call.arguments, done);
  const workflow::ConnectorMethod* const method = workflow::FindConnectorMethod(call.name);
  if (method == nullptr) {
    return done(workflow::RaiseTagged("there is no connector " + call.name, {"SystemError"}));
  }
  const std::string_view api = workflow::SplitConnectorName(call.name).api;
  const std::string& base = api == "storage" ? reach_->options.storage_url
                            : api == "run"   ? reach_->options.run_url
                                             : reach_->base_url;
  if (base.empty()) {
    return done(workflow::RaiseTagged(
        fmt::format("the connector {} has no service to call: the server was started without the "
                    "address of one for {}",
                    call.name, api),
        {"SystemError"}));
  }
  Raising<workflow::HttpRequest> request = ConnectorRequest(*method, base, call.arguments);
  if (!request) return done(std::move(request.error()));
  if (!call.name.ends_with(".jobs.run")) return reach_->Send(request.value(), std::move(done));
  reach_->Send(request.value(), [weak = std::weak_ptr(reach_), base, done](Raising<Value> answer) {
    const auto reach = weak.lock();
    if (!reach) return;
    if (!answer) return done(std::move(answer));
    reach->Follow(base, std::move(answer.value()), done);
  });
}

}  // namespace hyperlocal::workflows
