#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "orchestrator/syntax/expression_token_internal.h"
#include "orchestrator/value/utf8.h"

namespace hyperlocal::workflow {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool IsNamePart(char c) {
  return IsNameStart(c) || IsDigit(c);
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::variant<std::vector<Token>, ExpressionError> Run();

 private:
  // Each reads the token at at_, or sets error_.
  void ReadNumber();
  void ReadString();
  void ReadWord();
  void ReadOperator();
  // The code of `\uXXXX` at `at`, surrogate pairs joined; moves `at` behind it.
  std::optional<std::uint32_t> ReadUnicodeEscape(std::size_t& at) const;

  void Add(TokenKind kind, std::size_t end, std::string_view text, Value value = Value()) {
    tokens_.push_back({kind, at_, end, text, std::move(value)});
    at_ = end;
  }
  void Fail(std::size_t begin, std::size_t end, std::string message) {
    error_ = ExpressionError{std::move(message), begin, end};
  }
  char At(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
  std::optional<ExpressionError> error_;
};

std::variant<std::vector<Token>, ExpressionError> Tokenizer::Run() {
  while (!error_ && at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at_;
    } else if (IsDigit(c)) {
      ReadNumber();
    } else if (c == '"') {
      ReadString();
    } else if (IsNameStart(c)) {
      ReadWord();
    } else {
      ReadOperator();
    }
  }
  if (error_) return *std::move(error_);
  at_ = text_.size();
  Add(TokenKind::kEnd, text_.size(), {});
  return std::move(tokens_);
}

void Tokenizer::ReadNumber() {
  std::size_t end = at_;
  const auto digits = [this, &end] {
    while (IsDigit(At(end))) ++end;
  };
  digits();
  bool whole = true;
  if (At(end) == '.' && IsDigit(At(end + 1))) {
    whole = false;
    ++end;
    digits();
  }
  if (At(end) == 'e' || At(end) == 'E') {
    const bool sign = At(end + 1) == '+' || At(end + 1) == '-';
    if (IsDigit(At(end + (sign ? 2 : 1)))) {
      whole = false;
      end += sign ? 2 : 1;
      digits();
    }
  }
  const std::string_view text = text_.substr(at_, end - at_);
  if (IsNamePart(At(end))) {
    while (IsNamePart(At(end))) ++end;
    return Fail(at_, end,
                fmt::format("'{}' is neither a number nor a name; names begin with a letter",
                            text_.substr(at_, end - at_)));
  }
  if (!whole) {
    const double number = std::strtod(std::string(text).c_str(), nullptr);
    if (!std::isfinite(number)) {
      return Fail(at_, end, fmt::format("the number {} is beyond the range of doubles", text));
    }
    return Add(TokenKind::kLiteral, end, text, Value(number));
  }
  std::int64_t value = 0;
  const auto [_, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) {
    return Fail(at_, end, fmt::format("the integer {} does not fit into 64 bits", text));
  }
  Add(TokenKind::kLiteral, end, text, Value(value));
}

std::optional<std::uint32_t> Tokenizer::ReadUnicodeEscape(std::size_t& at) const {
  const auto four_digits = [this](std::size_t from) -> std::optional<std::uint32_t> {
    if (from + 4 > text_.size()) return std::nullopt;
    std::uint32_t code = 0;
    const char* const end = text_.data() + from + 4;
    const auto [stop, error] = std::from_chars(text_.data() + from, end, code, 16);
    if (error != std::errc() || stop != end) return std::nullopt;
    return code;
  };
  std::optional<std::uint32_t> code = four_digits(at + 2);
  if (!code) return std::nullopt;
  at += 6;
  if (*code >= 0xD800 && *code <= 0xDBFF && At(at) == '\\' && At(at + 1) == 'u') {
    const std::optional<std::uint32_t> low = four_digits(at + 2);
    if (low && *low >= 0xDC00 && *low <= 0xDFFF) {
      at += 6;
      return 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    }
  }
  if (*code >= 0xD800 && *code <= 0xDFFF) return std::nullopt;
  return code;
}

void Tokenizer::ReadString() {
  std::string content;
  std::size_t i = at_ + 1;
  while (i < text_.size() && text_[i] != '"') {
    if (text_[i] != '\\') {
      content += text_[i++];
      continue;
    }
    const std::size_t escape = i;
    if (At(i + 1) == 'u') {
      const std::optional<std::uint32_t> code = ReadUnicodeEscape(i);
      if (!code) {
        return Fail(escape, escape + 2, "\\u needs four hexadecimal digits of a Unicode character");
      }
      AppendUtf8(*code, content);
      continue;
    }
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const std::size_t which = kEscapes.find(At(i + 1));
    if (i + 1 >= text_.size() || which == std::string_view::npos) {
      return Fail(escape, escape + 2,
                  "unknown escape in a string; a backslash itself is written \\\\");
    }
    content += kMeanings[which];
    i += 2;
  }
  if (i >= text_.size()) {
    return Fail(at_, at_ + 1, "the string that begins here has no closing quote");
  }
  const std::size_t end = i + 1;
  Add(TokenKind::kLiteral, end, text_.substr(at_, end - at_), Value(std::move(content)));
}

void Tokenizer::ReadWord() {
  std::size_t end = at_;
  while (IsNamePart(At(end))) ++end;
  const std::string_view word = text_.substr(at_, end - at_);
  const bool after_dot =
      !tokens_.empty() && tokens_.back().kind == TokenKind::kOperator && tokens_.back().text == ".";
  if (after_dot) return Add(TokenKind::kName, end, word);
  if (word == "true" || word == "True" || word == "TRUE") {
    return Add(TokenKind::kLiteral, end, word, Value(true));
  }
  if (word == "false" || word == "False" || word == "FALSE") {
    return Add(TokenKind::kLiteral, end, word, Value(false));
  }
  if (word == "null") return Add(TokenKind::kLiteral, end, word);
  if (word == "in") return Add(TokenKind::kOperator, end, "in");
  const std::string lower = LowerCase(word);
  for (const std::string_view op : {"and", "or", "not"}) {
    if (lower != op) continue;
    const bool upper = word.find_first_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
    if (word != op && !upper) {
      return Fail(
          at_, end,
          fmt::format("the operator '{}' is written '{}' or in capitals, not mixed", word, op));
    }
    return Add(TokenKind::kOperator, end, op);
  }
  Add(TokenKind::kName, end, word);
}

void Tokenizer::ReadOperator() {
  for (const std::string_view op : {"==", "!=", "<=", ">=", "//", "<", ">", "+", "-", "*", "/", "%",
                                    "(", ")", "[", "]", ",", "."}) {
    if (text_.substr(at_).starts_with(op)) return Add(TokenKind::kOperator, at_ + op.size(), op);
  }
  // The reference's words for this are "token recognition error"; the rest is ours.
  const std::size_t length = std::max<std::size_t>(DecodeUtf8(text_.substr(at_)).bytes, 1);
  const std::string_view symbol = text_.substr(at_, length);
  std::string_view hint = "a key that is not a plain name stands in quotes: m[\"a-b\"]";
  if (symbol == "=") hint = "comparing is written ==";
  if (symbol == "&") hint = "the operator is written 'and'";
  if (symbol == "|") hint = "the operator is written 'or'";
  if (symbol == "'") hint = "strings stand in double quotes";
  if (symbol == "{" || symbol == "}") {
    hint = "there are no maps in expressions: assign one to a variable first";
  }
  Fail(at_, at_ + length, fmt::format("token recognition error at: '{}' ({})", symbol, hint));
}

}  // namespace

std::variant<std::vector<Token>, ExpressionError> TokensOf(std::string_view text) {
  return Tokenizer(text).Run();
}

}  // namespace hyperlocal::workflow
