#include "fakes/workflows/server/workflow_catalog_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "fakes/workflows/server/api_call_internal.h"
#include "fakes/workflows/server/execution_host_internal.h"
#include "fakes/workflows/server/resource_fields_internal.h"
#include "orchestrator/check/check_definition.h"
#include "orchestrator/syntax/problem.h"

namespace hyperlocal::workflows {
namespace {

using workflow::Value;
using workflow::ValueMap;

constexpr std::size_t kLongestDescription = 1000;
constexpr std::size_t kMostVariables = 20;
constexpr std::size_t kLongestVariable = 4096;

// What may be set, but for the source. Kept as JSON.
constexpr std::array<std::string_view, 7> kSettings{
    "description", "labels",        "serviceAccount",       "callLogLevel",
    "userEnvVars", "cryptoKeyName", "executionHistoryLevel"};

Error Bad(std::string_view field, const std::string& what) {
  return Error{ErrorCode::kBadRequest, "Invalid value at '" + std::string(field) + "': " + what,
               std::string(field)};
}

Result<Value> ReadVariables(const ValueMap& resource) {
  HYPERLOCAL_TRY(const auto variables, TextsOfField(resource, "userEnvVars"));
  if (variables.size() > kMostVariables) return Bad("userEnvVars", "at most 20 variables");
  ValueMap map;
  for (const auto& [key, value] : variables) {
    if (key.empty() || key.starts_with("GOOGLE") || key.starts_with("WORKFLOWS")) {
      return Bad("userEnvVars", "no variable may be called \"" + key + "\"");
    }
    if (key.size() + value.size() > kLongestVariable) {
      return Bad("userEnvVars", key + " has more than 4 KiB");
    }
    map.Set(key, Value(value));
  }
  return Value(std::move(map));
}

// One of kSettings, as it is kept.
Result<Value> ReadSetting(const ValueMap& resource, std::string_view field) {
  if (field == "labels") return LabelsOfField(resource);
  if (field == "userEnvVars") return ReadVariables(resource);
  if (field == "callLogLevel" || field == "executionHistoryLevel") {
    HYPERLOCAL_TRY(
        std::string level,
        EnumOfField(resource, field,
                    field == "callLogLevel" ? CallLogLevels() : ExecutionHistoryLevels()));
    return Value(std::move(level));
  }
  HYPERLOCAL_TRY(std::string text, TextOfField(resource, field));
  if (field == "description" && text.size() > kLongestDescription) {
    return Bad("description", "at most 1000 characters");
  }
  return Value(std::move(text));
}

Status CheckFields(const ValueMap& resource) {
  return CheckKnown(
      resource, {"name", "description", "state", "revisionId", "createTime", "updateTime",
                 "revisionCreateTime", "labels", "serviceAccount", "sourceContents",
                 "cryptoKeyName", "cryptoKeyVersion", "stateError", "callLogLevel", "userEnvVars",
                 "executionHistoryLevel", "allKmsKeys", "allKmsKeysVersions", "tags"});
}

// What a deployment says of a definition, every problem on a line.
Status CheckSource(const std::string& source) {
  const workflow::CheckOutcome outcome = workflow::CheckDefinition(source, "the workflow");
  if (!workflow::HasErrors(outcome.problems)) return Ok();
  std::string message;
  for (const workflow::Problem& problem : outcome.problems) {
    if (problem.severity != workflow::Severity::kError) continue;
    if (!message.empty()) message += '\n';
    message += fmt::format("{} (line: {}, column: {})", workflow::DeploymentMessage(problem),
                           problem.span.line, problem.span.column);
  }
  return Error{ErrorCode::kInvalidWorkflow, std::move(message)};
}

Result<std::string> ReadSource(const ValueMap& resource) {
  HYPERLOCAL_TRY(std::string source, TextOfField(resource, "sourceContents"));
  if (source.empty()) {
    return Error{ErrorCode::kBadRequest, "sourceContents is missing: a workflow needs a source",
                 "sourceContents"};
  }
  HYPERLOCAL_TRY_STATUS(CheckSource(source));
  return source;
}

std::string RevisionId(std::int64_t number) {
  return fmt::format("{:06}-{:03x}", number, RandomNumber() & 0xFFF);
}

// "source_contents" as "sourceContents".
std::string CamelCase(std::string_view name) {
  std::string camel;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '_' && i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z') {
      camel += static_cast<char>(name[++i] - 'a' + 'A');
    } else {
      camel += name[i];
    }
  }
  return camel;
}

}  // namespace

Result<WorkflowRecord> WorkflowCatalog::Create(const WorkflowName& name, const ValueMap& resource) {
  HYPERLOCAL_TRY_STATUS(CheckFields(resource));
  ValueMap settings;
  for (const std::string_view field : kSettings) {
    HYPERLOCAL_TRY(Value value, ReadSetting(resource, field));
    settings.Set(field, std::move(value));
  }
  RevisionRecord revision;
  HYPERLOCAL_TRY(revision.source, ReadSource(resource));
  revision.id = RevisionId(1);
  revision.created = now_();
  revision.settings = JsonOf(Value(settings));
  WorkflowRecord workflow;
  workflow.name = name.Text();
  workflow.created = revision.created;
  workflow.updated = revision.created;
  workflow.settings = revision.settings;
  HYPERLOCAL_TRY_STATUS(store_.CreateWorkflow(workflow, revision));
  return store_.FindWorkflow(workflow.name);
}

Result<WorkflowRecord> WorkflowCatalog::Update(const WorkflowName& name, const ValueMap& resource,
                                               const std::vector<std::string>& mask) {
  HYPERLOCAL_TRY_STATUS(CheckFields(resource));
  HYPERLOCAL_TRY(WorkflowRecord workflow, store_.FindWorkflow(name.Text()));
  HYPERLOCAL_TRY(const RevisionRecord before, store_.FindRevision(workflow.key, workflow.revision));
  Value settings = StoredJson(workflow.settings);
  const Value settings_before = settings;
  RevisionRecord revision;
  revision.source = before.source;
  std::vector<std::string> fields;
  for (const std::string& field : mask) fields.push_back(CamelCase(field));
  if (fields.empty()) {
    for (const ValueMap::Entry& entry : resource.entries()) {
      if (entry.key == "sourceContents" ||
          std::find(kSettings.begin(), kSettings.end(), entry.key) != kSettings.end()) {
        fields.push_back(entry.key);
      }
    }
  }
  for (const std::string& field : fields) {
    if (field == "sourceContents") {
      HYPERLOCAL_TRY(revision.source, ReadSource(resource));
      continue;
    }
    if (std::find(kSettings.begin(), kSettings.end(), field) == kSettings.end()) {
      return Error{ErrorCode::kBadRequest,
                   "updateMask names \"" + field + "\", which cannot be changed"};
    }
    HYPERLOCAL_TRY(Value value, ReadSetting(resource, field));
    settings.MutableMap().Set(field, std::move(value));
  }
  const auto differs = [&](std::string_view field) {
    const Value* const now = settings.map().Find(field);
    const Value* const then = settings_before.map().Find(field);
    return now != nullptr && then != nullptr && !(*now == *then);
  };
  const bool new_revision =
      revision.source != before.source || differs("serviceAccount") || differs("userEnvVars");
  workflow.updated = now_();
  workflow.settings = JsonOf(settings);
  if (new_revision) {
    revision.number = before.number + 1;
    revision.id = RevisionId(revision.number);
    revision.created = workflow.updated;
    revision.settings = workflow.settings;
  }
  HYPERLOCAL_TRY_STATUS(store_.UpdateWorkflow(workflow, new_revision ? &revision : nullptr));
  return store_.FindWorkflow(workflow.name);
}

Value WorkflowResource(const WorkflowRecord& workflow, const RevisionRecord& revision) {
  ValueMap resource;
  resource.Set("name", Value(workflow.name));
  resource.Set("state", Value("ACTIVE"));
  resource.Set("revisionId", Value(revision.id));
  resource.Set("createTime", TimeValue(workflow.created));
  resource.Set("updateTime", TimeValue(workflow.updated));
  resource.Set("revisionCreateTime", TimeValue(revision.created));
  resource.Set("sourceContents", Value(revision.source));
  const Value settings = StoredJson(workflow.settings);
  if (settings.is_map()) {
    for (const ValueMap::Entry& entry : settings.map().entries()) {
      const bool empty = (entry.value.is_string() && entry.value.string().empty()) ||
                         (entry.value.is_map() && entry.value.map().empty());
      if (!empty) resource.Set(entry.key, entry.value);
    }
  }
  return Value(std::move(resource));
}

}  // namespace hyperlocal::workflows
