#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>

#include "engine/json/canonical_json.h"
#include "engine/json/wtf8_internal.h"

// Why not nlohmann's parser: it refuses lone surrogate escapes, which JavaScript accepts, and has
// no limit on depth.

namespace hyperlocal {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

template <typename Json>
class Parser {
 public:
  Parser(std::string_view text, std::string_view what) : text_(text), what_(what) {}

  Result<Json> Parse() {
    Json value;
    SkipSpace();
    if (position_ == 0 && text_.substr(0, 3) == "\xEF\xBB\xBF") {
      return Fail("a byte order mark; save the file without one");
    }
    HYPERLOCAL_TRY_STATUS(ParseValue(value, 0));
    SkipSpace();
    if (!AtEnd()) return Fail("something follows the end of the value");
    return value;
  }

 private:
  bool AtEnd() const { return position_ >= text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[position_]; }
  bool Eat(char c) {
    if (AtEnd() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  void SkipSpace() {
    while (!AtEnd() &&
           std::string_view(" \t\r\n").find(text_[position_]) != std::string_view::npos) {
      ++position_;
    }
  }

  Error Fail(std::string_view reason) const {
    const std::string_view before = text_.substr(0, position_);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t newline = before.rfind('\n');
    const std::string_view in_line =
        before.substr(newline == std::string_view::npos ? 0 : newline + 1);
    const auto column = 1 + std::count_if(in_line.begin(), in_line.end(), [](char c) {
                          return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
                        });
    return Error{ErrorCode::kInvalidJson, std::string(what_) + ": not JSON at line " +
                                              std::to_string(line) + ", column " +
                                              std::to_string(column) + ": " + std::string(reason)};
  }
  Error FailHere() const {
    if (AtEnd()) return Fail("the text ends in the middle of a value");
    const DecodedCode next = DecodeWtf8(text_.substr(position_));
    if (next.bytes == 0 || next.code < 0x20) return Fail("a byte that cannot stand here");
    return Fail("unexpected '" + std::string(text_.substr(position_, next.bytes)) + "'");
  }

  Status ParseValue(Json& out, int depth) {
    switch (Peek()) {
      case '{':
        return ParseObject(out, depth + 1);
      case '[':
        return ParseArray(out, depth + 1);
      case '"':
        out = std::string();
        return ParseString(out.template get_ref<std::string&>());
      case 't':
        return ParseWord("true", true, out);
      case 'f':
        return ParseWord("false", false, out);
      case 'n':
        return ParseWord("null", nullptr, out);
      default:
        return ParseNumber(out);
    }
  }

  Status ParseWord(std::string_view word, Json value, Json& out) {
    if (text_.substr(position_, word.size()) != word) return FailHere();
    position_ += word.size();
    out = std::move(value);
    return Ok();
  }

  Status CheckDepth(int depth) const {
    if (depth <= kJsonDepthLimit) return Ok();
    return Fail("more than " + std::to_string(kJsonDepthLimit) +
                " arrays and objects in each other");
  }

  Status ParseArray(Json& out, int depth) {
    HYPERLOCAL_TRY_STATUS(CheckDepth(depth));
    out = Json::array();
    ++position_;
    SkipSpace();
    if (Eat(']')) return Ok();
    for (;;) {
      SkipSpace();
      Json element;
      HYPERLOCAL_TRY_STATUS(ParseValue(element, depth));
      out.push_back(std::move(element));
      SkipSpace();
      if (Eat(']')) return Ok();
      if (!Eat(',')) return FailHere();
    }
  }

  Status ParseObject(Json& out, int depth) {
    HYPERLOCAL_TRY_STATUS(CheckDepth(depth));
    out = Json::object();
    ++position_;
    SkipSpace();
    if (Eat('}')) return Ok();
    for (;;) {
      SkipSpace();
      if (Peek() != '"') return FailHere();
      std::string key;
      HYPERLOCAL_TRY_STATUS(ParseString(key));
      SkipSpace();
      if (!Eat(':')) return FailHere();
      SkipSpace();
      Json value;
      HYPERLOCAL_TRY_STATUS(ParseValue(value, depth));
      out[std::move(key)] = std::move(value);
      SkipSpace();
      if (Eat('}')) return Ok();
      if (!Eat(',')) return FailHere();
    }
  }

  Status ParseString(std::string& out) {
    ++position_;
    for (;;) {
      if (AtEnd()) return FailHere();
      const char c = text_[position_];
      if (c == '"') {
        ++position_;
        return Ok();
      }
      if (c == '\\') {
        HYPERLOCAL_TRY_STATUS(ParseEscape(out));
        continue;
      }
      if (static_cast<unsigned char>(c) < 0x20) {
        return Fail("a control character in a string; write it as an escape");
      }
      const DecodedCode next = DecodeWtf8(text_.substr(position_));
      if (next.bytes == 0 || IsSurrogate(next.code)) return Fail("a byte that is not UTF-8");
      out.append(text_, position_, next.bytes);
      position_ += next.bytes;
    }
  }

  Status ParseEscape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    ++position_;
    if (AtEnd()) return FailHere();
    if (Peek() == 'u') return ParseUnicodeEscape(out);
    const std::size_t name = kNames.find(Peek());
    if (name == std::string_view::npos) return Fail("an escape that JSON does not have");
    out += kMeanings[name];
    ++position_;
    return Ok();
  }

  // At the `u` of an escape. A high surrogate takes the low one of the next escape with it.
  Status ParseUnicodeEscape(std::string& out) {
    std::uint32_t code = 0;
    if (!HexUnitAt(position_ + 1, code)) return Fail("\\u without four hexadecimal digits");
    position_ += 5;
    std::uint32_t low = 0;
    if (IsHighSurrogate(code) && text_.substr(position_, 2) == "\\u" &&
        HexUnitAt(position_ + 2, low) && IsLowSurrogate(low)) {
      code = JoinSurrogates(code, low);
      position_ += 6;
    }
    AppendWtf8(code, out);
    return Ok();
  }

  bool HexUnitAt(std::size_t at, std::uint32_t& unit) const {
    if (at + 4 > text_.size()) return false;
    const char* first = text_.data() + at;
    const auto read = std::from_chars(first, first + 4, unit, 16);
    return read.ec == std::errc() && read.ptr == first + 4;
  }

  Status ParseNumber(Json& out) {
    const std::size_t start = position_;
    Eat('-');
    if (!IsDigit(Peek())) return FailHere();
    if (!Eat('0')) SkipDigits();
    bool integer = true;
    if (Eat('.')) {
      integer = false;
      if (!IsDigit(Peek())) return FailHere();
      SkipDigits();
    }
    if (Peek() == 'e' || Peek() == 'E') {
      integer = false;
      ++position_;
      if (!Eat('+')) Eat('-');
      if (!IsDigit(Peek())) return FailHere();
      SkipDigits();
    }
    const std::string_view literal = text_.substr(start, position_ - start);
    if (!integer || !StoreInteger(literal, out)) out = ReadDouble(literal);
    return Ok();
  }
  void SkipDigits() {
    while (IsDigit(Peek())) ++position_;
  }

  // As nlohmann's parser types them: unsigned, or signed when there is a minus; false when 64 bits
  // are too few.
  static bool StoreInteger(std::string_view literal, Json& out) {
    const char* const end = literal.data() + literal.size();
    if (literal[0] == '-') {
      std::int64_t value = 0;
      if (std::from_chars(literal.data(), end, value).ec != std::errc()) return false;
      out = value;
    } else {
      std::uint64_t value = 0;
      if (std::from_chars(literal.data(), end, value).ec != std::errc()) return false;
      out = value;
    }
    return true;
  }

  static double ReadDouble(std::string_view literal) {
    double value = 0;
    const auto read = std::from_chars(literal.data(), literal.data() + literal.size(), value);
    if (read.ec == std::errc()) return value;
    // Out of range, and from_chars does not say on which side: the decimal exponent of the first
    // digit that is not zero does.
    const bool negative = literal[0] == '-';
    const double bound =
        DecimalExponent(literal) > 0 ? std::numeric_limits<double>::infinity() : 0.0;
    return negative ? -bound : bound;
  }

  // Only its sign counts, so an exponent too long for the type is as good as the largest.
  static double DecimalExponent(std::string_view literal) {
    if (literal[0] == '-') literal.remove_prefix(1);
    const std::size_t e = literal.find_first_of("eE");
    const std::string_view mantissa = literal.substr(0, e);
    const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
    const std::size_t significant = mantissa.find_first_not_of("0.");
    if (significant == std::string_view::npos) return -1;
    const double place = static_cast<double>(point) - static_cast<double>(significant);
    if (e == std::string_view::npos) return place;
    std::string_view exponent = literal.substr(e + 1);
    const bool negative = exponent[0] == '-';
    if (negative || exponent[0] == '+') exponent.remove_prefix(1);
    double power = 0;
    for (const char digit : exponent) power = std::min(power * 10 + (digit - '0'), 1e300);
    return place + (negative ? -power : power);
  }

  std::string_view text_;
  std::string_view what_;
  std::size_t position_ = 0;
};

}  // namespace

Result<nlohmann::json> ParseJson(std::string_view text, std::string_view what) {
  return Parser<nlohmann::json>(text, what).Parse();
}

Result<nlohmann::ordered_json> ParseOrderedJson(std::string_view text, std::string_view what) {
  return Parser<nlohmann::ordered_json>(text, what).Parse();
}

}  // namespace hyperlocal
