#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "orchestrator/syntax/position.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// The syntax tree of what stands between `${` and `}`. The fields marked "resolved" are filled in
// by the check (orchestrator/check), so that a run looks no name up.

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

// A variable's place while its routine runs. Every call of a routine has a frame of values, and so
// has every branch or iteration of a parallel step inside it; `level` says how many frames out from
// the one that reads, `slot` which value of it.
struct VariableRef {
  std::uint32_t level = 0;
  std::uint32_t slot = 0;

  bool operator==(const VariableRef&) const = default;
};

// What a call goes to, and what a name that is no variable stands for.
struct CallTarget {
  enum class Kind : std::uint8_t {
    kUnresolved,
    kSubworkflow,  // `index` in Definition::routines
    kLibrary,      // `index` in the table of check/library_function.h
    kConnector,    // by its name only: "googleapis.storage.v1.objects.get"
  };
  Kind kind = Kind::kUnresolved;
  std::uint32_t index = 0;

  bool operator==(const CallTarget&) const = default;
};

enum class UnaryOperator : std::uint8_t { kNot, kMinus };

enum class BinaryOperator : std::uint8_t {
  kMultiply,
  kDivide,       // `/`, always a double
  kFloorDivide,  // `//`
  kRemainder,    // `%`
  kAdd,
  kSubtract,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kEqual,
  kNotEqual,
  kIn,
  kAnd,  // short-circuit
  kOr,   // short-circuit
};

// As written: "//", "and".
std::string_view OperatorText(UnaryOperator op);
std::string_view OperatorText(BinaryOperator op);

struct LiteralNode {
  Value value;  // null, boolean, integer, double or string
};

// A name alone: a variable, or a subworkflow used as a value (a predicate).
struct NameNode {
  std::string name;
  // Resolved: a variable when `target` is unresolved, else a function.
  VariableRef variable;
  CallTarget target;
};

// `object.key`; also `object["key"]` is an IndexNode with a literal.
struct MemberNode {
  ExpressionPtr object;
  std::string key;
  SourceSpan key_span;
};

struct IndexNode {
  ExpressionPtr object;
  ExpressionPtr index;
};

struct ListNode {
  std::vector<Expression> items;
};

struct UnaryNode {
  UnaryOperator op = UnaryOperator::kNot;
  ExpressionPtr operand;
};

struct BinaryNode {
  BinaryOperator op = BinaryOperator::kAdd;
  ExpressionPtr left;
  ExpressionPtr right;
};

// `name(a, b)` or `module.name(a, b)`: arguments by position, at most as many as parameters.
struct CallNode {
  std::string name;  // with dots
  SourceSpan name_span;
  std::vector<Expression> arguments;
  CallTarget target;  // resolved
};

// A dotted name of the library that is not called: `http.default_retry`, a policy, or
// `http.default_retry_predicate`, a function. The check makes it from the MemberNodes of a name
// that is no variable; a parser never does.
struct LibraryNameNode {
  std::string name;
  CallTarget target;  // resolved, kLibrary
};

struct Expression {
  SourceSpan span;
  std::variant<LiteralNode, NameNode, MemberNode, IndexNode, ListNode, UnaryNode, BinaryNode,
               CallNode, LibraryNameNode>
      node;
};

}  // namespace hyperlocal::workflow
