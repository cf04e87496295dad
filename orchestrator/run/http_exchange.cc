#include "orchestrator/run/http_exchange.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "engine/error/result.h"
#include "orchestrator/run/limits.h"
#include "orchestrator/stdlib/url_encoding.h"
#include "orchestrator/value/utf8.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflow {
namespace {

constexpr std::string_view kUserAgent =
    "GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)";

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string LowerText(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), Lower);
  return out;
}

// content-type becomes Content-Type.
std::string CanonicalName(std::string_view name) {
  std::string out;
  bool start = true;
  for (const char c : name) {
    const char lower = Lower(c);
    out += start && lower >= 'a' && lower <= 'z' ? static_cast<char>(lower - 'a' + 'A') : lower;
    start = c == '-';
  }
  return out;
}

// "application/json" of "Application/JSON; charset=utf-8".
std::string MediaType(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  while (type.starts_with(' ')) type.remove_prefix(1);
  return LowerText(type);
}

bool IsJson(std::string_view media_type) {
  return media_type == "application/json" || media_type.ends_with("+json");
}

class RequestBuilder {
 public:
  explicit RequestBuilder(const Arguments& arguments) : arguments_(arguments) {}

  Raising<HttpRequest> Build() {
    HYPERLOCAL_TRY_STATUS(Method());
    HYPERLOCAL_TRY_STATUS(Url());
    HYPERLOCAL_TRY_STATUS(Timeout());
    HYPERLOCAL_TRY_STATUS(Headers());
    HYPERLOCAL_TRY_STATUS(Body());
    HYPERLOCAL_TRY_STATUS(Auth());
    for (const std::string_view name : {"private_service_name", "ca_certificate"}) {
      if (Given(name) != nullptr) {
        return Wrong(name,
                     "names something of Google Cloud that is not available here; leave it "
                     "out when running locally");
      }
    }
    return std::move(request_);
  }

 private:
  // Passed and not null: an argument that is null counts as left out.
  const Value* Given(std::string_view name) const {
    const Value* const value = arguments_.Find(name);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  Raised Wrong(std::string_view argument, std::string_view problem) const {
    return RaiseValueError(
        fmt::format("the argument '{}' of {} {}", argument, arguments_.function_name(), problem));
  }
  Raised WrongType(std::string_view argument, std::string_view expected, const Value& got) const {
    return RaiseTypeError(fmt::format("the argument '{}' of {} must be {}; got: {}", argument,
                                      arguments_.function_name(), expected, TypeNameInErrors(got)));
  }

  Raising<Done> Method() {
    const std::string_view function = arguments_.function_name();
    if (function != "http.request") {
      for (const char c : function.substr(function.find('.') + 1)) {
        request_.method += static_cast<char>(c - 'a' + 'A');
      }
      return Done{};
    }
    const Value& method = *arguments_.Find("method");
    if (!method.is_string()) return WrongType("method", "a string", method);
    for (const char c : method.string()) {
      const char lower = Lower(c);
      if (lower < 'a' || lower > 'z') return Wrong("method", "is not an HTTP method");
      request_.method += static_cast<char>(lower - 'a' + 'A');
    }
    if (request_.method.empty()) return Wrong("method", "is not an HTTP method");
    return Done{};
  }

  Raising<Done> Url() {
    const Value& url = *arguments_.Find("url");
    if (!url.is_string()) return WrongType("url", "a string", url);
    const std::string lower = LowerText(std::string_view(url.string()).substr(0, 8));
    const std::size_t host = lower.starts_with("http://")    ? 7
                             : lower.starts_with("https://") ? 8
                                                             : 0;
    if (host == 0 || url.string().size() == host) {
      return Wrong("url", "must begin with http:// or https:// and a host; got: " + url.string());
    }
    for (const char c : url.string()) {
      if (static_cast<unsigned char>(c) <= ' ' || c == '\x7F') {
        return Wrong("url", "has a space or a control character; encode it (text.url_encode)");
      }
    }
    request_.url = url.string();
    const Value* const query = Given("query");
    if (query == nullptr) return Done{};
    if (!query->is_map()) return WrongType("query", "a map", *query);
    std::string fragment;
    if (const std::size_t mark = request_.url.find('#'); mark != std::string::npos) {
      fragment = request_.url.substr(mark);
      request_.url.resize(mark);
    }
    char separator = request_.url.find('?') == std::string::npos ? '?' : '&';
    const auto add = [&](const std::string& key, const Value& value) -> Raising<Done> {
      std::string text;
      if (value.is_string()) {
        text = value.string();
      } else if (value.is_boolean()) {
        text = value.boolean() ? "true" : "false";
      } else if (value.is_integer()) {
        text = std::to_string(value.integer());
      } else if (value.is_double()) {
        text = DoubleText(value.dbl());
      } else {
        return RaiseTypeError(fmt::format(
            "'{}' in the argument 'query' of {} must be a string, a number, a boolean or a list of "
            "them; got: {}",
            key, arguments_.function_name(), TypeNameInErrors(value)));
      }
      request_.url += std::exchange(separator, '&');
      request_.url += EncodeForUrl(key, "+") + "=" + EncodeForUrl(text, "+");
      return Done{};
    };
    for (const ValueMap::Entry& entry : query->map().entries()) {
      if (!entry.value.is_list()) {
        HYPERLOCAL_TRY_STATUS(add(entry.key, entry.value));
        continue;
      }
      for (const Value& item : entry.value.list()) HYPERLOCAL_TRY_STATUS(add(entry.key, item));
    }
    request_.url += fragment;
    return Done{};
  }

  Raising<Done> Timeout() {
    request_.timeout = kDefaultHttpTimeout;
    const Value* const timeout = Given("timeout");
    if (timeout == nullptr) return Done{};
    if (!timeout->is_number()) return WrongType("timeout", "a number", *timeout);
    const double given = timeout->number();
    if (!(given > 0 && given <= static_cast<double>(kLongestHttpTimeout.count()))) {
      return Wrong("timeout", fmt::format("must be above 0 and at most {} seconds; got: {}",
                                          kLongestHttpTimeout.count(), DoubleText(given)));
    }
    request_.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(given * 1e3)));
    return Done{};
  }

  Raising<Done> Headers() {
    bool has_agent = false;
    if (const Value* const headers = Given("headers")) {
      if (!headers->is_map()) return WrongType("headers", "a map", *headers);
      for (const ValueMap::Entry& entry : headers->map().entries()) {
        if (!entry.value.is_string()) {
          return RaiseTypeError(
              fmt::format("'{}' in the argument 'headers' of {} must be a string; got: {}",
                          entry.key, arguments_.function_name(), TypeNameInErrors(entry.value)));
        }
        // A line break would begin another header.
        if (entry.key.empty() || entry.key.find_first_of("\r\n: \t") != std::string::npos ||
            entry.value.string().find_first_of("\r\n") != std::string::npos ||
            entry.value.string().find('\0') != std::string::npos) {
          return Wrong("headers", "has a name or a value that is none: " + JsonString(entry.key));
        }
        std::string value = entry.value.string();
        const std::string name = LowerText(entry.key);
        if (name == "content-type") content_type_ = value;
        if (name == "user-agent") {
          has_agent = true;
          value += " ";
          value += kUserAgent;
        }
        request_.headers.emplace_back(entry.key, std::move(value));
      }
    }
    if (!has_agent) request_.headers.emplace_back("User-Agent", kUserAgent);
    return Done{};
  }

  Raising<Done> Body() {
    const Value* const body = Given("body");
    if (body == nullptr) return Done{};
    if (body->is_bytes()) {
      request_.body = body->bytes();
      if (!content_type_) request_.headers.emplace_back("Content-Type", "application/octet-stream");
      return Done{};
    }
    const std::string media_type = MediaType(content_type_.value_or("application/json"));
    if (IsJson(media_type)) {
      Result<std::string> text = JsonText(*body);
      if (!text) return Wrong("body", "cannot be sent: " + text.error().message);
      request_.body = std::move(text).value();
      if (!content_type_) {
        request_.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
      }
      return Done{};
    }
    if (!body->is_string()) {
      return WrongType("body", "a string or bytes with the Content-Type " + media_type, *body);
    }
    request_.body = body->string();
    return Done{};
  }

  Raising<Done> Auth() {
    const Value* const auth = Given("auth");
    if (auth == nullptr) return Done{};
    if (!auth->is_map()) return WrongType("auth", "a map", *auth);
    const auto text = [&](std::string_view key) -> Raising<std::optional<std::string>> {
      const Value* const value = auth->map().Find(key);
      if (value == nullptr || value->is_null()) return std::optional<std::string>();
      if (!value->is_string()) {
        return RaiseTypeError(
            fmt::format("'{}' in the argument 'auth' of {} must be a string; "
                        "got: {}",
                        key, arguments_.function_name(), TypeNameInErrors(*value)));
      }
      return std::optional(value->string());
    };
    HYPERLOCAL_TRY(const std::optional<std::string> type, text("type"));
    if (type == "OIDC") {
      request_.auth.type = HttpAuth::Type::kOidc;
      HYPERLOCAL_TRY(const std::optional<std::string> audience, text("audience"));
      request_.auth.audience = audience.value_or(arguments_.Find("url")->string());
      return Done{};
    }
    if (type != "OAuth2") {
      return Wrong("auth", "needs the type OIDC or OAuth2; got: " + type.value_or("none"));
    }
    request_.auth.type = HttpAuth::Type::kOauth2;
    for (const std::string_view key : {"scope", "scopes"}) {
      const Value* const scopes = auth->map().Find(key);
      if (scopes == nullptr || scopes->is_null()) continue;
      if (!scopes->is_list()) {
        HYPERLOCAL_TRY(const std::optional<std::string> scope, text(key));
        request_.auth.scopes.push_back(*scope);
        continue;
      }
      for (const Value& scope : scopes->list()) {
        if (!scope.is_string()) return WrongType("auth", "a map with strings as scopes", *auth);
        request_.auth.scopes.push_back(scope.string());
      }
    }
    return Done{};
  }

  const Arguments& arguments_;
  HttpRequest request_;
  std::optional<std::string> content_type_;
};

Value HeaderMap(const HttpHeaders& headers) {
  ValueMap map;
  for (const HttpHeader& header : headers) {
    const std::string name = CanonicalName(header.name);
    std::string text;
    AppendValidUtf8(header.value, text);
    if (const Value* const before = map.Find(name)) text = before->string() + ", " + text;
    map.Set(name, Value(std::move(text)));
  }
  return Value(std::move(map));
}

Value BodyValue(const HttpReply& reply) {
  if (reply.body.empty()) return Value();
  const std::string media_type = MediaType(reply.headers.Get("content-type"));
  if (IsJson(media_type)) {
    if (Result<Value> value = ParseJsonValue(reply.body)) return std::move(value).value();
  } else if (!media_type.starts_with("text/")) {
    return Value::Bytes(reply.body);
  }
  std::string text;
  AppendValidUtf8(reply.body, text);
  return Value(std::move(text));
}

}  // namespace

Raising<HttpRequest> BuildHttpRequest(const Arguments& arguments) {
  return RequestBuilder(arguments).Build();
}

Raising<Value> HttpResult(const HttpOutcome& outcome) {
  if (const auto* const failure = std::get_if<HttpCallFailure>(&outcome)) {
    switch (failure->kind) {
      case HttpCallFailure::Kind::kNotConnected:
        return RaiseTagged(failure->message, {"ConnectionFailedError"});
      case HttpCallFailure::Kind::kTimedOut:
        return RaiseTagged("request timed out", {"TimeoutError", "OSError"});
      case HttpCallFailure::Kind::kReplyTooLarge:
        return RaiseResourceLimitError("the HTTP response is larger than the limit of 2 MB");
      case HttpCallFailure::Kind::kBroken:
      case HttpCallFailure::Kind::kCancelled:
        return RaiseTagged(failure->message, {"ConnectionError"});
    }
  }
  const HttpReply& reply = std::get<HttpReply>(outcome);
  ValueMap map;
  map.Set("body", BodyValue(reply));
  map.Set("code", Value(reply.status));
  map.Set("headers", HeaderMap(reply.headers));
  if (reply.status < 400) return Value(std::move(map));
  map.Set("message", Value(fmt::format("HTTP server responded with error code {}", reply.status)));
  map.Set("tags", Value(ValueList{Value("HttpError")}));
  return Raised{.value = Value(std::move(map)), .catchable = true};
}

HttpCall ToHttpCall(const HttpRequest& request, std::size_t max_reply_bytes) {
  HttpCall call;
  call.method = request.method;
  call.url = request.url;
  for (const auto& [name, value] : request.headers) call.headers.Add(name, value);
  call.body = request.body;
  call.timeout = request.timeout;
  call.max_reply_bytes = max_reply_bytes;
  return call;
}

}  // namespace hyperlocal::workflow
