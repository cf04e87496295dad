#include "fakes/workflows/server/resource_name_internal.h"

#include <algorithm>

namespace hyperlocal::workflows {
namespace {

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Takes "<collection>/<id>" off the front of `text`, and the slash behind it.
std::optional<std::string> Take(std::string_view& text, std::string_view collection) {
  if (!text.starts_with(collection)) return std::nullopt;
  text.remove_prefix(collection.size());
  if (!text.starts_with('/')) return std::nullopt;
  text.remove_prefix(1);
  const std::size_t end = std::min(text.find('/'), text.size());
  if (end == 0) return std::nullopt;
  std::string id(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return id;
}

std::optional<LocationName> TakeLocation(std::string_view& text) {
  auto project = Take(text, "projects");
  if (!project) return std::nullopt;
  auto location = Take(text, "locations");
  if (!location) return std::nullopt;
  return LocationName{*std::move(project), *std::move(location)};
}

std::optional<WorkflowName> TakeWorkflow(std::string_view& text) {
  auto location = TakeLocation(text);
  if (!location) return std::nullopt;
  auto id = Take(text, "workflows");
  if (!id) return std::nullopt;
  return WorkflowName{*std::move(location), *std::move(id)};
}

}  // namespace

std::optional<LocationName> ParseLocationName(std::string_view text) {
  auto name = TakeLocation(text);
  return text.empty() ? name : std::nullopt;
}

std::optional<WorkflowName> ParseWorkflowName(std::string_view text) {
  auto name = TakeWorkflow(text);
  return text.empty() ? name : std::nullopt;
}

std::optional<ExecutionName> ParseExecutionName(std::string_view text) {
  auto workflow = TakeWorkflow(text);
  if (!workflow) return std::nullopt;
  auto id = Take(text, "executions");
  if (!id || !text.empty()) return std::nullopt;
  return ExecutionName{*std::move(workflow), *std::move(id)};
}

bool IsWorkflowId(std::string_view id) {
  return !id.empty() && id.size() <= 64 && IsLetter(id.front()) &&
         (IsLetter(id.back()) || IsDigit(id.back())) &&
         std::all_of(id.begin(), id.end(),
                     [](char c) { return IsLetter(c) || IsDigit(c) || c == '-' || c == '_'; });
}

}  // namespace hyperlocal::workflows
