#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gcp/workflows/execution.h"
#include "adapters/gcp/workflows/executions_client.h"
#include "adapters/gcp/workflows/workflows_client.h"

namespace hyperlocal {

// What the APIs' JSON says, typed. nullopt: it is not the JSON that was to be expected. Members
// that are absent or of another type are empty.

struct ServiceFailure {
  std::string status;  // "NOT_FOUND"
  std::string message;
};
ServiceFailure ParseApiFailure(std::string_view body);

std::optional<WorkflowExecution> ParseExecution(std::string_view json);
struct ExecutionPage {
  std::vector<WorkflowExecution> executions;
  std::string next_page_token;  // empty: the last one
};
std::optional<ExecutionPage> ParseExecutionPage(std::string_view json);
struct StepPage {
  std::vector<ExecutionStep> steps;
  std::string next_page_token;
};
std::optional<StepPage> ParseStepPage(std::string_view json);
std::string NewExecutionJson(const ExecutionsClient::NewExecution& execution);

std::optional<DeployedWorkflow> ParseWorkflow(std::string_view json);
std::string DefinitionJson(const WorkflowsClient::Definition& definition);

// A long-running change.
struct ApiOperation {
  std::string name;
  bool done = false;
  std::optional<ServiceFailure> failure;  // its status is the number: "3"
  std::string response;                   // JSON
};
std::optional<ApiOperation> ParseOperation(std::string_view json);

}  // namespace hyperlocal
