#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "engine/error/result.h"
#include "engine/http/http_message.h"
#include "fakes/workflows/server/connector_request_internal.h"
#include "orchestrator/run/limits.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflows {
namespace {

using workflow::Raising;
using workflow::Value;
using workflow::ValueMap;

bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Encodes what is not encoded yet: "a/b" and "a%2Fb" both become "a%2Fb".
std::string EncodedOnce(std::string_view text, std::string_view also) {
  std::string encoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && IsHex(text[i + 1]) && IsHex(text[i + 2])) {
      encoded += text.substr(i, 3);
      i += 2;
    } else {
      encoded += PercentEncode(text.substr(i, 1), also);
    }
  }
  return encoded;
}

// Fills "{bucket}" and its like; notes which arguments that took.
Raising<std::string> FillPath(const workflow::ConnectorMethod& method, const ValueMap& arguments,
                              std::set<std::string_view>& used) {
  std::string path;
  std::string_view rest = method.path;
  while (!rest.empty()) {
    const std::size_t open = std::min(rest.find('{'), rest.size());
    path += rest.substr(0, open);
    rest.remove_prefix(open);
    if (rest.empty()) break;
    const std::size_t close = rest.find('}');
    const std::string_view name = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
    const Value* const value = arguments.Find(name);
    if (value == nullptr || !value->is_string() || value->string().empty()) {
      return workflow::RaiseTypeError(
          fmt::format("{} needs the argument '{}', a string that is not empty", method.name, name));
    }
    // Names of resources are paths themselves.
    const bool is_name = name == "name" || name == "parent";
    path += EncodedOnce(value->string(), is_name ? "/" : "");
    used.insert(name);
  }
  return path;
}

Raising<std::string> QueryText(const Value& value, std::string_view function,
                               std::string_view name) {
  if (value.is_string()) return value.string();
  if (value.is_boolean()) return std::string(value.boolean() ? "true" : "false");
  if (value.is_integer()) return std::to_string(value.integer());
  if (value.is_double()) return workflow::DoubleText(value.dbl());
  return workflow::RaiseTypeError(
      fmt::format("the argument '{}' of {} must be a string, a number or a boolean; got: {}", name,
                  function, workflow::TypeNameInErrors(value)));
}

struct Content {
  std::string type;
  std::string bytes;
};

// `upload`: strings and bytes go out as they are.
Raising<Content> ContentOf(const Value& body, bool upload, std::string_view function) {
  if (body.is_bytes()) return Content{"application/octet-stream", body.bytes()};
  if (upload && body.is_string()) return Content{"text/plain; charset=utf-8", body.string()};
  Result<std::string> json = workflow::JsonText(body);
  if (!json) {
    return workflow::RaiseTypeError(
        fmt::format("the argument 'body' of {}: {}", function, json.error().message));
  }
  return Content{"application/json; charset=utf-8", *std::move(json)};
}

}  // namespace

Raising<workflow::HttpRequest> ConnectorRequest(const workflow::ConnectorMethod& method,
                                                std::string_view base_url, const Value& arguments) {
  const ValueMap none;
  const ValueMap& given = arguments.is_map() ? arguments.map() : none;
  std::set<std::string_view> used{"body", "connector_params"};
  HYPERLOCAL_TRY(const std::string path, FillPath(method, given, used));
  workflow::HttpRequest request;
  request.method = method.method;
  request.url = std::string(base_url) + path;
  request.timeout = workflow::kDefaultHttpTimeout;
  const bool upload = path.starts_with("/upload/");
  char separator = '?';
  const auto add = [&](std::string_view name, const std::string& value) {
    request.url += separator + PercentEncode(name) + '=' + PercentEncode(value);
    separator = '&';
  };
  if (upload) {
    used.insert("uploadType");
    add("uploadType", "media");
  }
  for (const ValueMap::Entry& entry : given.entries()) {
    if (used.contains(entry.key) || entry.value.is_null()) continue;
    if (!entry.value.is_list()) {
      HYPERLOCAL_TRY(const std::string text, QueryText(entry.value, method.name, entry.key));
      add(entry.key, text);
      continue;
    }
    for (const Value& value : entry.value.list()) {
      HYPERLOCAL_TRY(const std::string text, QueryText(value, method.name, entry.key));
      add(entry.key, text);
    }
  }
  if (const Value* const body = given.Find("body"); body != nullptr && !body->is_null()) {
    HYPERLOCAL_TRY(Content content, ContentOf(*body, upload, method.name));
    request.headers.emplace_back("Content-Type", std::move(content.type));
    request.body = std::move(content.bytes);
  }
  if (const Value* const params = given.Find("connector_params");
      params != nullptr && params->is_map()) {
    const Value* const timeout = params->map().Find("timeout");
    if (timeout != nullptr && timeout->is_number()) {
      const double longest = static_cast<double>(workflow::kLongestHttpTimeout.count());
      const double seconds = std::clamp(timeout->number(), 0.001, longest);
      request.timeout = std::chrono::milliseconds(std::llround(seconds * 1000));
    }
  }
  return request;
}

}  // namespace hyperlocal::workflows
