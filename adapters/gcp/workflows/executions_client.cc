#include "adapters/gcp/workflows/executions_client.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/workflows/api_call_internal.h"
#include "adapters/gcp/workflows/api_resource_internal.h"
#include "adapters/gcp/workflows/timestamp.h"
#include "engine/http/http_message.h"

namespace hyperlocal {
namespace {

constexpr std::array kVariables{"HYPERLOCAL_WORKFLOWS_ENDPOINT",
                                "CLOUDSDK_API_ENDPOINT_OVERRIDES_WORKFLOWEXECUTIONS"};
constexpr std::string_view kGoogle = "https://workflowexecutions.googleapis.com";
constexpr std::string_view kRequestLabel = "hyperlocal-request";
// How much the service's clock may be behind ours.
constexpr std::chrono::minutes kClockSkew{10};
constexpr std::size_t kLargestFullPage = 100;
constexpr std::size_t kLargestPage = 1000;

// The path of a resource name: its slashes stay, whatever else it holds does not become a path.
std::string PathOf(std::string_view name) {
  return "/v1/" + PercentEncode(name, "/");
}

}  // namespace

std::string WorkflowName::Path() const {
  return fmt::format("projects/{}/locations/{}/workflows/{}", project, location, workflow);
}

Result<WorkflowName> ParseWorkflowName(std::string_view path) {
  const Error bad{
      ErrorCode::kUsage,
      fmt::format("\"{}\" is not projects/P/locations/L/workflows/W, nor below one", path)};
  WorkflowName name;
  const std::array<std::pair<std::string_view, std::string*>, 3> parts{
      std::pair{std::string_view("projects/"), &name.project},
      std::pair{std::string_view("locations/"), &name.location},
      std::pair{std::string_view("workflows/"), &name.workflow}};
  for (const auto& [collection, id] : parts) {
    if (!path.starts_with(collection)) return bad;
    path.remove_prefix(collection.size());
    const std::size_t slash = path.find('/');
    *id = path.substr(0, slash);
    if (id->empty()) return bad;
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return name;
}

struct ExecutionsClient::Service {
  std::unique_ptr<ApiService> api;
};

Result<std::unique_ptr<ExecutionsClient>> ExecutionsClient::Create(ApiOptions options) {
  HYPERLOCAL_TRY(auto api, ApiService::Create(std::move(options), kVariables, kGoogle));
  return std::unique_ptr<ExecutionsClient>(
      new ExecutionsClient(std::make_unique<Service>(Service{std::move(api)})));
}

ExecutionsClient::ExecutionsClient(std::unique_ptr<Service> service)
    : service_(std::move(service)) {}
ExecutionsClient::~ExecutionsClient() = default;

Result<WorkflowExecution> ExecutionsClient::Start(const WorkflowName& workflow,
                                                  const NewExecution& execution,
                                                  const CancellationToken& cancelled) {
  ApiCall call(*service_->api, fmt::format("cannot start an execution of {}", workflow.Path()),
               cancelled);
  const std::string id = NewUuid();
  NewExecution labelled = execution;
  labelled.labels[std::string(kRequestLabel)] = id;
  const ApiRequest request{.method = "POST",
                           .path = PathOf(workflow.Path()) + "/executions",
                           .body = NewExecutionJson(labelled)};
  for (;;) {
    std::variant<std::string, ApiFailure> tried = call.Try(request);
    if (const auto* const body = std::get_if<std::string>(&tried)) {
      std::optional<WorkflowExecution> started = ParseExecution(*body);
      if (started) return std::move(*started);
      // It was done, and the answer was garbled: the label finds it.
      auto found = FindByLabel(workflow, kRequestLabel, id, kClockSkew, cancelled);
      if (found || found.error().code != ErrorCode::kNotFound) return found;
      return call.Garbled("it names no execution");
    }
    const ApiFailure& failure = std::get<ApiFailure>(tried);
    if (Status paused = call.Pause(failure); !paused) {
      if (!failure.may_have_worked) return std::move(paused).error();
      auto found = FindByLabel(workflow, kRequestLabel, id, kClockSkew, cancelled);
      if (found) return found;
      Error error = std::move(paused).error();
      error.message += fmt::format("; it may have been started all the same, with the label {}={}",
                                   kRequestLabel, id);
      return error;
    }
    if (!failure.may_have_worked) continue;
    auto found = FindByLabel(workflow, kRequestLabel, id, kClockSkew, cancelled);
    if (found || found.error().code != ErrorCode::kNotFound) return found;
  }
}

Result<WorkflowExecution> ExecutionsClient::Get(std::string_view name,
                                                const CancellationToken& cancelled) {
  ApiCall call(*service_->api, fmt::format("cannot read {}", name), cancelled);
  HYPERLOCAL_TRY(const std::string body,
                 call.Ask({.method = "GET", .path = PathOf(name) + "?view=FULL"}));
  std::optional<WorkflowExecution> execution = ParseExecution(body);
  if (!execution) return call.Garbled("it is no execution");
  return std::move(*execution);
}

Result<WorkflowExecution> ExecutionsClient::Cancel(std::string_view name,
                                                   const CancellationToken& cancelled) {
  ApiCall call(*service_->api, fmt::format("cannot cancel {}", name), cancelled);
  std::variant<std::string, ApiFailure> tried =
      call.TryRepeatedly({.method = "POST", .path = PathOf(name) + ":cancel", .body = "{}"});
  if (const auto* const failure = std::get_if<ApiFailure>(&tried)) {
    if (failure->error.code != ErrorCode::kPreconditionFailed) return failure->error;
    // It is over: by our own lost attempt, by somebody else's, or by itself.
    return Get(name, cancelled);
  }
  std::optional<WorkflowExecution> execution = ParseExecution(std::get<std::string>(tried));
  if (!execution) return Get(name, cancelled);
  return std::move(*execution);
}

Result<std::vector<WorkflowExecution>> ExecutionsClient::List(const WorkflowName& workflow,
                                                              const Listing& listing,
                                                              const CancellationToken& cancelled) {
  ApiCall call(*service_->api, fmt::format("cannot list the executions of {}", workflow.Path()),
               cancelled);
  std::vector<WorkflowExecution> all;
  std::string token;
  do {
    const std::size_t size =
        std::min(listing.full ? kLargestFullPage : kLargestPage, listing.most - all.size());
    std::string path = fmt::format("{}/executions?pageSize={}&view={}", PathOf(workflow.Path()),
                                   size, listing.full ? "FULL" : "BASIC");
    if (!listing.filter.empty()) path += "&filter=" + PercentEncode(listing.filter);
    if (!token.empty()) path += "&pageToken=" + PercentEncode(token);
    HYPERLOCAL_TRY(const std::string body, call.Ask({.method = "GET", .path = path}));
    std::optional<ExecutionPage> page = ParseExecutionPage(body);
    if (!page) return call.Garbled("it is no list of executions");
    std::move(page->executions.begin(), page->executions.end(), std::back_inserter(all));
    if (page->next_page_token == token)
      token.clear();  // it would go on for ever
    else
      token = std::move(page->next_page_token);
  } while (!token.empty() && all.size() < listing.most);
  if (all.size() > listing.most) all.resize(listing.most);
  return all;
}

// The label is compared here and not in the filter, whose syntax for labels is not documented; the
// time narrows the list, and where even that is not understood, the newest thousand are looked at.
Result<WorkflowExecution> ExecutionsClient::FindByLabel(const WorkflowName& workflow,
                                                        std::string_view label,
                                                        std::string_view value,
                                                        std::chrono::minutes window,
                                                        const CancellationToken& cancelled) {
  const auto since = std::chrono::system_clock::now() - window;
  Listing listing{.full = true,
                  .filter = fmt::format("createTime>\"{}\"", FormatTimestamp(since)),
                  .most = 10'000};
  auto found = List(workflow, listing, cancelled);
  if (!found && found.error().code == ErrorCode::kBadRequest) {
    listing.filter.clear();
    listing.most = 1000;
    found = List(workflow, listing, cancelled);
  }
  if (!found) return std::move(found).error();
  for (WorkflowExecution& execution : *found) {
    const auto own = execution.labels.find(std::string(label));
    if (own != execution.labels.end() && own->second == value) return std::move(execution);
  }
  return Error{ErrorCode::kNotFound, fmt::format("no execution of {} has the label {}={}",
                                                 workflow.Path(), label, value)};
}

Result<std::vector<ExecutionStep>> ExecutionsClient::Steps(std::string_view name,
                                                           const CancellationToken& cancelled) {
  ApiCall call(*service_->api, fmt::format("cannot read the steps of {}", name), cancelled);
  std::vector<ExecutionStep> all;
  std::string token;
  do {
    std::string path = fmt::format("{}/stepEntries?pageSize={}", PathOf(name), kLargestPage);
    if (!token.empty()) path += "&pageToken=" + PercentEncode(token);
    HYPERLOCAL_TRY(const std::string body, call.Ask({.method = "GET", .path = path}));
    std::optional<StepPage> page = ParseStepPage(body);
    if (!page) return call.Garbled("it is no list of step entries");
    std::move(page->steps.begin(), page->steps.end(), std::back_inserter(all));
    if (page->next_page_token == token)
      token.clear();
    else
      token = std::move(page->next_page_token);
  } while (!token.empty());
  std::sort(all.begin(), all.end(),
            [](const ExecutionStep& a, const ExecutionStep& b) { return a.id < b.id; });
  return all;
}

}  // namespace hyperlocal
