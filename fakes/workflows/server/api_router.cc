#include <algorithm>
#include <optional>
#include <utility>

#include "fakes/workflows/server/api_call_internal.h"
#include "fakes/workflows/server/api_error_internal.h"

namespace hyperlocal::workflows {
namespace {

constexpr std::string_view kVersion = "/v1/";
constexpr std::string_view kControl = "/_hyperlocal/";

Error UnknownPath(const HttpRequest& request) {
  return Error{ErrorCode::kNotFound,
               "no API has " + request.method + " " + std::string(request.path().substr(0, 300))};
}

// "a=1&b=x+y" decoded; of several with one name the first counts.
Result<std::map<std::string, std::string, std::less<>>> ParseQuery(std::string_view text) {
  std::map<std::string, std::string, std::less<>> query;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    std::string spaced(pair);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    const std::size_t equals = std::min(spaced.find('='), spaced.size());
    auto name = PercentDecode(spaced.substr(0, equals));
    auto value = PercentDecode(spaced.substr(std::min(equals + 1, spaced.size())));
    if (!name || !value) {
      return Error{ErrorCode::kBadRequest, "the query holds a broken percent-encoding: \"" +
                                               std::string(pair.substr(0, 100)) + "\""};
    }
    query.try_emplace(*std::move(name), *std::move(value));
  }
  return query;
}

// `name` without "/<collection>/<id>" at its end, and the id.
struct Split {
  std::string parent;
  std::string id;
};
std::optional<Split> SplitOff(const std::string& name, std::string_view collection) {
  const std::size_t last = name.rfind('/');
  if (last == std::string::npos || last + 1 == name.size()) return std::nullopt;
  const std::string_view before = std::string_view(name).substr(0, last);
  const std::string end = "/" + std::string(collection);
  if (!before.ends_with(end)) return std::nullopt;
  return Split{std::string(before.substr(0, before.size() - end.size())), name.substr(last + 1)};
}

// `name` without "/<collection>" at its end.
std::optional<std::string> ParentOf(const std::string& name, std::string_view collection) {
  const std::string end = "/" + std::string(collection);
  if (!name.ends_with(end)) return std::nullopt;
  return name.substr(0, name.size() - end.size());
}

ApiAnswer RouteExecution(ApiCall& call, const ExecutionName& execution) {
  const std::string& method = call.request.method;
  if (call.verb.empty() && method == "GET") return GetExecution(call, execution);
  if (call.verb == "cancel" && method == "POST") return CancelExecution(call, execution);
  if (call.verb == "exportData" && method == "GET") return ExportExecution(call, execution);
  if (call.verb == "deleteExecutionHistory" && method == "POST") {
    return DeleteExecutionHistory(call, execution);
  }
  return UnknownPath(call.request);
}

ApiAnswer RouteWorkflow(ApiCall& call, const WorkflowName& workflow) {
  const std::string& method = call.request.method;
  if (call.verb == "listRevisions" && method == "GET") return ListRevisions(call, workflow);
  if (call.verb == "triggerPubsubExecution" && method == "POST") {
    return TriggerPubsubExecution(call, workflow);
  }
  if (!call.verb.empty()) return UnknownPath(call.request);
  if (method == "GET") return GetWorkflow(call, workflow);
  if (method == "PATCH") return UpdateWorkflow(call, workflow);
  if (method == "DELETE") return DeleteWorkflow(call, workflow);
  return UnknownPath(call.request);
}

// Lists, and what is made in them.
ApiAnswer RouteCollection(ApiCall& call) {
  const std::string& method = call.request.method;
  const bool get = method == "GET";
  const bool post = method == "POST";
  if (const auto parent = ParentOf(call.name, "executions")) {
    const auto workflow = ParseWorkflowName(*parent);
    if (workflow && get) return ListExecutions(call, *workflow);
    if (workflow && post) return CreateExecution(call, *workflow);
  } else if (const auto location_name = ParentOf(call.name, "workflows")) {
    const auto location = ParseLocationName(*location_name);
    if (location && get) return ListWorkflows(call, *location);
    if (location && post) return CreateWorkflow(call, *location);
  } else if (const auto of_operations = ParentOf(call.name, "operations")) {
    const auto location = ParseLocationName(*of_operations);
    if (location && get) return ListOperations(call, *location);
  } else if (const auto of_entries = ParentOf(call.name, "stepEntries")) {
    const auto execution = ParseExecutionName(*of_entries);
    if (execution && get) return ListStepEntries(call, *execution);
  } else if (const auto of_callbacks = ParentOf(call.name, "callbacks")) {
    const auto execution = ParseExecutionName(*of_callbacks);
    if (execution && get) return ListCallbacks(call, *execution);
  } else if (const auto project = ParentOf(call.name, "locations")) {
    if (get && project->starts_with("projects/")) return ListLocations(call);
  }
  return UnknownPath(call.request);
}

// Operations are done when they are answered: waiting for one is reading it, and there is nothing
// to cancel.
ApiAnswer RouteOperationVerb(ApiCall& call) {
  const auto split = SplitOff(call.name, "operations");
  if (!split || !ParseLocationName(split->parent) || call.request.method != "POST" ||
      (call.verb != "wait" && call.verb != "cancel")) {
    return UnknownPath(call.request);
  }
  HYPERLOCAL_TRY(workflow::Value operation, GetOperation(call));
  if (call.verb == "wait") return operation;
  return workflow::Value(workflow::ValueMap());
}

ApiAnswer RouteResource(ApiCall& call) {
  if (const auto execution = ParseExecutionName(call.name)) return RouteExecution(call, *execution);
  if (const auto workflow = ParseWorkflowName(call.name)) return RouteWorkflow(call, *workflow);
  if (!call.verb.empty()) return RouteOperationVerb(call);
  if (const auto split = SplitOff(call.name, "callbacks")) {
    if (const auto execution = ParseExecutionName(split->parent)) {
      return ReceiveCallback(call, *execution, split->id);
    }
  }
  const bool get = call.request.method == "GET";
  if (const auto split = SplitOff(call.name, "stepEntries")) {
    const auto execution = ParseExecutionName(split->parent);
    if (execution && get) return GetStepEntry(call, *execution, split->id);
  }
  if (const auto split = SplitOff(call.name, "operations")) {
    if (ParseLocationName(split->parent) && get) return GetOperation(call);
    if (ParseLocationName(split->parent) && call.request.method == "DELETE") {
      return DeleteOperation(call);
    }
  }
  if (const auto location = ParseLocationName(call.name); location && get) {
    return GetLocation(call, *location);
  }
  return RouteCollection(call);
}

ApiAnswer RouteControl(ApiCall& call, std::string_view path) {
  // A page of another site in somebody's browser has no business here.
  const std::string_view site = call.request.headers.Get("Sec-Fetch-Site");
  if (site == "cross-site") {
    return Error{ErrorCode::kBadRequest,
                 "the control API does not answer web pages of other sites"};
  }
  if (path == "health" && call.request.method == "GET") return Health(call);
  if (path == "reset" && call.request.method == "POST") return ResetAll(call);
  return Error{ErrorCode::kNotFound, "there is no " + call.request.method + " of " +
                                         std::string(call.request.path().substr(0, 200)) +
                                         "; there are GET health and POST reset below "
                                         "/_hyperlocal/"};
}

ApiAnswer Route(ApiCall& call) {
  const std::string_view path = call.request.path();
  if (path.starts_with(kControl)) return RouteControl(call, path.substr(kControl.size()));
  HYPERLOCAL_TRY(call.query, ParseQuery(call.request.query()));
  if (!path.starts_with(kVersion)) return UnknownPath(call.request);
  const auto decoded = PercentDecode(path.substr(kVersion.size()));
  if (!decoded) return UnknownPath(call.request);
  call.name = *decoded;
  const std::size_t colon = call.name.find(':', call.name.rfind('/') + 1);
  if (colon != std::string::npos) {
    call.verb = call.name.substr(colon + 1);
    call.name.resize(colon);
  }
  return RouteResource(call);
}

}  // namespace

void AnswerRequest(const ApiServices& services, const std::string& base_url, HttpRequest& request,
                   HttpResponse& response) {
  ApiCall call{.services = services,
               .request = request,
               .response = response,
               .base_url = base_url,
               .name = {},
               .verb = {}};
  const ApiAnswer answer = Route(call);
  response.headers.Add("Content-Type", "application/json; charset=UTF-8");
  response.headers.Add("Cache-Control", "no-store");
  if (answer) {
    response.status = 200;
    response.body = JsonOf(*answer);
  } else {
    response.status = ApiStatusOf(answer.error().code).http;
    response.body = ApiErrorBody(answer.error());
  }
}

}  // namespace hyperlocal::workflows
