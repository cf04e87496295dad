#pragma once

#include <variant>
#include <vector>

#include "orchestrator/syntax/expression.h"
#include "orchestrator/syntax/position.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// What a definition writes where a value is wanted: literal YAML with expressions in it at any
// depth. Literal lists and maps without an expression anywhere inside are one ConstantTemplate,
// so evaluating them is a cheap copy.

struct ValueTemplate;

struct ConstantTemplate {
  Value value;
};

// `${…}` as the whole scalar.
struct ExpressionTemplate {
  Expression expression;
};

struct ListTemplate {
  std::vector<ValueTemplate> items;
};

struct MapTemplate {
  struct Entry;
  std::vector<Entry> entries;  // evaluated in this order
};

struct ValueTemplate {
  // Of the scalar without its quotes (so of `${` to `}`), or of the list's or map's first
  // character.
  SourceSpan span;
  std::variant<ConstantTemplate, ExpressionTemplate, ListTemplate, MapTemplate> node;

  bool is_constant() const { return std::holds_alternative<ConstantTemplate>(node); }
  // The constant, or null when something must be evaluated.
  const Value* constant() const {
    const auto* const found = std::get_if<ConstantTemplate>(&node);
    return found == nullptr ? nullptr : &found->value;
  }
  const Expression* expression() const {
    const auto* const found = std::get_if<ExpressionTemplate>(&node);
    return found == nullptr ? nullptr : &found->expression;
  }
};

// `key: value`, or `${key}: value`.
struct MapTemplate::Entry {
  SourceSpan key_span;
  std::variant<std::string, Expression> key;
  ValueTemplate value;
};

}  // namespace hyperlocal::workflow
