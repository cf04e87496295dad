#include <array>
#include <utility>

#include "fakes/workflows/server/api_call_internal.h"
#include "fakes/workflows/server/execution_resource_internal.h"
#include "fakes/workflows/server/resource_fields_internal.h"
#include "fakes/workflows/server/step_entry_resource_internal.h"

namespace hyperlocal::workflows {
namespace {

using workflow::Value;
using workflow::ValueList;
using workflow::ValueMap;

using Kind = ListField::Kind;
constexpr std::array kFields{ListField{"executionId", Kind::kText},
                             ListField{"state", Kind::kText},
                             ListField{"createTime", Kind::kTime},
                             ListField{"startTime", Kind::kTime},
                             ListField{"endTime", Kind::kTime},
                             ListField{"duration", Kind::kDuration},
                             ListField{"workflowRevisionId", Kind::kText},
                             ListField{"stepName", Kind::kText},
                             ListField{"disableConcurrencyQuotaOverflowBuffering", Kind::kFlag},
                             ListField{"labels", Kind::kLabels}};

// BASIC or FULL; `absent` when the request does not say.
Result<ExecutionDetail> ViewOf(const ApiCall& call, ExecutionDetail absent) {
  const std::string view = call.Query("view");
  if (view.empty() || view == "EXECUTION_VIEW_UNSPECIFIED" || view == "0") return absent;
  if (view == "BASIC" || view == "1") return ExecutionDetail::kBasic;
  if (view == "FULL" || view == "2") return ExecutionDetail::kFull;
  return Error{ErrorCode::kBadRequest,
               "Invalid value at 'view': \"" + view.substr(0, 100) + "\" is not BASIC or FULL"};
}

std::optional<FieldValue> FieldOf(const ExecutionRecord& execution, TimePoint now,
                                  std::string_view field, std::string_view label) {
  if (field == "executionId") {
    return TextField(execution.name.substr(execution.name.rfind('/') + 1));
  }
  if (field == "state") return TextField(std::string(ApiStateName(execution.state)));
  if (field == "createTime") return TimeField(execution.created);
  if (field == "startTime") return TimeField(execution.started);
  if (field == "endTime") return TimeField(execution.ended);
  if (field == "duration") {
    const auto duration = DurationOf(execution, now);
    return duration ? NumberField(duration->count()) : std::nullopt;
  }
  if (field == "workflowRevisionId") return TextField(execution.revision_id);
  const Value settings = StoredJson(execution.settings);
  if (field == "labels") return LabelField(settings, label);
  if (field == "disableConcurrencyQuotaOverflowBuffering" && settings.is_map()) {
    const Value* const flag = settings.map().Find(field);
    return NumberField(flag != nullptr && flag->is_boolean() && flag->boolean() ? 1 : 0);
  }
  return std::nullopt;
}

// The steps at which an execution is, for a filter of stepName.
std::string StepNames(const ExecutionRecord& execution) {
  std::string names;
  const Value steps = StoredJson(execution.steps);
  if (!steps.is_list()) return names;
  for (const Value& step : steps.list()) {
    const Value* const name = step.is_map() ? step.map().Find("step") : nullptr;
    if (name != nullptr && name->is_string()) names += (names.empty() ? "" : " ") + name->string();
  }
  return names;
}

Result<ExecutionRecord> Begin(ApiCall& call, const WorkflowName& name, NewExecution execution) {
  HYPERLOCAL_TRY(const WorkflowRecord workflow, call.services.store.FindWorkflow(name.Text()));
  return call.services.host.Create(workflow, std::move(execution));
}

}  // namespace

ApiAnswer CreateExecution(ApiCall& call, const WorkflowName& workflow) {
  HYPERLOCAL_TRY(const ValueMap body, call.Body());
  HYPERLOCAL_TRY_STATUS(CheckKnown(
      body, {"name", "createTime", "startTime", "endTime", "duration", "state", "argument",
             "result", "error", "workflowRevisionId", "callLogLevel", "status", "labels",
             "stateError", "disableConcurrencyQuotaOverflowBuffering", "executionHistoryLevel"}));
  NewExecution execution;
  HYPERLOCAL_TRY(execution.argument, TextOfField(body, "argument"));
  HYPERLOCAL_TRY(const bool no_queue,
                 FlagOfField(body, "disableConcurrencyQuotaOverflowBuffering"));
  HYPERLOCAL_TRY(const std::string logs, EnumOfField(body, "callLogLevel", CallLogLevels()));
  HYPERLOCAL_TRY(const std::string history,
                 EnumOfField(body, "executionHistoryLevel", ExecutionHistoryLevels()));
  HYPERLOCAL_TRY(Value labels, LabelsOfField(body));
  ValueMap settings;
  if (!labels.map().empty()) settings.Set("labels", std::move(labels));
  if (no_queue) settings.Set("disableConcurrencyQuotaOverflowBuffering", Value(true));
  if (logs != CallLogLevels()[0]) settings.Set("callLogLevel", Value(logs));
  if (history != ExecutionHistoryLevels()[0]) settings.Set("executionHistoryLevel", Value(history));
  execution.settings = JsonOf(Value(std::move(settings)));
  execution.may_queue = !no_queue;
  HYPERLOCAL_TRY(const ExecutionRecord record, Begin(call, workflow, std::move(execution)));
  return ExecutionResource(record, ExecutionDetail::kFull);
}

ApiAnswer TriggerPubsubExecution(ApiCall& call, const WorkflowName& workflow) {
  HYPERLOCAL_TRY(const ValueMap body, call.Body());
  // The argument is the event that the trigger of the service makes of a message.
  NewExecution execution;
  ValueMap event;
  if (const Value* const message = body.Find("message")) event.Set("message", *message);
  if (const Value* const subscription = body.Find("subscription")) {
    event.Set("subscription", *subscription);
  }
  execution.argument = JsonOf(Value(std::move(event)));
  HYPERLOCAL_TRY(const ExecutionRecord record, Begin(call, workflow, std::move(execution)));
  return ExecutionResource(record, ExecutionDetail::kFull);
}

ApiAnswer ListExecutions(ApiCall& call, const WorkflowName& name) {
  HYPERLOCAL_TRY(const ExecutionDetail view, ViewOf(call, ExecutionDetail::kBasic));
  HYPERLOCAL_TRY(const ListRequest request,
                 call.List(100, view == ExecutionDetail::kFull ? 100 : 1000));
  WorkflowStore& store = call.services.store;
  HYPERLOCAL_TRY(const WorkflowRecord workflow, store.FindWorkflow(name.Text()));
  HYPERLOCAL_TRY(const std::vector<ExecutionRecord> executions, store.ListExecutions(workflow.key));
  const TimePoint now = call.services.host.Now();
  ListItems items;
  items.count = executions.size();
  items.key = [&](std::size_t item) { return executions[item].key; };
  items.field = [&](std::size_t item, std::string_view field,
                    std::string_view label) -> std::optional<FieldValue> {
    if (field != "stepName") return FieldOf(executions[item], now, field, label);
    const Result<ExecutionRecord> whole = store.FindExecution(executions[item].name);
    return whole ? TextField(StepNames(*whole)) : std::nullopt;
  };
  HYPERLOCAL_TRY(const ListPage page, SelectPage(request, kFields, "createTime desc", items));
  ValueList list;
  for (const std::size_t item : page.items) {
    if (view == ExecutionDetail::kBasic) {
      list.push_back(ExecutionResource(executions[item], view));
      continue;
    }
    HYPERLOCAL_TRY(const ExecutionRecord whole, store.FindExecution(executions[item].name));
    list.push_back(ExecutionResource(whole, view));
  }
  ValueMap answer;
  answer.Set("executions", Value(std::move(list)));
  if (!page.next_page_token.empty()) answer.Set("nextPageToken", Value(page.next_page_token));
  return Value(std::move(answer));
}

ApiAnswer GetExecution(ApiCall& call, const ExecutionName& execution) {
  HYPERLOCAL_TRY(const ExecutionDetail view, ViewOf(call, ExecutionDetail::kFull));
  HYPERLOCAL_TRY(const ExecutionRecord record, call.services.store.FindExecution(execution.Text()));
  return ExecutionResource(record, view);
}

ApiAnswer CancelExecution(ApiCall& call, const ExecutionName& execution) {
  HYPERLOCAL_TRY_STATUS(call.Body());
  const std::string name = execution.Text();
  HYPERLOCAL_TRY_STATUS(call.services.store.FindExecution(name));
  HYPERLOCAL_TRY_STATUS(call.services.host.Cancel(name));
  HYPERLOCAL_TRY(const ExecutionRecord record, call.services.store.FindExecution(name));
  return ExecutionResource(record, ExecutionDetail::kFull);
}

ApiAnswer ExportExecution(ApiCall& call, const ExecutionName& execution) {
  WorkflowStore& store = call.services.store;
  HYPERLOCAL_TRY(const ExecutionRecord record, store.FindExecution(execution.Text()));
  HYPERLOCAL_TRY(const std::vector<StepEntryRecord> entries, store.StepEntries(record.key));
  ValueMap data;
  data.Set("execution", ExecutionResource(record, ExecutionDetail::kFull));
  data.Set("stepEntries", StepEntryResources(record.name, entries));
  ValueMap answer;
  answer.Set("data", Value(JsonOf(Value(std::move(data)))));
  return Value(std::move(answer));
}

ApiAnswer DeleteExecutionHistory(ApiCall& call, const ExecutionName& execution) {
  HYPERLOCAL_TRY(const ExecutionRecord record, call.services.store.FindExecution(execution.Text()));
  if (!record.ended) {
    return Error{ErrorCode::kPreconditionFailed,
                 "the history of an execution that is not over cannot be deleted"};
  }
  HYPERLOCAL_TRY_STATUS(call.services.store.DeleteHistory(record.key));
  return Value(ValueMap());
}

}  // namespace hyperlocal::workflows
