#include "engine/json/canonical_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "engine/json/utf16_order.h"
#include "engine/json/wtf8_internal.h"

namespace hyperlocal {
namespace {

// The significant digits of a finite positive double and the power of ten after the first `point`
// of them: 12.5 is {"125", 2}.
struct ShortestDigits {
  std::string digits;
  int point = 0;
};

ShortestDigits DigitsOf(double magnitude) {
  std::array<char, 32> buffer;  // "d.dddddddddddddddde-ddd" is 24 characters
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), magnitude,
                                 std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const std::size_t e = text.find('e');
  ShortestDigits out;
  out.digits = text[0];
  if (e > 1) out.digits += text.substr(2, e - 2);
  const bool negative = text[e + 1] == '-';
  int exponent = 0;
  std::from_chars(text.data() + e + 2, text.data() + text.size(), exponent);
  out.point = (negative ? -exponent : exponent) + 1;
  return out;
}

Error NotJson(std::string reason) {
  return Error{ErrorCode::kInvalidJson, std::move(reason)};
}

// A piece of a string that JSON has a short escape for, or null.
const char* ShortEscape(std::uint32_t code) {
  switch (code) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return nullptr;
  }
}

void AppendHexEscape(std::uint32_t unit, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[unit >> shift & 0xF];
}

Status AppendString(std::string_view text, std::string& out) {
  out += '"';
  bool after_high_surrogate = false;
  while (!text.empty()) {
    const DecodedCode next = DecodeWtf8(text);
    // Two surrogates that would be a pair are not WTF-8 either: a pair has four bytes.
    if (next.bytes == 0 || (after_high_surrogate && IsLowSurrogate(next.code))) {
      return NotJson("a string is not UTF-8 and cannot be written as JSON");
    }
    after_high_surrogate = IsHighSurrogate(next.code);
    if (const char* escape = ShortEscape(next.code)) {
      out += escape;
    } else if (next.code < 0x20 || IsSurrogate(next.code)) {
      AppendHexEscape(next.code, out);
    } else {
      out += text.substr(0, next.bytes);
    }
    text.remove_prefix(next.bytes);
  }
  out += '"';
  return Ok();
}

// The three forms that are written: JSON.stringify with an indent, without one, and the canonical
// one, whose keys are sorted.
struct Layout {
  std::optional<std::size_t> indent = {};
  bool sorted = false;
};

template <typename Json>
class Writer {
 public:
  explicit Writer(Layout layout) : indent_(layout.indent), sorted_(layout.sorted) {}

  Result<std::string> Write(const Json& value) {
    HYPERLOCAL_TRY_STATUS(Append(value, 0));
    return std::move(out_);
  }

 private:
  Status Append(const Json& value, std::size_t depth) {
    switch (value.type()) {
      case Json::value_t::null:
        out_ += "null";
        return Ok();
      case Json::value_t::boolean:
        out_ += value.template get<bool>() ? "true" : "false";
        return Ok();
      case Json::value_t::number_integer:
      case Json::value_t::number_unsigned:
      case Json::value_t::number_float:
        return AppendNumber(value.template get<double>());
      case Json::value_t::string:
        return AppendString(value.template get_ref<const std::string&>(), out_);
      case Json::value_t::array:
        return AppendArray(value, depth);
      case Json::value_t::object:
        return AppendObject(value, depth);
      case Json::value_t::binary:
      case Json::value_t::discarded:
        break;
    }
    return NotJson("a binary value cannot be written as JSON");
  }

  Status AppendNumber(double number) {
    if (!std::isfinite(number)) {
      return NotJson("the number " + JavaScriptNumber(number) + " cannot be written as JSON");
    }
    out_ += JavaScriptNumber(number);
    return Ok();
  }

  Status AppendArray(const Json& array, std::size_t depth) {
    out_ += '[';
    bool first = true;
    for (const Json& element : array) {
      BreakLine(!std::exchange(first, false), depth + 1);
      HYPERLOCAL_TRY_STATUS(Append(element, depth + 1));
    }
    if (!first) BreakLine(false, depth);
    out_ += ']';
    return Ok();
  }

  Status AppendObject(const Json& object, std::size_t depth) {
    using Member = typename Json::const_iterator;
    std::vector<Member> members;
    members.reserve(object.size());
    for (Member it = object.begin(); it != object.end(); ++it) members.push_back(it);
    if (sorted_) {
      std::sort(members.begin(), members.end(),
                [](const Member& a, const Member& b) { return Utf16Less(a.key(), b.key()); });
    }
    out_ += '{';
    bool first = true;
    for (const Member& member : members) {
      BreakLine(!std::exchange(first, false), depth + 1);
      HYPERLOCAL_TRY_STATUS(AppendString(member.key(), out_));
      out_ += indent_ ? ": " : ":";
      HYPERLOCAL_TRY_STATUS(Append(member.value(), depth + 1));
    }
    if (!first) BreakLine(false, depth);
    out_ += '}';
    return Ok();
  }

  void BreakLine(bool comma, std::size_t depth) {
    if (comma) out_ += ',';
    if (indent_) out_.append(1, '\n').append(*indent_ * depth, ' ');
  }

  const std::optional<std::size_t> indent_;
  const bool sorted_;
  std::string out_;
};

}  // namespace

std::string JavaScriptNumber(double value) {
  if (std::isnan(value)) return "NaN";
  if (value == 0) return "0";
  const std::string sign = value < 0 ? "-" : "";
  if (std::isinf(value)) return sign + "Infinity";
  // Names as in ECMA-262: the value is 0.<digits> times ten to the n.
  const auto [digits, n] = DigitsOf(std::abs(value));
  const int k = static_cast<int>(digits.size());
  const auto split = static_cast<std::size_t>(std::clamp(n, 0, k));
  if (n > 21 || n < -5) {
    const int exponent = n - 1;
    std::string out = sign + digits[0];
    if (k > 1) out.append(1, '.').append(digits, 1);
    out += exponent < 0 ? "e-" : "e+";
    return out + std::to_string(std::abs(exponent));
  }
  if (n <= 0) return sign + "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  if (n >= k) return sign + digits + std::string(static_cast<std::size_t>(n - k), '0');
  return sign + digits.substr(0, split) + "." + digits.substr(split);
}

Result<std::string> CanonicalJson(const nlohmann::json& value) {
  return Writer<nlohmann::json>({.sorted = true}).Write(value);
}

Result<std::string> PrettyJson(const nlohmann::ordered_json& value) {
  return Writer<nlohmann::ordered_json>({.indent = 2}).Write(value);
}

Result<std::string> CompactJson(const nlohmann::ordered_json& value) {
  return Writer<nlohmann::ordered_json>({}).Write(value);
}

}  // namespace hyperlocal
