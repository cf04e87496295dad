#include <algorithm>
#include <utility>

#include "fakes/workflows/server/api_call_internal.h"
#include "orchestrator/run/callback_request.h"

namespace hyperlocal::workflows {
namespace {

using workflow::Value;
using workflow::ValueList;
using workflow::ValueMap;

constexpr std::size_t kMostBody = std::size_t{2} << 20;

// The endpoints of an execution, as ExecutionHost wrote them.
struct Endpoint {
  std::string id;
  std::string method;
  std::int64_t created = 0;  // microseconds
  std::int64_t waiters = 0;
};

std::vector<Endpoint> EndpointsOf(const ExecutionRecord& execution) {
  std::vector<Endpoint> endpoints;
  const Value stored = StoredJson(execution.callbacks);
  if (!stored.is_list()) return endpoints;
  for (const Value& entry : stored.list()) {
    const ValueMap& map = entry.map();
    endpoints.push_back({.id = map.Find("id")->string(),
                         .method = map.Find("method")->string(),
                         .created = map.Find("created")->integer(),
                         .waiters = map.Find("waiters")->integer()});
  }
  return endpoints;
}

}  // namespace

ApiAnswer ListCallbacks(ApiCall& call, const ExecutionName& execution) {
  HYPERLOCAL_TRY(const ListRequest request, call.List(100, 1000));
  HYPERLOCAL_TRY(const ExecutionRecord record, call.services.store.FindExecution(execution.Text()));
  const std::vector<Endpoint> endpoints = EndpointsOf(record);
  ListItems items;
  items.count = endpoints.size();
  items.key = [](std::size_t item) { return static_cast<std::int64_t>(item); };
  items.field = [](std::size_t, std::string_view, std::string_view) { return std::nullopt; };
  HYPERLOCAL_TRY(const ListPage page, SelectPage(request, {}, "", items));
  ValueList list;
  for (const std::size_t item : page.items) {
    const Endpoint& endpoint = endpoints[item];
    ValueMap resource;
    resource.Set("name", Value(record.name + "/callbacks/" + endpoint.id));
    resource.Set("method", Value(endpoint.method));
    resource.Set("createTime", TimeValue(TimePoint(std::chrono::microseconds(endpoint.created))));
    resource.Set("waiters", Value(std::to_string(endpoint.waiters)));
    list.emplace_back(std::move(resource));
  }
  ValueMap answer;
  answer.Set("callbacks", Value(std::move(list)));
  if (!page.next_page_token.empty()) answer.Set("nextPageToken", Value(page.next_page_token));
  return Value(std::move(answer));
}

ApiAnswer ReceiveCallback(ApiCall& call, const ExecutionName& execution,
                          std::string_view callback) {
  HYPERLOCAL_TRY(const std::string body, call.request.ReadSmallBody(kMostBody));
  HYPERLOCAL_TRY(const ExecutionRecord record, call.services.store.FindExecution(execution.Text()));
  const std::vector<Endpoint> endpoints = EndpointsOf(record);
  const auto endpoint = std::find_if(endpoints.begin(), endpoints.end(),
                                     [&](const Endpoint& one) { return one.id == callback; });
  if (endpoint == endpoints.end() || record.ended) {
    return Error{ErrorCode::kNotFound, "Callback '" + std::string(callback.substr(0, 100)) +
                                           "' not found: the execution " + record.name +
                                           (record.ended ? " is over" : " has no such endpoint")};
  }
  if (endpoint->method != call.request.method) {
    return Error{ErrorCode::kBadRequest, "the endpoint takes " + endpoint->method +
                                             " requests; a " + call.request.method +
                                             " request came"};
  }
  HYPERLOCAL_TRY_STATUS(call.services.host.DeliverCallback(
      record.name, endpoint->id,
      workflow::CallbackRequest(call.request.method, call.base_url + call.request.target,
                                call.request.headers, body, call.services.host.Now())));
  return Value(ValueMap());
}

}  // namespace hyperlocal::workflows
