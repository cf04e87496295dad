#include "orchestrator/syntax/parse_expression.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hyperlocal::workflow {
namespace {

SourceSpan Here(std::size_t begin, std::size_t end) {
  return {.line = 1,
          .column = static_cast<std::uint32_t>(begin + 1),
          .length = static_cast<std::uint32_t>(end - begin),
          .offset = static_cast<std::uint32_t>(begin)};
}

// The tree with parentheses around every operation, or the error with its place.
std::string Tree(std::string_view text) {
  const auto parsed = ParseExpression(text, Here);
  if (const auto* const error = std::get_if<ExpressionError>(&parsed)) {
    return std::to_string(error->begin) + ".." + std::to_string(error->end) + ": " + error->message;
  }
  return PrintExpression(std::get<Expression>(parsed), Parentheses::kAll);
}

TEST(ParseExpression, BindsAsTheReferenceSays) {
  EXPECT_EQ(Tree("1 + 2 * 3"), "(1 + (2 * 3))");
  EXPECT_EQ(Tree("(1 + 2) * 3"), "((1 + 2) * 3)");
  EXPECT_EQ(Tree("1 - 2 - 3"), "((1 - 2) - 3)");
  EXPECT_EQ(Tree("a // b / c % d * e"), "((((a // b) / c) % d) * e)");
  EXPECT_EQ(Tree("not a == b"), "((not a) == b)");
  EXPECT_EQ(Tree("-a * b"), "((-a) * b)");
  EXPECT_EQ(Tree("- - not - a"), "(-(-(not (-a))))");
  EXPECT_EQ(Tree("a or b and c or d"), "((a or (b and c)) or d)");
  EXPECT_EQ(Tree("a == b and c in d"), "((a == b) and (c in d))");
  EXPECT_EQ(Tree("a < b <= c > d >= e != f"), "(((((a < b) <= c) > d) >= e) != f)");
  EXPECT_EQ(Tree("a + b in c - d"), "((a + b) in (c - d))");
  EXPECT_EQ(Tree("-m.k[0].l"), "(-m.k[0].l)");
  EXPECT_EQ(Tree("not m[\"k\"]"), "(not m[\"k\"])");
  EXPECT_EQ(Tree("a AND b OR NOT c"), "((a and b) or (not c))");
}

TEST(ParseExpression, KnowsTheLiterals) {
  EXPECT_EQ(Tree("[true, True, TRUE, false, False, FALSE, null]"),
            "[true, true, true, false, false, false, null]");
  EXPECT_EQ(Tree("[0, 007, 9223372036854775807, 1.50, 2e3, 1.5e-3]"),
            "[0, 7, 9223372036854775807, 1.5, 2000.0, 0.0015]");
  EXPECT_EQ(Tree(R"("a\"b\\\/\b\f\n\r\té😀")"),
            "\"a\\\"b\\\\/\\u0008\\u000c\\n\\r\\t\xC3\xA9\xF0\x9F\x98\x80\"");
  EXPECT_EQ(Tree("[]"), "[]");
  EXPECT_EQ(Tree("Null"), "Null");  // a name
}

TEST(ParseExpression, KnowsMembersAndCalls) {
  EXPECT_EQ(Tree("a.not.in.and.true"), "a.not.in.and.true");
  EXPECT_EQ(Tree("text.split( a , \",\" )[0].b"), "text.split(a, \",\")[0].b");
  EXPECT_EQ(Tree("f()"), "f()");
  EXPECT_EQ(Tree("\"abc\"[1]"), "\"abc\"[1]");
  EXPECT_EQ(Tree("(1).a"), "(1).a");
  EXPECT_EQ(Tree("(a + b).c"), "(a + b).c");
}

TEST(ParseExpression, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(Tree(""), "0..0: the expression ends where a value is expected");
  EXPECT_EQ(Tree("1 +"), "3..3: the expression ends where a value is expected");
  EXPECT_EQ(Tree("a b"), "2..3: an operator is expected before 'b'");
  EXPECT_EQ(Tree("(a"), "2..2: the expression ends where ')' is expected");
  EXPECT_EQ(Tree("f(a b)"), "4..5: 'b' where ',' or ')' is expected");
  EXPECT_EQ(Tree("a.1"), "2..3: '1' where the name of a member is expected");
  EXPECT_EQ(Tree("1(2)"), "1..2: only a function or a subworkflow can be called, by its name");
  EXPECT_EQ(Tree("a aNd b"), "2..5: the operator 'aNd' is written 'and' or in capitals, not mixed");
  EXPECT_EQ(Tree("1e999"), "0..5: the number 1e999 is beyond the range of doubles");
  EXPECT_EQ(Tree("\xC3\xA9"),
            "0..2: token recognition error at: '\xC3\xA9' (a key that is not a plain name stands "
            "in quotes: m[\"a-b\"])");
  EXPECT_EQ(Tree("\"\\ud800\""), "1..3: \\u needs four hexadecimal digits of a Unicode character");
}

TEST(ParseExpression, CountsCharactersNotBytes) {
  std::string text = "\"";
  for (int i = 0; i < 398; ++i) text += "\xC3\xA9";
  text += "\"";
  EXPECT_EQ(Tree(text), text);
  text.insert(1, "x");
  EXPECT_EQ(Tree(text).substr(0, 60),
            "0..799: the expression has 401 characters, more than 400: as");
}

TEST(ParseExpression, RefusesNestingThatWouldEatTheStack) {
  EXPECT_NE(Tree(std::string(149, '(') + "1" + std::string(149, ')')).find("1"), std::string::npos);
  for (const std::string& open : {std::string(399, '('), std::string(399, '['),
                                  std::string(399, '-'), "f" + std::string(300, '(')}) {
    EXPECT_NE(Tree(open).find("nested too deeply"), std::string::npos) << open;
  }
  std::string calls;
  for (int i = 0; i < 190; ++i) calls += "f(";
  EXPECT_NE(Tree(calls).find("nested too deeply"), std::string::npos);
}

TEST(ParseExpression, GivesEveryNodeItsPlace) {
  const auto parsed = ParseExpression(" a.bc + f( [1] ) ", Here);
  const auto& sum = std::get<Expression>(parsed);
  EXPECT_EQ(sum.span, Here(1, 16));
  const auto& binary = std::get<BinaryNode>(sum.node);
  EXPECT_EQ(binary.left->span, Here(1, 5));
  EXPECT_EQ(std::get<MemberNode>(binary.left->node).key_span, Here(3, 5));
  EXPECT_EQ(binary.right->span, Here(8, 16));
  const auto& call = std::get<CallNode>(binary.right->node);
  EXPECT_EQ(call.name_span, Here(8, 9));
  EXPECT_EQ(call.arguments[0].span, Here(11, 14));
}

// ---- random trees
// ---------------------------------------------------------------------------------

template <typename Node>
Expression Make(Node node) {
  return {{}, std::move(node)};
}

ExpressionPtr Box(Expression expression) {
  return std::make_unique<Expression>(std::move(expression));
}

std::string RandomName() {
  // Names that hold the letters of keywords, but are none.
  static const std::vector<std::string> kNames{"a",   "b1",    "_c",      "android",
                                               "orb", "inner", "nothing", "True1"};
  return *rc::gen::elementOf(kNames);
}

Expression RandomLeaf() {
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      return Make(LiteralNode{Value(*rc::gen::inRange<std::int64_t>(0, 1 << 30))});
    case 1:
      return Make(LiteralNode{Value(static_cast<double>(*rc::gen::inRange(0, 100000)) / 64.0)});
    case 2:
      return Make(
          LiteralNode{Value(*rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127)))});
    case 3:
      return Make(LiteralNode{Value(*rc::gen::arbitrary<bool>())});
    case 4:
      return Make(LiteralNode{});
    default:
      return Make(NameNode{RandomName(), {}, {}});
  }
}

Expression RandomTree(int depth) {
  if (depth == 0) return RandomLeaf();
  const auto part = [depth] { return RandomTree(depth - 1); };
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      return Make(MemberNode{Box(part()), RandomName(), {}});
    case 1: {
      ExpressionPtr object = Box(part());
      return Make(IndexNode{std::move(object), Box(part())});
    }
    case 2: {
      ListNode list;
      for (int i = *rc::gen::inRange(0, 3); i > 0; --i) list.items.push_back(part());
      return Make(std::move(list));
    }
    case 3:
      return Make(UnaryNode{
          *rc::gen::arbitrary<bool>() ? UnaryOperator::kNot : UnaryOperator::kMinus, Box(part())});
    case 4: {
      CallNode call{RandomName() + "." + RandomName(), {}, {}, {}};
      for (int i = *rc::gen::inRange(0, 3); i > 0; --i) call.arguments.push_back(part());
      return Make(std::move(call));
    }
    case 5:
      return RandomLeaf();
    default: {
      const auto op = static_cast<BinaryOperator>(*rc::gen::inRange(0, 15));
      ExpressionPtr left = Box(part());
      return Make(BinaryNode{op, std::move(left), Box(part())});
    }
  }
}

RC_GTEST_PROP(ParseExpression, ReadsBackTheTreeThatIsPrinted, ()) {
  const Expression tree = RandomTree(*rc::gen::inRange(0, 4));
  const std::string text = PrintExpression(tree);
  RC_PRE(text.size() <= kExpressionLengthLimit);
  RC_ASSERT(Tree(text) == PrintExpression(tree, Parentheses::kAll));
}

RC_GTEST_PROP(ParseExpression, PrintsTheSameTextAgain, ()) {
  const std::string text = PrintExpression(RandomTree(*rc::gen::inRange(0, 4)));
  RC_PRE(text.size() <= kExpressionLengthLimit);
  const auto parsed = ParseExpression(text, Here);
  RC_ASSERT(std::holds_alternative<Expression>(parsed));
  RC_ASSERT(PrintExpression(std::get<Expression>(parsed)) == text);
}

RC_GTEST_PROP(ParseExpression, AnswersAnyTokensWithATreeOrAPlaceInTheText, ()) {
  static const std::vector<std::string> kTokens{
      "a",  ".",  "(",  ")",  "[", "]", ",", "not", "-",   "+",  "1",  "\"s\"", "and",
      "in", "==", "//", "\"", " ", "!", "{", "And", "1.5", "f(", "\\", "null"};
  std::string text;
  for (const auto& token :
       *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kTokens))) {
    text += token + " ";
  }
  const auto parsed = ParseExpression(text, Here);
  if (const auto* const error = std::get_if<ExpressionError>(&parsed)) {
    RC_ASSERT(error->begin <= error->end);
    RC_ASSERT(error->begin <= text.size());
    RC_ASSERT(!error->message.empty());
  }
}

}  // namespace
}  // namespace hyperlocal::workflow
