#include <fmt/core.h>

#include <optional>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "orchestrator/stdlib/base64.h"
#include "orchestrator/stdlib/charset.h"
#include "orchestrator/stdlib/library_internal.h"
#include "orchestrator/stdlib/url_encoding.h"
#include "orchestrator/value/utf8.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflow::library {
namespace {

// json.encode's `indent`: a boolean, or a map with `prefix` and `indent`.
Raising<std::optional<JsonIndent>> Indent(const Arguments& arguments) {
  const Value* const value = arguments.Find(1);
  if (value == nullptr || value->is_null()) return std::optional<JsonIndent>();
  if (value->is_boolean()) {
    return value->boolean() ? std::optional(JsonIndent{}) : std::nullopt;
  }
  if (!value->is_map()) return arguments.WrongType(1, "a boolean or a map");
  JsonIndent indent;
  for (const ValueMap::Entry& entry : value->map().entries()) {
    if (entry.key != "prefix" && entry.key != "indent") {
      return arguments.WrongValue(1, fmt::format("has the unknown key {}", entry.key));
    }
    if (!entry.value.is_string()) {
      return RaiseTypeError(
          fmt::format("'{}' in the argument 'indent' of {} must be a string; "
                      "got: {}",
                      entry.key, arguments.function_name(), TypeNameInErrors(entry.value)));
    }
    (entry.key == "prefix" ? indent.prefix : indent.indent) = entry.value.string();
  }
  return std::optional(std::move(indent));
}

Raising<std::string> Encoded(const Arguments& arguments) {
  HYPERLOCAL_TRY(const std::optional<JsonIndent> indent, Indent(arguments));
  Result<std::string> text = JsonText(arguments[0], indent);
  if (!text) {
    return RaiseValueError(fmt::format("{}: {}", arguments.function_name(), text.error().message));
  }
  return std::move(text).value();
}

// The optional character set, parameter number 1.
Raising<std::string> Charset(const Arguments& arguments) {
  if (arguments.Find(1) == nullptr) return std::string("UTF-8");
  HYPERLOCAL_TRY(const std::string* const name, arguments.String(1));
  return *name;
}

bool IsUtf8(std::string_view charset) {
  const auto is = [charset](std::string_view name) {
    if (charset.size() != name.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
      const char c = charset[i];
      if ((c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c) != name[i]) return false;
    }
    return true;
  };
  return is("UTF-8") || is("UTF8");
}

}  // namespace

Raising<Value> Base64Decode(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const data, arguments.String(0));
  HYPERLOCAL_TRY(const bool padding, arguments.BooleanOr(1, true));
  std::optional<std::string> bytes = DecodeBase64(*data, padding);
  if (!bytes) {
    return arguments.WrongValue(
        0, padding ? "is not Base64 with padding" : "is not Base64 without padding");
  }
  return Value::Bytes(*std::move(bytes));
}

Raising<Value> Base64Encode(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const data, arguments.Bytes(0));
  HYPERLOCAL_TRY(const bool padding, arguments.BooleanOr(1, true));
  return Value(EncodeBase64(*data, padding));
}

Raising<Value> JsonDecode(const Arguments& arguments, LibraryContext&) {
  const Value& data = arguments[0];
  if (!data.is_string() && !data.is_bytes()) return arguments.WrongType(0, "a string or bytes");
  Result<Value> value = ParseJsonValue(data.is_string() ? data.string() : data.bytes());
  if (!value) return RaiseValueError(fmt::format("json.decode: {}", value.error().message));
  return std::move(value).value();
}

Raising<Value> JsonEncode(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(std::string text, Encoded(arguments));
  return Value::Bytes(std::move(text));
}

Raising<Value> JsonEncodeToString(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(std::string text, Encoded(arguments));
  return Value(std::move(text));
}

Raising<Value> TextDecode(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const data, arguments.Bytes(0));
  HYPERLOCAL_TRY(const std::string charset, Charset(arguments));
  if (IsUtf8(charset)) {
    std::string text;
    AppendValidUtf8(*data, text);
    return Value(std::move(text));
  }
  std::optional<std::string> text = DecodeCharset(*data, charset);
  if (!text) return arguments.WrongValue(1, "is not a supported character set: " + charset);
  return Value(*std::move(text));
}

Raising<Value> TextEncode(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const text, arguments.String(0));
  HYPERLOCAL_TRY(const std::string charset, Charset(arguments));
  if (IsUtf8(charset)) return Value::Bytes(*text);
  std::optional<EncodedCharset> encoded = EncodeCharset(*text, charset);
  if (!encoded) return arguments.WrongValue(1, "is not a supported character set: " + charset);
  if (!encoded->complete) {
    return arguments.WrongValue(0, "has a character that " + charset + " does not have");
  }
  return Value::Bytes(std::move(encoded->bytes));
}

Raising<Value> TextUrlDecode(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const source, arguments.String(0));
  std::optional<std::string> text = DecodeFromUrl(*source);
  if (!text || !IsValidUtf8(*text)) return arguments.WrongValue(0, "is not URL-encoded text");
  return Value(*std::move(text));
}

Raising<Value> TextUrlEncode(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const source, arguments.String(0));
  return Value(EncodeForUrl(*source, "%20"));
}

Raising<Value> TextUrlEncodePlus(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const source, arguments.String(0));
  return Value(EncodeForUrl(*source, "+"));
}

}  // namespace hyperlocal::workflow::library
