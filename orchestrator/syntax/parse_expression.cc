#include "orchestrator/syntax/parse_expression.h"

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "orchestrator/syntax/expression_token_internal.h"
#include "orchestrator/syntax/source_text.h"

namespace hyperlocal::workflow {
namespace {

struct BinarySpec {
  std::string_view text;
  BinaryOperator op;
  int level;  // higher binds tighter
};

constexpr std::array kBinaryOperators{
    BinarySpec{"*", BinaryOperator::kMultiply, 5},
    BinarySpec{"/", BinaryOperator::kDivide, 5},
    BinarySpec{"//", BinaryOperator::kFloorDivide, 5},
    BinarySpec{"%", BinaryOperator::kRemainder, 5},
    BinarySpec{"+", BinaryOperator::kAdd, 4},
    BinarySpec{"-", BinaryOperator::kSubtract, 4},
    BinarySpec{"<", BinaryOperator::kLess, 3},
    BinarySpec{"<=", BinaryOperator::kLessOrEqual, 3},
    BinarySpec{">", BinaryOperator::kGreater, 3},
    BinarySpec{">=", BinaryOperator::kGreaterOrEqual, 3},
    BinarySpec{"==", BinaryOperator::kEqual, 3},
    BinarySpec{"!=", BinaryOperator::kNotEqual, 3},
    BinarySpec{"in", BinaryOperator::kIn, 3},
    BinarySpec{"and", BinaryOperator::kAnd, 2},
    BinarySpec{"or", BinaryOperator::kOr, 1},
};

const BinarySpec* BinaryOf(const Token& token) {
  if (token.kind != TokenKind::kOperator) return nullptr;
  for (const BinarySpec& spec : kBinaryOperators) {
    if (spec.text == token.text) return &spec;
  }
  return nullptr;
}

const BinarySpec& SpecOfOperator(BinaryOperator op) {
  return kBinaryOperators[static_cast<std::size_t>(op)];
}

constexpr bool SpecsAreInOrder() {
  for (std::size_t i = 0; i < kBinaryOperators.size(); ++i) {
    if (kBinaryOperators[i].op != static_cast<BinaryOperator>(i)) return false;
  }
  return true;
}
static_assert(SpecsAreInOrder(), "SpecOfOperator looks up by number");

// What of a tree is under way: where its text is, to give every node its span.
struct Parsed {
  Expression expression;
  std::size_t begin = 0;
  std::size_t end = 0;
};

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens, const SpanOf& span_of)
      : text_(text), tokens_(std::move(tokens)), span_of_(span_of) {}

  std::variant<Expression, ExpressionError> Run() {
    std::optional<Parsed> parsed = ParseBinary(1);
    if (parsed && Current().kind != TokenKind::kEnd) {
      Fail(Current(), fmt::format("an operator is expected before '{}'", TextOf(Current())));
    }
    if (error_) return *std::move(error_);
    return std::move(parsed->expression);
  }

 private:
  const Token& Current() const { return tokens_[at_]; }
  bool At(std::string_view op) const {
    return Current().kind == TokenKind::kOperator && Current().text == op;
  }
  bool Take(std::string_view op) {
    if (!At(op)) return false;
    ++at_;
    return true;
  }
  std::string_view TextOf(const Token& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }
  std::nullopt_t Fail(const Token& token, std::string message) {
    if (!error_) error_ = ExpressionError{std::move(message), token.begin, token.end};
    return std::nullopt;
  }
  std::nullopt_t Unexpected(std::string_view expected) {
    const Token& token = Current();
    if (token.kind == TokenKind::kEnd) {
      return Fail(token, fmt::format("the expression ends where {} is expected", expected));
    }
    return Fail(token, fmt::format("'{}' where {} is expected", TextOf(token), expected));
  }
  std::size_t PreviousEnd() const { return at_ == 0 ? 0 : tokens_[at_ - 1].end; }

  Parsed Node(std::size_t begin, std::size_t end, decltype(Expression::node) node) const {
    return {Expression{span_of_(begin, end), std::move(node)}, begin, end};
  }
  static ExpressionPtr Box(Parsed parsed) {
    return std::make_unique<Expression>(std::move(parsed.expression));
  }

  std::optional<Parsed> ParseBinary(int lowest);
  std::optional<Parsed> ParseUnary();
  std::optional<Parsed> ParsePostfix();
  std::optional<Parsed> ParsePrimary();
  // Expressions with commas up to `closing`, which is taken.
  bool ParseSequence(std::string_view closing, std::vector<Expression>& items);
  std::optional<Parsed> ParseCall(Parsed callee);

  std::string_view text_;
  std::vector<Token> tokens_;
  const SpanOf& span_of_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::optional<ExpressionError> error_;
};

std::optional<Parsed> Parser::ParseBinary(int lowest) {
  std::optional<Parsed> left = ParseUnary();
  while (left) {
    const BinarySpec* const spec = BinaryOf(Current());
    if (spec == nullptr || spec->level < lowest) {
      if (At("not") && tokens_[at_ + 1].text == "in") {
        return Fail(Current(), "there is no operator 'not in': write not(a in b)");
      }
      break;
    }
    ++at_;
    std::optional<Parsed> right = ParseBinary(spec->level + 1);
    if (!right) return std::nullopt;
    const std::size_t begin = left->begin;
    const std::size_t end = right->end;
    left = Node(begin, end, BinaryNode{spec->op, Box(*std::move(left)), Box(*std::move(right))});
  }
  return left;
}

std::optional<Parsed> Parser::ParseUnary() {
  const Token& token = Current();
  if (!At("not") && !At("-")) return ParsePostfix();
  if (++depth_ > kExpressionDepthLimit) return Fail(token, "the expression is nested too deeply");
  const UnaryOperator op = At("not") ? UnaryOperator::kNot : UnaryOperator::kMinus;
  const std::size_t begin = token.begin;
  ++at_;
  std::optional<Parsed> operand = ParseUnary();
  --depth_;
  if (!operand) return std::nullopt;
  const std::size_t end = operand->end;
  return Node(begin, end, UnaryNode{op, Box(*std::move(operand))});
}

std::optional<Parsed> Parser::ParsePostfix() {
  std::optional<Parsed> object = ParsePrimary();
  while (object) {
    const std::size_t begin = object->begin;
    if (Take(".")) {
      if (Current().kind != TokenKind::kName) return Unexpected("the name of a member");
      const Token& key = Current();
      ++at_;
      object = Node(
          begin, key.end,
          MemberNode{Box(*std::move(object)), std::string(key.text), span_of_(key.begin, key.end)});
    } else if (Take("[")) {
      if (++depth_ > kExpressionDepthLimit) {
        return Fail(Current(), "the expression is nested too deeply");
      }
      std::optional<Parsed> index = ParseBinary(1);
      --depth_;
      if (!index) return std::nullopt;
      if (!Take("]")) return Unexpected("']'");
      object =
          Node(begin, PreviousEnd(), IndexNode{Box(*std::move(object)), Box(*std::move(index))});
    } else if (At("(")) {
      object = ParseCall(*std::move(object));
    } else {
      break;
    }
  }
  return object;
}

// The dotted name that a chain of members is, if it is one.
std::optional<std::string> DottedName(const Expression& expression) {
  if (const auto* const name = std::get_if<NameNode>(&expression.node)) return name->name;
  const auto* const member = std::get_if<MemberNode>(&expression.node);
  if (member == nullptr) return std::nullopt;
  std::optional<std::string> object = DottedName(*member->object);
  if (object) *object += "." + member->key;
  return object;
}

std::optional<Parsed> Parser::ParseCall(Parsed callee) {
  const std::optional<std::string> name = DottedName(callee.expression);
  if (!name) return Fail(Current(), "only a function or a subworkflow can be called, by its name");
  CallNode call{*name, span_of_(callee.begin, callee.end), {}, {}};
  ++at_;
  if (!ParseSequence(")", call.arguments)) return std::nullopt;
  return Node(callee.begin, PreviousEnd(), std::move(call));
}

bool Parser::ParseSequence(std::string_view closing, std::vector<Expression>& items) {
  if (Take(closing)) return true;
  if (++depth_ > kExpressionDepthLimit) {
    Fail(Current(), "the expression is nested too deeply");
    return false;
  }
  do {
    std::optional<Parsed> item = ParseBinary(1);
    if (!item) return false;
    items.push_back(std::move(item->expression));
  } while (Take(","));
  --depth_;
  if (Take(closing)) return true;
  Unexpected(fmt::format("',' or '{}'", closing));
  return false;
}

std::optional<Parsed> Parser::ParsePrimary() {
  const Token& token = Current();
  const std::size_t begin = token.begin;
  switch (token.kind) {
    case TokenKind::kLiteral:
      ++at_;
      return Node(begin, token.end, LiteralNode{token.value});
    case TokenKind::kName:
      ++at_;
      return Node(begin, token.end, NameNode{std::string(token.text), {}, {}});
    case TokenKind::kEnd:
      break;
    case TokenKind::kOperator:
      if (Take("[")) {
        ListNode list;
        if (!ParseSequence("]", list.items)) return std::nullopt;
        return Node(begin, PreviousEnd(), std::move(list));
      }
      if (Take("(")) {
        if (++depth_ > kExpressionDepthLimit) {
          return Fail(token, "the expression is nested too deeply");
        }
        std::optional<Parsed> inside = ParseBinary(1);
        --depth_;
        if (!inside) return std::nullopt;
        if (!Take(")")) return Unexpected("')'");
        // What is around it counts from the parentheses; the node itself does not.
        inside->begin = begin;
        inside->end = PreviousEnd();
        return inside;
      }
      break;
  }
  return Unexpected("a value");
}

class Printer {
 public:
  explicit Printer(Parentheses parentheses) : parentheses_(parentheses) {}

  // `lowest`: the level of operators below which parentheses are needed.
  void Print(const Expression& expression, int lowest) {
    std::visit([this, lowest](const auto& node) { PrintNode(node, lowest); }, expression.node);
  }

  std::string Take() { return std::move(out_); }

 private:
  static constexpr int kUnary = 6;
  static constexpr int kPostfix = 7;

  void PrintNode(const LiteralNode& node, int lowest);
  void PrintNode(const NameNode& node, int) { out_ += node.name; }
  void PrintNode(const LibraryNameNode& node, int) { out_ += node.name; }
  void PrintNode(const MemberNode& node, int) {
    Print(*node.object, kPostfix);
    out_ += "." + node.key;
  }
  void PrintNode(const IndexNode& node, int) {
    Print(*node.object, kPostfix);
    out_ += '[';
    Print(*node.index, 0);
    out_ += ']';
  }
  void PrintNode(const ListNode& node, int) { PrintSequence('[', node.items, ']'); }
  void PrintNode(const CallNode& node, int) {
    out_ += node.name;
    PrintSequence('(', node.arguments, ')');
  }
  void PrintNode(const UnaryNode& node, int lowest) {
    const bool wrap = parentheses_ == Parentheses::kAll || lowest > kUnary;
    if (wrap) out_ += '(';
    out_ += node.op == UnaryOperator::kNot ? "not " : "-";
    Print(*node.operand, kUnary);
    if (wrap) out_ += ')';
  }
  void PrintNode(const BinaryNode& node, int lowest) {
    const BinarySpec& spec = SpecOfOperator(node.op);
    const bool wrap = parentheses_ == Parentheses::kAll || lowest > spec.level;
    if (wrap) out_ += '(';
    Print(*node.left, spec.level);
    out_ += fmt::format(" {} ", spec.text);
    Print(*node.right, spec.level + 1);
    if (wrap) out_ += ')';
  }
  void PrintSequence(char open, const std::vector<Expression>& items, char close) {
    out_ += open;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ", ";
      Print(items[i], 0);
    }
    out_ += close;
  }

  Parentheses parentheses_;
  std::string out_;
};

std::string QuotedString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

void Printer::PrintNode(const LiteralNode& node, int lowest) {
  const Value& value = node.value;
  switch (value.kind()) {
    case ValueKind::kBoolean:
      out_ += value.boolean() ? "true" : "false";
      return;
    case ValueKind::kString:
      out_ += QuotedString(value.string());
      return;
    case ValueKind::kInteger:
    case ValueKind::kDouble: {
      std::string text =
          value.is_integer() ? fmt::format("{}", value.integer()) : fmt::format("{}", value.dbl());
      if (value.is_double() && text.find_first_of(".en") == std::string::npos) text += ".0";
      // `1.a` would be read as a number with something behind it.
      out_ += lowest >= kPostfix ? fmt::format("({})", text) : text;
      return;
    }
    default:
      out_ += "null";
      return;
  }
}

}  // namespace

std::string_view OperatorText(UnaryOperator op) {
  return op == UnaryOperator::kNot ? "not" : "-";
}

std::string_view OperatorText(BinaryOperator op) {
  return SpecOfOperator(op).text;
}

std::variant<Expression, ExpressionError> ParseExpression(std::string_view text,
                                                          const SpanOf& span_of) {
  if (CountCodePoints(text) > kExpressionLengthLimit) {
    return ExpressionError{
        fmt::format("the expression has {} characters, more than {}: assign parts of it to "
                    "variables",
                    CountCodePoints(text), kExpressionLengthLimit),
        0, text.size()};
  }
  auto tokens = TokensOf(text);
  if (auto* const error = std::get_if<ExpressionError>(&tokens)) return std::move(*error);
  return Parser(text, std::get<std::vector<Token>>(std::move(tokens)), span_of).Run();
}

std::string PrintExpression(const Expression& expression, Parentheses parentheses) {
  Printer printer(parentheses);
  printer.Print(expression, 0);
  return printer.Take();
}

}  // namespace hyperlocal::workflow
