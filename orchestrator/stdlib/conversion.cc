#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "orchestrator/stdlib/library_internal.h"
#include "orchestrator/value/utf8.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflow::library {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

std::string_view WithoutPlus(std::string_view text) {
  return text.size() > 1 && text[0] == '+' && text[1] != '-' ? text.substr(1) : text;
}

Raised NotConvertible(std::string_view function, std::string_view text, std::string_view type) {
  return RaiseValueError(fmt::format("{}(): {} is not {}", function, JsonString(text), type));
}

}  // namespace

Raising<Value> Default(const Arguments& arguments, LibraryContext&) {
  return arguments[0].is_null() ? arguments[1] : arguments[0];
}

Raising<Value> Double(const Arguments& arguments, LibraryContext&) {
  const Value& x = arguments[0];
  if (x.is_double()) return x;
  if (x.is_integer()) return Value(static_cast<double>(x.integer()));
  if (!x.is_string()) {
    return RaiseTypeError(
        fmt::format("unsupported operand type for double(): '{}' (expecting number or string)",
                    TypeNameInErrors(x)));
  }
  const std::string_view text = WithoutPlus(x.string());
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !std::isfinite(number)) {
    return NotConvertible("double", x.string(), "a number");
  }
  return Value(number);
}

Raising<Value> Int(const Arguments& arguments, LibraryContext&) {
  const Value& x = arguments[0];
  if (x.is_integer()) return x;
  if (x.is_double()) {
    const double whole = std::trunc(x.dbl());
    if (!(whole >= -kTwoTo63 && whole < kTwoTo63)) {
      return RaiseValueError(fmt::format("int(): {} does not fit into 64 bits", DoubleText(whole)));
    }
    return Value(static_cast<std::int64_t>(whole));
  }
  if (!x.is_string()) {
    return RaiseTypeError(
        fmt::format("unsupported operand type for int(): '{}' (expecting number or string)",
                    TypeNameInErrors(x)));
  }
  const std::string_view text = WithoutPlus(x.string());
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return NotConvertible("int", x.string(), "an integer of 64 bits");
  }
  return Value(number);
}

Raising<Value> String(const Arguments& arguments, LibraryContext&) {
  const Value& x = arguments[0];
  switch (x.kind()) {
    case ValueKind::kString:
      return x;
    case ValueKind::kBoolean:
      return Value(x.boolean() ? "true" : "false");
    case ValueKind::kInteger:
      return Value(std::to_string(x.integer()));
    case ValueKind::kDouble:
      return Value(DoubleText(x.dbl()));
    default:
      // The service's own words.
      return RaiseTypeError(
          fmt::format("unsupported operand type for string(): '{}' (expecting number, string, or "
                      "boolean)",
                      TypeNameInErrors(x)));
  }
}

Raising<Value> GetType(const Arguments& arguments, LibraryContext&) {
  return Value(KindName(arguments[0].kind()));
}

Raising<Value> If(const Arguments& arguments, LibraryContext&) {
  if (!arguments[0].is_boolean()) return arguments.WrongType(0, "a boolean");
  return arguments[0].boolean() ? arguments[1] : arguments[2];
}

Raising<Value> Keys(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const ValueMap* const map, arguments.Map(0));
  ValueList keys;
  keys.reserve(map->size());
  for (const ValueMap::Entry& entry : map->entries()) keys.emplace_back(entry.key);
  return Value(std::move(keys));
}

Raising<Value> Len(const Arguments& arguments, LibraryContext&) {
  const Value& value = arguments[0];
  std::size_t length = 0;
  switch (value.kind()) {
    case ValueKind::kString:
      length = CountCharacters(value.string());
      break;
    case ValueKind::kList:
      length = value.list().size();
      break;
    case ValueKind::kMap:
      length = value.map().size();
      break;
    default:
      return RaiseTypeError(
          fmt::format("unsupported operand type for len(): '{}' (expecting string, list, or dict)",
                      TypeNameInErrors(value)));
  }
  return Value(static_cast<std::int64_t>(length));
}

}  // namespace hyperlocal::workflow::library
