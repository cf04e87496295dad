#include "adapters/gcp/workflows/workflows_client.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/workflows/api_call_internal.h"
#include "adapters/gcp/workflows/api_resource_internal.h"
#include "engine/http/http_message.h"

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;

constexpr std::array kVariables{"HYPERLOCAL_WORKFLOWS_ENDPOINT",
                                "CLOUDSDK_API_ENDPOINT_OVERRIDES_WORKFLOWS"};
constexpr std::string_view kGoogle = "https://workflows.googleapis.com";
// What google.rpc.Code calls them.
constexpr std::string_view kInvalidArgument = "3";
constexpr std::string_view kNotFound = "5";
constexpr std::string_view kAlreadyExists = "6";

std::string PathOf(std::string_view name) {
  return "/v1/" + PercentEncode(name, "/");
}

// Waits for a change to be over. What it failed with is the operation's, not the call's.
Result<ApiOperation> Await(ApiCall& call, const std::string& body) {
  std::optional<ApiOperation> operation = ParseOperation(body);
  for (auto pause = 250ms; operation && !operation->done; pause = std::min(2 * pause, 4000ms)) {
    HYPERLOCAL_TRY_STATUS(call.Wait(pause));
    HYPERLOCAL_TRY(const std::string state,
                   call.Ask({.method = "GET", .path = PathOf(operation->name)}));
    operation = ParseOperation(state);
  }
  if (!operation) return call.Garbled("it is no operation");
  return std::move(*operation);
}

Error FailureOf(const ApiCall& call, const ServiceFailure& failure) {
  if (failure.status == kInvalidArgument) {
    return call.Fail(ErrorCode::kInvalidWorkflow, failure.message);
  }
  if (failure.status == kNotFound) return call.Fail(ErrorCode::kNotFound, failure.message);
  if (failure.status == kAlreadyExists) return call.Fail(ErrorCode::kConflict, failure.message);
  return call.Fail(ErrorCode::kBadRequest,
                   fmt::format("{} (code {})", failure.message, failure.status));
}

}  // namespace

struct WorkflowsClient::Service {
  std::unique_ptr<ApiService> api;
};

Result<std::unique_ptr<WorkflowsClient>> WorkflowsClient::Create(ApiOptions options) {
  HYPERLOCAL_TRY(auto api, ApiService::Create(std::move(options), kVariables, kGoogle));
  return std::unique_ptr<WorkflowsClient>(
      new WorkflowsClient(std::make_unique<Service>(Service{std::move(api)})));
}

WorkflowsClient::WorkflowsClient(std::unique_ptr<Service> service) : service_(std::move(service)) {}
WorkflowsClient::~WorkflowsClient() = default;

Result<DeployedWorkflow> WorkflowsClient::Get(const WorkflowName& workflow,
                                              const CancellationToken& cancelled) {
  ApiCall call(*service_->api, fmt::format("cannot read {}", workflow.Path()), cancelled);
  HYPERLOCAL_TRY(const std::string body,
                 call.Ask({.method = "GET", .path = PathOf(workflow.Path())}));
  std::optional<DeployedWorkflow> found = ParseWorkflow(body);
  if (!found) return call.Garbled("it is no workflow");
  return std::move(*found);
}

// Every change says what is to be, not what is to change: it may be repeated. A creation whose
// answer was lost meets itself as ALREADY_EXISTS; then the workflow is read, and brought to the
// definition if somebody else had made it.
Result<DeployedWorkflow> WorkflowsClient::Deploy(const WorkflowName& workflow,
                                                 const Definition& definition,
                                                 const CancellationToken& cancelled) {
  ApiCall call(*service_->api, fmt::format("cannot deploy {}", workflow.Path()), cancelled);
  for (int round = 0; round < 3; ++round) {
    auto existing = Get(workflow, cancelled);
    if (!existing && existing.error().code != ErrorCode::kNotFound) return existing;
    ApiRequest request{.method = "POST", .path = "", .body = DefinitionJson(definition)};
    if (existing) {
      std::string mask;
      const auto differs = [&mask](bool is_other, std::string_view field) {
        if (is_other) mask += (mask.empty() ? "" : ",") + std::string(field);
      };
      differs(existing->source != definition.source, "sourceContents");
      differs(!definition.service_account.empty() &&
                  !existing->service_account.ends_with(definition.service_account),
              "serviceAccount");
      differs(!definition.labels.empty() && existing->labels != definition.labels, "labels");
      if (mask.empty()) return existing;
      request.method = "PATCH";
      request.path = PathOf(workflow.Path()) + "?updateMask=" + PercentEncode(mask);
    } else {
      request.path = fmt::format("/v1/projects/{}/locations/{}/workflows?workflowId={}",
                                 PercentEncode(workflow.project), PercentEncode(workflow.location),
                                 PercentEncode(workflow.workflow));
    }
    Result<std::string> body = call.Ask(request);
    if (!body) {
      // Somebody was faster.
      if (!existing && body.error().code == ErrorCode::kConflict) continue;
      if (existing && body.error().code == ErrorCode::kNotFound) continue;
      return std::move(body).error();
    }
    HYPERLOCAL_TRY(const ApiOperation operation, Await(call, *body));
    if (!operation.failure) return Get(workflow, cancelled);
    if (!existing && operation.failure->status == kAlreadyExists) continue;
    if (existing && operation.failure->status == kNotFound) continue;
    return FailureOf(call, *operation.failure);
  }
  return call.Fail(ErrorCode::kConflict, "somebody else keeps making and deleting it");
}

Status WorkflowsClient::Delete(const WorkflowName& workflow, const CancellationToken& cancelled) {
  ApiCall call(*service_->api, fmt::format("cannot delete {}", workflow.Path()), cancelled);
  Result<std::string> body = call.Ask({.method = "DELETE", .path = PathOf(workflow.Path())});
  if (!body) {
    if (body.error().code == ErrorCode::kNotFound) return Ok();
    return std::move(body).error();
  }
  HYPERLOCAL_TRY(const ApiOperation operation, Await(call, *body));
  if (!operation.failure || operation.failure->status == kNotFound) return Ok();
  return FailureOf(call, *operation.failure);
}

}  // namespace hyperlocal
