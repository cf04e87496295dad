#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "engine/http/http_server.h"
#include "fakes/workflows/server/execution_host_internal.h"
#include "fakes/workflows/server/list_page_internal.h"
#include "fakes/workflows/server/workflow_catalog_internal.h"
#include "fakes/workflows/store/workflow_store.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflows {

// What stands behind the two APIs.
struct ApiServices {
  WorkflowStore& store;
  ExecutionHost& host;
  WorkflowCatalog& catalog;
  std::chrono::steady_clock::time_point started;
};

// One request to the APIs.
struct ApiCall {
  const ApiServices& services;
  HttpRequest& request;
  HttpResponse& response;
  std::string base_url;  // of this server
  // "/v1/projects/p/…/e:cancel" decoded: "projects/p/…/e" and "cancel".
  std::string name;
  std::string verb;
  std::map<std::string, std::string, std::less<>> query = {};

  std::string Query(std::string_view parameter) const;
  // The parameter as a number of at least 0; `absent` when it is not there or 0. Error: kBadRequest
  // naming it.
  Result<std::size_t> Number(std::string_view parameter, std::size_t absent) const;
  // filter, orderBy, pageToken, pageSize, skip. A larger page size counts as the largest.
  Result<ListRequest> List(std::size_t page_size, std::size_t largest) const;
  // The body, a JSON object; none is an empty one. Error: kBadRequest, kInvalidJson.
  Result<workflow::ValueMap> Body() const;
};

// What a handler answers; it becomes the body.
using ApiAnswer = Result<workflow::Value>;

// --- execution_handlers.cc ---
ApiAnswer CreateExecution(ApiCall& call, const WorkflowName& workflow);
ApiAnswer TriggerPubsubExecution(ApiCall& call, const WorkflowName& workflow);
ApiAnswer ListExecutions(ApiCall& call, const WorkflowName& workflow);
ApiAnswer GetExecution(ApiCall& call, const ExecutionName& execution);
ApiAnswer CancelExecution(ApiCall& call, const ExecutionName& execution);
ApiAnswer ExportExecution(ApiCall& call, const ExecutionName& execution);
ApiAnswer DeleteExecutionHistory(ApiCall& call, const ExecutionName& execution);

// --- step_entry_handlers.cc ---
ApiAnswer ListStepEntries(ApiCall& call, const ExecutionName& execution);
ApiAnswer GetStepEntry(ApiCall& call, const ExecutionName& execution, std::string_view entry);

// --- callback_handlers.cc ---
ApiAnswer ListCallbacks(ApiCall& call, const ExecutionName& execution);
ApiAnswer ReceiveCallback(ApiCall& call, const ExecutionName& execution, std::string_view callback);

// --- workflow_handlers.cc ---
ApiAnswer CreateWorkflow(ApiCall& call, const LocationName& location);
ApiAnswer ListWorkflows(ApiCall& call, const LocationName& location);
ApiAnswer GetWorkflow(ApiCall& call, const WorkflowName& workflow);
ApiAnswer UpdateWorkflow(ApiCall& call, const WorkflowName& workflow);
ApiAnswer DeleteWorkflow(ApiCall& call, const WorkflowName& workflow);
ApiAnswer ListRevisions(ApiCall& call, const WorkflowName& workflow);

// --- operation_handlers.cc ---
// Keeps an operation that is done already, and answers it: `outcome` is what came of it.
ApiAnswer FinishedOperation(ApiCall& call, const LocationName& location, const std::string& target,
                            std::string_view verb, ApiAnswer outcome);
ApiAnswer ListOperations(ApiCall& call, const LocationName& location);
ApiAnswer GetOperation(ApiCall& call);
ApiAnswer DeleteOperation(ApiCall& call);
ApiAnswer ListLocations(ApiCall& call);
ApiAnswer GetLocation(ApiCall& call, const LocationName& location);

// --- control_handlers.cc ---
ApiAnswer Health(ApiCall& call);
ApiAnswer ResetAll(ApiCall& call);

// --- api_router.cc ---
// Answers a request, whatever it is.
void AnswerRequest(const ApiServices& services, const std::string& base_url, HttpRequest& request,
                   HttpResponse& response);

// "2026-11-25T16:44:00.123456Z"
workflow::Value TimeValue(TimePoint time);
// Of a text that we wrote ourselves; null for an empty one.
workflow::Value StoredJson(const std::string& text);
std::string JsonOf(const workflow::Value& value);

// FieldReader's answers.
std::optional<FieldValue> TextField(std::string text);
std::optional<FieldValue> TimeField(const std::optional<TimePoint>& time);
std::optional<FieldValue> NumberField(std::int64_t number);
// The label of that key in a resource's settings.
std::optional<FieldValue> LabelField(const workflow::Value& settings, std::string_view label);

}  // namespace hyperlocal::workflows
