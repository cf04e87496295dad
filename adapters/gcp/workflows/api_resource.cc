#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "adapters/gcp/workflows/api_resource_internal.h"
#include "adapters/gcp/workflows/timestamp.h"

namespace hyperlocal {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxMessage = 2000;

std::optional<Json> ParseObject(std::string_view text) {
  Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) return std::nullopt;
  return value;
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* Member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string Text(const Json& object, const char* name) {
  const Json* const member = Member(object, name);
  return member != nullptr && member->is_string() ? member->get<std::string>() : "";
}

// 64-bit numbers cross as strings; some write numbers.
std::optional<std::int64_t> Number(const Json& object, const char* name) {
  const Json* const member = Member(object, name);
  if (member == nullptr) return std::nullopt;
  if (member->is_number_integer()) return member->get<std::int64_t>();
  if (!member->is_string()) return std::nullopt;
  const auto& text = member->get_ref<const std::string&>();
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::map<std::string, std::string> TextMap(const Json& object, const char* name) {
  std::map<std::string, std::string> map;
  const Json* const member = Member(object, name);
  if (member == nullptr || !member->is_object()) return map;
  for (const auto& [key, value] : member->items()) {
    if (value.is_string()) map[key] = value.get<std::string>();
  }
  return map;
}

WorkflowExecution::State StateOf(std::string_view name) {
  using State = WorkflowExecution::State;
  if (name == "ACTIVE") return State::kActive;
  if (name == "QUEUED") return State::kQueued;
  if (name == "SUCCEEDED") return State::kSucceeded;
  if (name == "FAILED") return State::kFailed;
  if (name == "CANCELLED") return State::kCancelled;
  if (name == "UNAVAILABLE") return State::kUnavailable;
  return State::kUnknown;
}

WorkflowExecution ExecutionOf(const Json& json) {
  WorkflowExecution execution;
  execution.name = Text(json, "name");
  execution.state = StateOf(Text(json, "state"));
  execution.argument = Text(json, "argument");
  execution.result = Text(json, "result");
  if (const Json* const error = Member(json, "error"); error != nullptr && error->is_object()) {
    execution.failure = WorkflowExecution::Failure{.payload = Text(*error, "payload"),
                                                   .context = Text(*error, "context")};
  }
  execution.create_time = Text(json, "createTime");
  execution.start_time = Text(json, "startTime");
  execution.end_time = Text(json, "endTime");
  execution.revision = Text(json, "workflowRevisionId");
  execution.labels = TextMap(json, "labels");
  return execution;
}

ExecutionStep StepOf(const Json& json) {
  using State = ExecutionStep::State;
  ExecutionStep step;
  step.id = Number(json, "entryId").value_or(0);
  step.routine = Text(json, "routine");
  step.step = Text(json, "step");
  step.type = Text(json, "stepType");
  const std::string state = Text(json, "state");
  step.state = state == "STATE_IN_PROGRESS" ? State::kInProgress
               : state == "STATE_SUCCEEDED" ? State::kSucceeded
               : state == "STATE_FAILED"    ? State::kFailed
                                            : State::kUnknown;
  step.created = ParseTimestamp(Text(json, "createTime")).value_or(ExecutionStep::TimePoint());
  step.updated = ParseTimestamp(Text(json, "updateTime")).value_or(step.created);
  if (const Json* const place = Member(json, "navigationInfo");
      place != nullptr && place->is_object()) {
    step.parent = Number(*place, "parent").value_or(0);
  }
  if (const Json* const more = Member(json, "stepEntryMetadata");
      more != nullptr && more->is_object()) {
    step.number = Number(*more, "progressNumber");
    step.expected = Number(*more, "expectedIteration");
  }
  if (const Json* const thrown = Member(json, "exception");
      thrown != nullptr && thrown->is_object()) {
    step.exception = Text(*thrown, "payload");
  }
  return step;
}

DeployedWorkflow WorkflowOf(const Json& json) {
  return {.name = Text(json, "name"),
          .state = Text(json, "state"),
          .revision = Text(json, "revisionId"),
          .source = Text(json, "sourceContents"),
          .service_account = Text(json, "serviceAccount"),
          .labels = TextMap(json, "labels")};
}

// What a page holds under `name`; nullptr: it is no list.
const Json* Items(const Json& page, const char* name) {
  static const Json kNone = Json::array();
  const Json* const items = Member(page, name);
  if (items == nullptr) return &kNone;
  return items->is_array() ? items : nullptr;
}

}  // namespace

ServiceFailure ParseApiFailure(std::string_view body) {
  const std::optional<Json> json = ParseObject(body);
  if (!json) return {};
  const Json* const error = Member(*json, "error");
  if (error == nullptr || !error->is_object()) return {};
  ServiceFailure failure{.status = Text(*error, "status"), .message = Text(*error, "message")};
  if (failure.message.size() > kMaxMessage) {
    failure.message = failure.message.substr(0, kMaxMessage) + "…";
  }
  return failure;
}

std::optional<WorkflowExecution> ParseExecution(std::string_view text) {
  const std::optional<Json> json = ParseObject(text);
  if (!json) return std::nullopt;
  WorkflowExecution execution = ExecutionOf(*json);
  if (execution.name.empty()) return std::nullopt;
  return execution;
}

std::optional<ExecutionPage> ParseExecutionPage(std::string_view text) {
  const std::optional<Json> json = ParseObject(text);
  const Json* const items = json ? Items(*json, "executions") : nullptr;
  if (items == nullptr) return std::nullopt;
  ExecutionPage page;
  page.next_page_token = Text(*json, "nextPageToken");
  for (const Json& item : *items) {
    if (!item.is_object()) return std::nullopt;
    page.executions.push_back(ExecutionOf(item));
  }
  return page;
}

std::optional<StepPage> ParseStepPage(std::string_view text) {
  const std::optional<Json> json = ParseObject(text);
  const Json* const items = json ? Items(*json, "stepEntries") : nullptr;
  if (items == nullptr) return std::nullopt;
  StepPage page;
  page.next_page_token = Text(*json, "nextPageToken");
  for (const Json& item : *items) {
    if (!item.is_object()) return std::nullopt;
    page.steps.push_back(StepOf(item));
  }
  return page;
}

std::string NewExecutionJson(const ExecutionsClient::NewExecution& execution) {
  Json json{{"argument", execution.argument}};
  if (!execution.labels.empty()) json["labels"] = execution.labels;
  if (!execution.call_log_level.empty()) json["callLogLevel"] = execution.call_log_level;
  if (!execution.execution_history_level.empty()) {
    json["executionHistoryLevel"] = execution.execution_history_level;
  }
  return Dump(json);
}

std::optional<DeployedWorkflow> ParseWorkflow(std::string_view text) {
  const std::optional<Json> json = ParseObject(text);
  if (!json) return std::nullopt;
  DeployedWorkflow workflow = WorkflowOf(*json);
  if (workflow.name.empty()) return std::nullopt;
  return workflow;
}

std::string DefinitionJson(const WorkflowsClient::Definition& definition) {
  Json json{{"sourceContents", definition.source}};
  if (!definition.service_account.empty()) json["serviceAccount"] = definition.service_account;
  if (!definition.labels.empty()) json["labels"] = definition.labels;
  return Dump(json);
}

std::optional<ApiOperation> ParseOperation(std::string_view text) {
  const std::optional<Json> json = ParseObject(text);
  if (!json) return std::nullopt;
  ApiOperation operation;
  operation.name = Text(*json, "name");
  const Json* const done = Member(*json, "done");
  operation.done = done != nullptr && done->is_boolean() && done->get<bool>();
  if (const Json* const error = Member(*json, "error"); error != nullptr && error->is_object()) {
    operation.failure = ServiceFailure{.status = std::to_string(Number(*error, "code").value_or(0)),
                                       .message = Text(*error, "message")};
  }
  if (const Json* const response = Member(*json, "response")) operation.response = Dump(*response);
  if (operation.name.empty()) return std::nullopt;
  return operation;
}

}  // namespace hyperlocal
