#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hyperlocal::workflows {

// "projects/p/locations/l"
struct LocationName {
  std::string project;
  std::string location;
  std::string Text() const { return "projects/" + project + "/locations/" + location; }
};

// "projects/p/locations/l/workflows/w"
struct WorkflowName : LocationName {
  std::string id;
  std::string Text() const { return LocationName::Text() + "/workflows/" + id; }
};

// "projects/p/locations/l/workflows/w/executions/id"
struct ExecutionName {
  WorkflowName workflow;
  std::string id;
  std::string Text() const { return workflow.Text() + "/executions/" + id; }
};

// Nothing for a text that is no such name.
std::optional<LocationName> ParseLocationName(std::string_view text);
std::optional<WorkflowName> ParseWorkflowName(std::string_view text);
std::optional<ExecutionName> ParseExecutionName(std::string_view text);

// Whether a workflow may be called so: letters, digits, '_' and '-', a letter first, no '-' or '_'
// last, 1 to 64 of them.
bool IsWorkflowId(std::string_view id);

}  // namespace hyperlocal::workflows
