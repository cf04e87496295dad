#include "orchestrator/syntax/yaml_node.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

namespace hyperlocal::workflow {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

// The number a plain scalar is by the tag resolution of YAML 1.2 (section 10.3.2), if it is one.
std::optional<Value> NumberOf(std::string_view text) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == ".inf" || rest == ".Inf" || rest == ".INF") {
    const double infinity = std::numeric_limits<double>::infinity();
    return Value(negative ? -infinity : infinity);
  }
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return Value(std::nan(""));
  if (rest.size() == text.size() && (text.starts_with("0x") || text.starts_with("0o"))) {
    std::int64_t whole = 0;
    const std::string_view digits = text.substr(2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole,
                                              text[1] == 'x' ? 16 : 8);
    if (error == std::errc() && end == digits.data() + digits.size() && digits.front() != '-') {
      return Value(whole);
    }
    return std::nullopt;
  }
  if (AllDigits(rest)) {
    std::int64_t whole = 0;
    const std::string_view digits = text.starts_with('+') ? rest : text;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
    if (error == std::errc()) return Value(whole);
    return Value(std::strtod(std::string(text).c_str(), nullptr));
  }
  // (\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
  std::size_t i = 0;
  const auto digits = [&rest, &i] {
    const std::size_t start = i;
    while (i < rest.size() && IsDigit(rest[i])) ++i;
    return i - start;
  };
  const std::size_t before = digits();
  std::size_t after = 0;
  if (i < rest.size() && rest[i] == '.') {
    ++i;
    after = digits();
  }
  if (before == 0 && after == 0) return std::nullopt;
  if (i < rest.size() && (rest[i] == 'e' || rest[i] == 'E')) {
    ++i;
    if (i < rest.size() && (rest[i] == '-' || rest[i] == '+')) ++i;
    if (digits() == 0) return std::nullopt;
  }
  if (i != rest.size()) return std::nullopt;
  return Value(std::strtod(std::string(text).c_str(), nullptr));
}

bool IsNullText(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

}  // namespace

std::size_t ScalarText::SourceOffset(std::size_t at) const {
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), at,
                       [](std::size_t place, const Piece& piece) { return place < piece.at; });
  if (after == pieces_.begin()) return next_source_;
  if (at >= text_.size() && after == pieces_.end()) return next_source_;
  const Piece& piece = *(after - 1);
  return piece.source + (at - piece.at);
}

void ScalarText::Append(char byte, std::size_t source) {
  if (pieces_.empty() || source != next_source_) pieces_.push_back({text_.size(), source});
  text_ += byte;
  next_source_ = source + 1;
}

void ScalarText::Append(std::string_view bytes, std::size_t source) {
  if (bytes.empty()) return;
  if (pieces_.empty() || source != next_source_) pieces_.push_back({text_.size(), source});
  text_ += bytes;
  next_source_ = source + bytes.size();
}

void ScalarText::Truncate(std::size_t length) {
  if (length >= text_.size()) return;
  next_source_ = SourceOffset(length);
  text_.resize(length);
  while (!pieces_.empty() && pieces_.back().at >= length) pieces_.pop_back();
}

bool YamlNode::is_null() const {
  return kind == Kind::kScalar &&
         (style == Style::kAbsent || (style == Style::kPlain && IsNullText(scalar.text())));
}

Value ScalarValue(const YamlNode& scalar) {
  if (scalar.is_null()) return Value();
  const std::string& text = scalar.scalar.text();
  if (scalar.style != YamlNode::Style::kPlain) return Value(text);
  if (text == "true" || text == "True" || text == "TRUE") return Value(true);
  if (text == "false" || text == "False" || text == "FALSE") return Value(false);
  if (std::optional<Value> number = NumberOf(text)) return *std::move(number);
  return Value(text);
}

}  // namespace hyperlocal::workflow
