#include <algorithm>
#include <charconv>
#include <utility>

#include "fakes/workflows/server/api_call_internal.h"
#include "orchestrator/stdlib/time_text.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflows {

using workflow::Value;
using workflow::ValueMap;

namespace {

constexpr std::size_t kMostBody = std::size_t{2} << 20;

}  // namespace

std::string ApiCall::Query(std::string_view parameter) const {
  const auto found = query.find(parameter);
  return found == query.end() ? std::string() : found->second;
}

Result<std::size_t> ApiCall::Number(std::string_view parameter, std::size_t absent) const {
  const std::string text = Query(parameter);
  if (text.empty()) return absent;
  std::size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) {
    return Error{ErrorCode::kBadRequest, "Invalid value at '" + std::string(parameter) + "': \"" +
                                             text.substr(0, 100) + "\" is no number of at least 0"};
  }
  return number == 0 ? absent : number;
}

Result<ListRequest> ApiCall::List(std::size_t page_size, std::size_t largest) const {
  ListRequest list;
  list.filter = Query("filter");
  list.order_by = Query("orderBy");
  list.page_token = Query("pageToken");
  HYPERLOCAL_TRY(list.page_size, Number("pageSize", page_size));
  HYPERLOCAL_TRY(list.skip, Number("skip", 0));
  list.page_size = std::min(list.page_size, largest);
  return list;
}

Result<ValueMap> ApiCall::Body() const {
  HYPERLOCAL_TRY(const std::string body, request.ReadSmallBody(kMostBody));
  if (body.find_first_not_of(" \t\r\n") == std::string::npos) return ValueMap();
  HYPERLOCAL_TRY(const Value value, workflow::ParseJsonValue(body));
  if (!value.is_map()) {
    return Error{ErrorCode::kBadRequest, "the body must be a JSON object"};
  }
  return value.map();
}

Value TimeValue(TimePoint time) {
  return Value(workflow::FormatRfc3339(std::chrono::floor<std::chrono::microseconds>(time),
                                       std::chrono::seconds(0)));
}

Value StoredJson(const std::string& text) {
  if (text.empty()) return Value();
  Result<Value> value = workflow::ParseJsonValue(text);
  return value ? *std::move(value) : Value();
}

std::string JsonOf(const Value& value) {
  Result<std::string> text = workflow::JsonText(value);
  return text ? *std::move(text) : std::string("null");
}

std::optional<FieldValue> TextField(std::string text) {
  return FieldValue{.text = std::move(text), .number = 0};
}

std::optional<FieldValue> TimeField(const std::optional<TimePoint>& time) {
  if (!time) return std::nullopt;
  return NumberField(
      std::chrono::floor<std::chrono::microseconds>(time->time_since_epoch()).count());
}

std::optional<FieldValue> NumberField(std::int64_t number) {
  return FieldValue{.text = {}, .number = number};
}

std::optional<FieldValue> LabelField(const Value& settings, std::string_view label) {
  if (!settings.is_map()) return std::nullopt;
  const Value* const labels = settings.map().Find("labels");
  if (labels == nullptr || !labels->is_map()) return std::nullopt;
  const Value* const value = labels->map().Find(label);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return TextField(value->string());
}

}  // namespace hyperlocal::workflows
