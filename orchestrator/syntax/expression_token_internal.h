#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "orchestrator/syntax/parse_expression.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

enum class TokenKind : std::uint8_t {
  kEnd,
  kLiteral,   // a number, a string, true, false, null
  kName,      // also what stands behind a dot, whatever its spelling
  kOperator,  // by its text: "+", "and", "("
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t begin = 0;  // bytes of the expression's text
  std::size_t end = 0;
  std::string_view text;  // of a name or operator; `and` and `AND` are both "and"
  Value value;            // of a literal
};

// All tokens, the last one kEnd.
std::variant<std::vector<Token>, ExpressionError> TokensOf(std::string_view text);

}  // namespace hyperlocal::workflow
