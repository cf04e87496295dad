#include "orchestrator/value/value_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "orchestrator/value/utf8.h"

namespace hyperlocal::workflow {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Value> Document() {
    SkipSpace();
    HYPERLOCAL_TRY(Value value, Element(0));
    SkipSpace();
    if (at_ < text_.size()) return Wrong("more text after the value");
    return value;
  }

 private:
  Error Wrong(std::string_view what) const {
    return Error{ErrorCode::kInvalidJson, fmt::format("{} at byte {}", what, at_)};
  }
  bool Next(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void SkipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  // Recursion is bounded by Value::kDepthLimit.
  Result<Value> Element(std::size_t depth) {
    if (at_ >= text_.size()) return Wrong("the text ends where a value should be");
    if (depth > Value::kDepthLimit) return Wrong("lists and maps are nested too deep");
    switch (text_[at_]) {
      case '{':
        return Object(depth);
      case '[':
        return Array(depth);
      case '"': {
        HYPERLOCAL_TRY(std::string text, String());
        return Value(std::move(text));
      }
      case 't':
        return Word("true", Value(true));
      case 'f':
        return Word("false", Value(false));
      case 'n':
        return Word("null", Value());
      default:
        return Number();
    }
  }

  Result<Value> Word(std::string_view word, Value value) {
    if (text_.substr(at_, word.size()) != word) return Wrong("not a JSON value");
    at_ += word.size();
    return value;
  }

  Result<Value> Number() {
    const std::size_t start = at_;
    bool whole = true;
    Next('-');
    if (at_ >= text_.size() || !IsDigit(text_[at_])) {
      at_ = start;
      return Wrong("not a JSON value");
    }
    if (!Next('0')) SkipDigits();
    if (Next('.')) {
      whole = false;
      if (!SkipDigits()) return Wrong("a digit must follow the decimal point");
    }
    if (Next('e') || Next('E')) {
      whole = false;
      if (!Next('+')) Next('-');
      if (!SkipDigits()) return Wrong("the exponent has no digits");
    }
    const char* const first = text_.data() + start;
    const char* const last = text_.data() + at_;
    if (whole) {
      std::int64_t integer = 0;
      if (std::from_chars(first, last, integer).ec == std::errc()) return Value(integer);
    }
    double number = 0;
    const auto read = std::from_chars(first, last, number);
    if (read.ec == std::errc::result_out_of_range) {
      // from_chars tells neither from the other; what is too small is zero.
      if (text_.substr(start, at_ - start).find("e-") != std::string_view::npos ||
          text_.substr(start, at_ - start).find("E-") != std::string_view::npos) {
        return Value(0.0);
      }
      at_ = start;
      return Wrong("a number too large for a double");
    }
    return Value(number);
  }

  bool SkipDigits() {
    const std::size_t start = at_;
    while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
    return at_ > start;
  }

  Result<Value> Array(std::size_t depth) {
    ++at_;
    ValueList list;
    SkipSpace();
    if (Next(']')) return Value(std::move(list));
    for (;;) {
      SkipSpace();
      HYPERLOCAL_TRY(Value item, Element(depth + 1));
      list.push_back(std::move(item));
      SkipSpace();
      if (Next(']')) return Value(std::move(list));
      if (!Next(',')) return Wrong("a comma or ] is missing");
    }
  }

  Result<Value> Object(std::size_t depth) {
    ++at_;
    ValueMap map;
    SkipSpace();
    if (Next('}')) return Value(std::move(map));
    for (;;) {
      SkipSpace();
      if (at_ >= text_.size() || text_[at_] != '"') return Wrong("a key in quotes is missing");
      HYPERLOCAL_TRY(const std::string key, String());
      SkipSpace();
      if (!Next(':')) return Wrong("a colon is missing");
      SkipSpace();
      HYPERLOCAL_TRY(Value item, Element(depth + 1));
      map.Set(key, std::move(item));
      SkipSpace();
      if (Next('}')) return Value(std::move(map));
      if (!Next(',')) return Wrong("a comma or } is missing");
    }
  }

  Result<std::string> String() {
    ++at_;
    std::string out;
    for (;;) {
      const std::size_t run = at_;
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
             static_cast<unsigned char>(text_[at_]) >= 0x20) {
        ++at_;
      }
      AppendValidUtf8(text_.substr(run, at_ - run), out);
      if (at_ >= text_.size()) return Wrong("a string is not closed");
      if (Next('"')) return out;
      if (!Next('\\')) return Wrong("a control character stands in a string");
      HYPERLOCAL_TRY_STATUS(Escape(out));
    }
  }

  Status Escape(std::string& out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (at_ >= text_.size()) return Wrong("a string is not closed");
    if (const std::size_t which = kLetters.find(text_[at_]); which != std::string_view::npos) {
      out += kMeanings[which];
      ++at_;
      return Ok();
    }
    if (!Next('u')) return Wrong("an unknown escape stands in a string");
    HYPERLOCAL_TRY(std::uint32_t code, FourHexDigits());
    if (code >= 0xD800 && code <= 0xDBFF && text_.substr(at_, 2) == "\\u") {
      const std::size_t before = at_;
      at_ += 2;
      HYPERLOCAL_TRY(const std::uint32_t low, FourHexDigits());
      if (low >= 0xDC00 && low <= 0xDFFF) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      } else {
        at_ = before;  // the second escape is a character of its own
      }
    }
    if (code >= 0xD800 && code <= 0xDFFF) code = kReplacementCharacter;
    AppendUtf8(code, out);
    return Ok();
  }

  Result<std::uint32_t> FourHexDigits() {
    std::uint32_t code = 0;
    const std::string_view digits = text_.substr(at_, 4);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() != 4 || read.ptr != digits.data() + 4) {
      return Wrong("\\u needs four hexadecimal digits");
    }
    at_ += 4;
    return code;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

class Printer {
 public:
  explicit Printer(const std::optional<JsonIndent>& indent) : indent_(indent) {}

  Status Print(const Value& value, std::size_t depth) {
    switch (value.kind()) {
      case ValueKind::kNull:
        out_ += "null";
        return Ok();
      case ValueKind::kBoolean:
        out_ += value.boolean() ? "true" : "false";
        return Ok();
      case ValueKind::kInteger:
        out_ += std::to_string(value.integer());
        return Ok();
      case ValueKind::kDouble:
        if (!std::isfinite(value.dbl())) {
          return NoForm(DoubleText(value.dbl()));
        }
        out_ += DoubleText(value.dbl());
        return Ok();
      case ValueKind::kString:
        out_ += JsonString(value.string());
        return Ok();
      case ValueKind::kList: {
        if (value.list().empty()) {
          out_ += "[]";
          return Ok();
        }
        out_ += '[';
        bool first = true;
        for (const Value& item : value.list()) {
          if (!std::exchange(first, false)) out_ += ',';
          Line(depth + 1);
          HYPERLOCAL_TRY_STATUS(Print(item, depth + 1));
        }
        Line(depth);
        out_ += ']';
        return Ok();
      }
      case ValueKind::kMap: {
        if (value.map().empty()) {
          out_ += "{}";
          return Ok();
        }
        std::vector<const ValueMap::Entry*> entries;
        entries.reserve(value.map().size());
        for (const ValueMap::Entry& entry : value.map().entries()) entries.push_back(&entry);
        std::sort(entries.begin(), entries.end(),
                  [](const auto* a, const auto* b) { return a->key < b->key; });
        out_ += '{';
        bool first = true;
        for (const ValueMap::Entry* const entry : entries) {
          if (!std::exchange(first, false)) out_ += ',';
          Line(depth + 1);
          out_ += JsonString(entry->key);
          out_ += indent_ ? ": " : ":";
          HYPERLOCAL_TRY_STATUS(Print(entry->value, depth + 1));
        }
        Line(depth);
        out_ += '}';
        return Ok();
      }
      case ValueKind::kBytes:
      case ValueKind::kFunction:
        return NoForm(KindName(value.kind()));
    }
    return Ok();
  }

  std::string Take() { return std::move(out_); }

 private:
  static Error NoForm(std::string_view what) {
    return Error{ErrorCode::kInvalidJson, fmt::format("{} cannot be encoded as JSON", what)};
  }
  void Line(std::size_t depth) {
    if (!indent_) return;
    out_ += '\n';
    out_ += indent_->prefix;
    for (std::size_t i = 0; i < depth; ++i) out_ += indent_->indent;
  }

  const std::optional<JsonIndent>& indent_;
  std::string out_;
};

}  // namespace

Result<Value> ParseJsonValue(std::string_view text) {
  return Parser(text).Document();
}

Result<std::string> JsonText(const Value& value, const std::optional<JsonIndent>& indent) {
  Printer printer(indent);
  HYPERLOCAL_TRY_STATUS(printer.Print(value, 0));
  return printer.Take();
}

std::string DoubleText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  const double size = std::fabs(value);
  const bool exponent = size != 0 && (size < 1e-6 || size >= 1e21);
  std::array<char, 64> text{};
  const auto written =
      std::to_chars(text.data(), text.data() + text.size(), value,
                    exponent ? std::chars_format::scientific : std::chars_format::fixed);
  std::string out(text.data(), written.ptr);
  // 1e-07 is written 1e-7.
  if (exponent) {
    const std::size_t e = out.find('e');
    if (e != std::string::npos && e + 3 < out.size() && out[e + 2] == '0') out.erase(e + 2, 1);
  }
  return out;
}

std::string JsonString(std::string_view text) {
  std::string out = "\"";
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
    ++at;
  }
  out += '"';
  return out;
}

}  // namespace hyperlocal::workflow
