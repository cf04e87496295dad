#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "orchestrator/syntax/expression.h"
#include "orchestrator/syntax/position.h"

namespace hyperlocal::workflow {

// Code points between `${` and `}` that a deployment accepts.
inline constexpr std::size_t kExpressionLengthLimit = 400;
// Of parentheses, brackets, arguments and prefix operators inside each other: more than the length
// limit leaves room for in any sensible expression, and little enough for the stack.
inline constexpr int kExpressionDepthLimit = 150;

// Why a text is no expression, and which bytes of it are to blame.
struct ExpressionError {
  std::string message;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Where the bytes [begin, end) of an expression's text are in the source.
using SpanOf = std::function<SourceSpan(std::size_t begin, std::size_t end)>;

// Parses what stands between `${` and `}`. From the tightest: `()`, `.` and `[]`; `not` and unary
// `-`; `* / // %`; `+ -`; comparisons and `in`; `and`; `or`; all to the left.
std::variant<Expression, ExpressionError> ParseExpression(std::string_view text,
                                                          const SpanOf& span_of);

// Parentheses only where the tree needs them, or around every
// operation, so that two trees print alike only when they are alike.
enum class Parentheses { kNeeded, kAll };

// The text of an expression, without `${}`: parsing it gives the same tree again. Resolved facts do
// not show.
std::string PrintExpression(const Expression& expression,
                            Parentheses parentheses = Parentheses::kNeeded);

}  // namespace hyperlocal::workflow
