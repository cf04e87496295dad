#include "orchestrator/run/callback_request.h"

#include <chrono>
#include <optional>
#include <utility>

#include "orchestrator/run/http_exchange.h"
#include "orchestrator/stdlib/time_text.h"
#include "orchestrator/stdlib/url_encoding.h"

namespace hyperlocal::workflow {
namespace {

// "a=1&b=2" as a map; a key that occurs again has a list of values.
Value QueryMap(std::string_view query) {
  ValueMap map;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::optional<std::string> key = DecodeFromUrl(pair.substr(0, equals));
    const std::optional<std::string> value =
        DecodeFromUrl(pair.substr(std::min(equals + 1, pair.size())));
    if (!key || !value) continue;
    Value* const before = map.Find(*key);
    if (before == nullptr) {
      map.Set(*key, Value(*value));
    } else if (before->is_list()) {
      before->MutableList().emplace_back(*value);
    } else {
      *before = Value(ValueList{*before, Value(*value)});
    }
  }
  return Value(std::move(map));
}

}  // namespace

Value CallbackRequest(std::string_view method, const std::string& url, const HttpHeaders& headers,
                      const std::string& body, TimePoint received) {
  const Value decoded =
      std::move(HttpResult(HttpReply{.status = 200, .headers = headers, .body = body})).value();
  const std::size_t query = std::min(url.find('?'), url.size());
  ValueMap request;
  request.Set("body", *decoded.map().Find("body"));
  request.Set("headers", *decoded.map().Find("headers"));
  request.Set("method", Value(method));
  request.Set("query", QueryMap(std::string_view(url).substr(std::min(query + 1, url.size()))));
  request.Set("url", Value(url.substr(0, query)));
  ValueMap map;
  map.Set("http_request", Value(std::move(request)));
  map.Set("received_time",
          Value(FormatRfc3339(std::chrono::floor<std::chrono::microseconds>(received),
                              std::chrono::seconds(0))));
  map.Set("type", Value("HTTP"));
  return Value(std::move(map));
}

}  // namespace hyperlocal::workflow
