#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "fakes/workflows/server/api_call_internal.h"
#include "fakes/workflows/server/step_entry_resource_internal.h"
#include "orchestrator/run/step_observer.h"

namespace hyperlocal::workflows {
namespace {

using workflow::Value;
using workflow::ValueList;
using workflow::ValueMap;

using Kind = ListField::Kind;
constexpr std::array kFields{
    ListField{"entryId", Kind::kNumber},  ListField{"createTime", Kind::kTime},
    ListField{"updateTime", Kind::kTime}, ListField{"routine", Kind::kText},
    ListField{"step", Kind::kText},       ListField{"stepType", Kind::kText},
    ListField{"state", Kind::kText},      ListField{"parent", Kind::kNumber}};

std::optional<FieldValue> FieldOf(const StepEntryRecord& entry, std::string_view field) {
  if (field == "entryId") return NumberField(entry.id);
  if (field == "createTime") return TimeField(entry.created);
  if (field == "updateTime") return TimeField(entry.updated);
  if (field == "routine") return TextField(entry.routine);
  if (field == "step") return TextField(entry.step);
  if (field == "stepType") {
    return TextField(
        std::string(workflow::StepTypeName(static_cast<workflow::StepType>(entry.type))));
  }
  if (field == "state") {
    return TextField(
        std::string(workflow::StepStateName(static_cast<workflow::StepState>(entry.state))));
  }
  return NumberField(entry.parent);
}

}  // namespace

ApiAnswer ListStepEntries(ApiCall& call, const ExecutionName& execution) {
  HYPERLOCAL_TRY(const ListRequest request, call.List(1000, 1000));
  WorkflowStore& store = call.services.store;
  HYPERLOCAL_TRY(const ExecutionRecord record, store.FindExecution(execution.Text()));
  HYPERLOCAL_TRY(const std::vector<StepEntryRecord> entries, store.StepEntries(record.key));
  ListItems items;
  items.count = entries.size();
  items.key = [&](std::size_t item) { return entries[item].id; };
  items.field = [&](std::size_t item, std::string_view field, std::string_view) {
    return FieldOf(entries[item], field);
  };
  HYPERLOCAL_TRY(const ListPage page, SelectPage(request, kFields, "entryId", items));
  const Value resources = StepEntryResources(record.name, entries);
  ValueList list;
  for (const std::size_t item : page.items) list.push_back(resources.list()[item]);
  ValueMap answer;
  answer.Set("stepEntries", Value(std::move(list)));
  if (!page.next_page_token.empty()) answer.Set("nextPageToken", Value(page.next_page_token));
  answer.Set("totalSize", Value(static_cast<std::int64_t>(page.total)));
  return Value(std::move(answer));
}

ApiAnswer GetStepEntry(ApiCall& call, const ExecutionName& execution, std::string_view entry) {
  WorkflowStore& store = call.services.store;
  HYPERLOCAL_TRY(const ExecutionRecord record, store.FindExecution(execution.Text()));
  HYPERLOCAL_TRY(const std::vector<StepEntryRecord> entries, store.StepEntries(record.key));
  std::int64_t id = 0;
  const char* const end = entry.data() + entry.size();
  const auto [stop, error] = std::from_chars(entry.data(), end, id);
  const auto found =
      std::find_if(entries.begin(), entries.end(),
                   [&](const StepEntryRecord& candidate) { return candidate.id == id; });
  if (error != std::errc() || stop != end || found == entries.end()) {
    return Error{ErrorCode::kNotFound,
                 "Step entry '" + std::string(entry.substr(0, 100)) + "' not found"};
  }
  return StepEntryResources(record.name, entries)
      .list()[static_cast<std::size_t>(found - entries.begin())];
}

}  // namespace hyperlocal::workflows
