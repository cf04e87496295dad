#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "orchestrator/syntax/parse_expression.h"

// Any bytes are an expression or an error with a place in them; what is printed of an expression is
// read back to the same tree.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal::workflow;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto span_of = [](std::size_t, std::size_t) { return SourceSpan{}; };
  const auto parsed = ParseExpression(text, span_of);
  if (const auto* const error = std::get_if<ExpressionError>(&parsed)) {
    if (error->message.empty() || error->begin > error->end || error->begin > size) std::abort();
    return 0;
  }
  const auto& expression = std::get<Expression>(parsed);
  const std::string printed = PrintExpression(expression);
  const auto again = ParseExpression(printed, span_of);
  if (std::holds_alternative<ExpressionError>(again)) {
    // Printing may make it longer than an expression may be, and nothing else.
    if (printed.size() <= kExpressionLengthLimit) std::abort();
    return 0;
  }
  if (PrintExpression(std::get<Expression>(again), Parentheses::kAll) !=
      PrintExpression(expression, Parentheses::kAll)) {
    std::abort();
  }
  return 0;
}
