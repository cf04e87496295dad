#include <array>
#include <utility>

#include "fakes/workflows/server/api_call_internal.h"
#include "fakes/workflows/server/api_error_internal.h"

namespace hyperlocal::workflows {
namespace {

using workflow::Value;
using workflow::ValueList;
using workflow::ValueMap;

constexpr const char* kMetadataType =
    "type.googleapis.com/google.cloud.workflows.v1.OperationMetadata";
constexpr const char* kWorkflowType = "type.googleapis.com/google.cloud.workflows.v1.Workflow";
constexpr const char* kEmptyType = "type.googleapis.com/google.protobuf.Empty";

Value LocationResource(const LocationName& location) {
  ValueMap resource;
  resource.Set("name", Value(location.Text()));
  resource.Set("locationId", Value(location.location));
  resource.Set("displayName", Value(location.location));
  return Value(std::move(resource));
}

}  // namespace

ApiAnswer FinishedOperation(ApiCall& call, const LocationName& location, const std::string& target,
                            std::string_view verb, ApiAnswer outcome) {
  OperationRecord record;
  record.name = location.Text() + "/operations/operation-" + RandomId();
  record.created = call.services.host.Now();
  ValueMap metadata;
  metadata.Set("@type", Value(kMetadataType));
  metadata.Set("createTime", TimeValue(record.created));
  metadata.Set("endTime", TimeValue(record.created));
  metadata.Set("target", Value(target));
  metadata.Set("verb", Value(verb));
  metadata.Set("apiVersion", Value("v1"));
  ValueMap operation;
  operation.Set("name", Value(record.name));
  operation.Set("metadata", Value(std::move(metadata)));
  operation.Set("done", Value(true));
  if (!outcome) {
    // What is broken here is no answer to what was asked.
    if (ApiStatusOf(outcome.error().code).http >= 500) return std::move(outcome).error();
    operation.Set("error", OperationError(outcome.error()));
  } else {
    ValueMap response;
    response.Set("@type", Value(outcome->is_map() ? kWorkflowType : kEmptyType));
    if (outcome->is_map()) {
      for (const ValueMap::Entry& entry : outcome->map().entries()) {
        response.Set(entry.key, entry.value);
      }
    }
    operation.Set("response", Value(std::move(response)));
  }
  const Value answer(std::move(operation));
  record.body = JsonOf(answer);
  HYPERLOCAL_TRY_STATUS(call.services.store.PutOperation(record));
  return answer;
}

ApiAnswer ListOperations(ApiCall& call, const LocationName& location) {
  HYPERLOCAL_TRY(const ListRequest request, call.List(100, 1000));
  HYPERLOCAL_TRY(const std::vector<OperationRecord> operations,
                 call.services.store.ListOperations(location.Text() + "/operations/"));
  using Kind = ListField::Kind;
  constexpr std::array kFields{ListField{"name", Kind::kText},
                               ListField{"createTime", Kind::kTime}};
  ListItems items;
  items.count = operations.size();
  items.key = [](std::size_t item) { return static_cast<std::int64_t>(item); };
  items.field = [&](std::size_t item, std::string_view field, std::string_view) {
    return field == "name" ? TextField(operations[item].name) : TimeField(operations[item].created);
  };
  HYPERLOCAL_TRY(const ListPage page, SelectPage(request, kFields, "createTime desc", items));
  ValueList list;
  for (const std::size_t item : page.items) list.push_back(StoredJson(operations[item].body));
  ValueMap answer;
  answer.Set("operations", Value(std::move(list)));
  if (!page.next_page_token.empty()) answer.Set("nextPageToken", Value(page.next_page_token));
  return Value(std::move(answer));
}

ApiAnswer GetOperation(ApiCall& call) {
  HYPERLOCAL_TRY(const OperationRecord operation, call.services.store.FindOperation(call.name));
  return StoredJson(operation.body);
}

ApiAnswer DeleteOperation(ApiCall& call) {
  HYPERLOCAL_TRY_STATUS(call.services.store.DeleteOperation(call.name));
  return Value(ValueMap());
}

ApiAnswer ListLocations(ApiCall& call) {
  // "projects/p/locations"
  const std::size_t begin = call.name.find('/') + 1;
  const std::string project = call.name.substr(begin, call.name.find('/', begin) - begin);
  ValueList list;
  for (const char* const location : {"us-central1", "europe-west1", "asia-east1"}) {
    list.push_back(LocationResource({project, location}));
  }
  ValueMap answer;
  answer.Set("locations", Value(std::move(list)));
  return Value(std::move(answer));
}

ApiAnswer GetLocation(ApiCall&, const LocationName& location) {
  return LocationResource(location);
}

}  // namespace hyperlocal::workflows
