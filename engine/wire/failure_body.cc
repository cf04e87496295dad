#include "engine/wire/failure_body.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/json/canonical_json.h"
#include "engine/json/wtf8_internal.h"
#include "engine/wire/wire_text_internal.h"

namespace hyperlocal {
namespace {

using nlohmann::json;

constexpr int kForbidden = 403;
constexpr int kTooManyRequests = 429;
constexpr int kServerErrors = 500;
constexpr std::size_t kQuotedBytes = 200;

std::string AsText(std::string_view bytes) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string text;
  while (!bytes.empty()) {
    const DecodedCode next = DecodeWtf8(bytes);
    const bool good = next.bytes > 0 && !IsSurrogate(next.code);
    text += good ? bytes.substr(0, next.bytes) : kReplacement;
    bytes.remove_prefix(std::max<std::size_t>(next.bytes, 1));
  }
  return text;
}

ErrorCode CodeOfStatus(int http_status) {
  if (http_status == kForbidden) return ErrorCode::kPermission;
  const bool retryable = http_status == kTooManyRequests || http_status >= kServerErrors;
  return retryable ? ErrorCode::kInternal : ErrorCode::kBadRequest;
}

std::string StatusName(int http_status) {
  return "HTTP status " + std::to_string(http_status);
}

Error UnreadableAnswer(int http_status, std::string_view body) {
  std::string message = StatusName(http_status) + " without a failure that can be read";
  if (body.empty()) {
    message += " (the body is empty)";
  } else {
    std::string quoted = AsText(body.substr(0, kQuotedBytes));
    std::replace_if(
        quoted.begin(), quoted.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    message += "; the body begins: " + quoted;
  }
  return Error{CodeOfStatus(http_status), std::move(message)};
}

Error NamedFailure(const std::string& name, std::string message, int http_status) {
  for (const ErrorSpec& row : kErrorTable) {
    if (name == row.wire) return Error{row.code, std::move(message)};
  }
  const auto has_name = [&name](const ErrorSpec& row) { return row.alias == name; };
  const auto row = std::find_if(kErrorTable.begin(), kErrorTable.end(), has_name);
  std::string named = AsText(name) + ": " + message;
  if (name.empty() || row == kErrorTable.end()) {
    return Error{CodeOfStatus(http_status), StatusName(http_status) + ": " + named};
  }
  // A class of several codes does not say which it is. All of them ask the same of a caller, so the
  // first one serves; the class stays in the message.
  if (std::count_if(row, kErrorTable.end(), has_name) > 1) return Error{row->code, named};
  return Error{row->code, std::move(message)};
}

}  // namespace

std::string FailureBody(const Error& error) {
  auto body = WireText("failure")
                  .Put("error", error.spec().wire)
                  .Put("message", AsText(error.message))
                  .Finish();
  return *std::move(body);  // text always can be written
}

Error ErrorOfAnswer(int http_status, std::string_view body) {
  const auto parsed = ParseJson(body, "the answer");
  if (!parsed || !parsed->is_object()) return UnreadableAnswer(http_status, body);
  const auto name = parsed->find("error");
  if (name == parsed->end() || !name->is_string()) return UnreadableAnswer(http_status, body);
  const auto message = parsed->find("message");
  const bool has_message = message != parsed->end() && message->is_string();
  return NamedFailure(name->get<std::string>(),
                      has_message ? message->get<std::string>() : "the failure has no message",
                      http_status);
}

}  // namespace hyperlocal
