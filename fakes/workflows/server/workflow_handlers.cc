#include <algorithm>
#include <array>
#include <utility>

#include "fakes/workflows/server/api_call_internal.h"

namespace hyperlocal::workflows {
namespace {

using workflow::Value;
using workflow::ValueList;
using workflow::ValueMap;

using Kind = ListField::Kind;
constexpr std::array kFields{
    ListField{"name", Kind::kText},       ListField{"state", Kind::kText},
    ListField{"createTime", Kind::kTime}, ListField{"updateTime", Kind::kTime},
    ListField{"revisionId", Kind::kText}, ListField{"description", Kind::kText},
    ListField{"labels", Kind::kLabels}};

Result<Value> ResourceOf(WorkflowStore& store, const WorkflowRecord& workflow) {
  HYPERLOCAL_TRY(const RevisionRecord revision,
                 store.FindRevision(workflow.key, workflow.revision));
  return WorkflowResource(workflow, revision);
}

// "a,b" in its parts.
std::vector<std::string> MaskOf(const std::string& text) {
  std::vector<std::string> fields;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) fields.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return fields;
}

}  // namespace

ApiAnswer CreateWorkflow(ApiCall& call, const LocationName& location) {
  const std::string id = call.Query("workflowId");
  if (!IsWorkflowId(id)) {
    return Error{ErrorCode::kBadRequest,
                 "workflowId is \"" + id.substr(0, 100) +
                     "\"; it must be 1 to 64 letters, digits, '_' and '-', begin with a letter "
                     "and end with a letter or a digit"};
  }
  HYPERLOCAL_TRY(const ValueMap body, call.Body());
  const WorkflowName name{location, id};
  const auto create = [&]() -> ApiAnswer {
    HYPERLOCAL_TRY(const WorkflowRecord workflow, call.services.catalog.Create(name, body));
    return ResourceOf(call.services.store, workflow);
  };
  return FinishedOperation(call, location, name.Text(), "create", create());
}

ApiAnswer ListWorkflows(ApiCall& call, const LocationName& location) {
  HYPERLOCAL_TRY(const ListRequest request, call.List(500, 1000));
  WorkflowStore& store = call.services.store;
  HYPERLOCAL_TRY(const std::vector<WorkflowRecord> workflows,
                 store.ListWorkflows(location.Text() + "/workflows/"));
  std::vector<Value> resources;
  for (const WorkflowRecord& workflow : workflows) {
    HYPERLOCAL_TRY(Value resource, ResourceOf(store, workflow));
    resources.push_back(std::move(resource));
  }
  ListItems items;
  items.count = workflows.size();
  items.key = [&](std::size_t item) { return workflows[item].key; };
  items.field = [&](std::size_t item, std::string_view field,
                    std::string_view label) -> std::optional<FieldValue> {
    if (field == "createTime") return TimeField(workflows[item].created);
    if (field == "updateTime") return TimeField(workflows[item].updated);
    if (field == "labels") return LabelField(resources[item], label);
    const Value* const value = resources[item].map().Find(field);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return TextField(value->string());
  };
  HYPERLOCAL_TRY(const ListPage page, SelectPage(request, kFields, "name", items));
  ValueList list;
  for (const std::size_t item : page.items) list.push_back(resources[item]);
  ValueMap answer;
  answer.Set("workflows", Value(std::move(list)));
  if (!page.next_page_token.empty()) answer.Set("nextPageToken", Value(page.next_page_token));
  answer.Set("unreachable", Value(ValueList()));
  return Value(std::move(answer));
}

ApiAnswer GetWorkflow(ApiCall& call, const WorkflowName& name) {
  WorkflowStore& store = call.services.store;
  HYPERLOCAL_TRY(const WorkflowRecord workflow, store.FindWorkflow(name.Text()));
  const std::string wanted = call.Query("revisionId");
  if (wanted.empty()) return ResourceOf(store, workflow);
  HYPERLOCAL_TRY(const std::vector<RevisionRecord> revisions, store.ListRevisions(workflow.key));
  for (const RevisionRecord& revision : revisions) {
    if (revision.id == wanted) return WorkflowResource(workflow, revision);
  }
  return Error{ErrorCode::kNotFound,
               "Revision '" + wanted.substr(0, 100) + "' of '" + name.Text() + "' not found"};
}

ApiAnswer UpdateWorkflow(ApiCall& call, const WorkflowName& name) {
  HYPERLOCAL_TRY(const ValueMap body, call.Body());
  HYPERLOCAL_TRY_STATUS(call.services.store.FindWorkflow(name.Text()));
  const auto update = [&]() -> ApiAnswer {
    HYPERLOCAL_TRY(const WorkflowRecord workflow,
                   call.services.catalog.Update(name, body, MaskOf(call.Query("updateMask"))));
    return ResourceOf(call.services.store, workflow);
  };
  return FinishedOperation(call, name, name.Text(), "update", update());
}

ApiAnswer DeleteWorkflow(ApiCall& call, const WorkflowName& name) {
  HYPERLOCAL_TRY_STATUS(call.services.store.DeleteWorkflow(name.Text()));
  call.services.host.CancelAllOf(name.Text() + "/executions/");
  return FinishedOperation(call, name, name.Text(), "delete", Value());
}

ApiAnswer ListRevisions(ApiCall& call, const WorkflowName& name) {
  HYPERLOCAL_TRY(const ListRequest request, call.List(20, 100));
  WorkflowStore& store = call.services.store;
  HYPERLOCAL_TRY(const WorkflowRecord workflow, store.FindWorkflow(name.Text()));
  HYPERLOCAL_TRY(const std::vector<RevisionRecord> revisions, store.ListRevisions(workflow.key));
  constexpr std::array kNumber{ListField{"revision", Kind::kNumber}};
  ListItems items;
  items.count = revisions.size();
  items.key = [&](std::size_t item) { return revisions[item].number; };
  items.field = [&](std::size_t item, std::string_view, std::string_view) {
    return NumberField(revisions[item].number);
  };
  HYPERLOCAL_TRY(const ListPage page, SelectPage(request, kNumber, "revision desc", items));
  ValueList list;
  for (const std::size_t item : page.items) {
    list.push_back(WorkflowResource(workflow, revisions[item]));
  }
  ValueMap answer;
  answer.Set("workflows", Value(std::move(list)));
  if (!page.next_page_token.empty()) answer.Set("nextPageToken", Value(page.next_page_token));
  return Value(std::move(answer));
}

}  // namespace hyperlocal::workflows
