#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "orchestrator/syntax/parse_expression.h"
#include "orchestrator/syntax/template_builder_internal.h"

namespace hyperlocal::workflow {
namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n';
}

// The text without the blanks at its end: block scalars end in a line end.
std::string_view WithoutTrailingBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

// A literal that looks as if somebody expected more of it.
void WarnOfDeadExpression(const YamlNode& node, const BuildContext& context) {
  const std::string& text = node.scalar.text();
  const std::size_t at = text.find("${");
  if (at == std::string::npos) return;
  const SourceSpan span = context.source.At(node.scalar.SourceOffset(at), 2);
  if (at > 0) {
    context.Report(span,
                   "this is text, the ${ in it is not evaluated: an expression is a whole value, "
                   "as ${\"a\" + b}",
                   Severity::kWarning);
  } else {
    context.Report(span,
                   "this begins like an expression but does not end in '}', so it is text; a ' #' "
                   "in it needs quotes around the whole",
                   Severity::kWarning);
  }
}

// The parts of a list or map that are all constants become one constant.
template <typename Items, typename IsConstant>
bool AllConstant(const Items& items, IsConstant is_constant) {
  for (const auto& item : items) {
    if (!is_constant(item)) return false;
  }
  return true;
}

ValueTemplate BuildList(const YamlNode& node, BuildContext& context) {
  ListTemplate list;
  list.items.reserve(node.items.size());
  for (const YamlNode& item : node.items) list.items.push_back(BuildTemplate(item, context));
  const SourceSpan span = context.SpanOf(node);
  if (!AllConstant(list.items, [](const ValueTemplate& item) { return item.is_constant(); })) {
    return {span, std::move(list)};
  }
  ValueList values;
  values.reserve(list.items.size());
  for (const ValueTemplate& item : list.items) values.push_back(*item.constant());
  return {span, ConstantTemplate{Value(std::move(values))}};
}

ValueTemplate BuildMap(const YamlNode& node, BuildContext& context) {
  MapTemplate map;
  map.entries.reserve(node.pairs.size());
  for (const YamlNode::Pair& pair : node.pairs) {
    MapTemplate::Entry entry{context.SpanOf(pair.key), pair.key.scalar.text(),
                             BuildTemplate(pair.value, context)};
    if (IsExpressionScalar(pair.key)) {
      std::optional<Expression> key = BuildExpression(pair.key, context);
      if (key) entry.key = *std::move(key);
    }
    map.entries.push_back(std::move(entry));
  }
  const SourceSpan span = context.SpanOf(node);
  const auto is_constant = [](const MapTemplate::Entry& entry) {
    return std::holds_alternative<std::string>(entry.key) && entry.value.is_constant();
  };
  if (!AllConstant(map.entries, is_constant)) return {span, std::move(map)};
  ValueMap values;
  for (const MapTemplate::Entry& entry : map.entries) {
    values.Set(std::get<std::string>(entry.key), *entry.value.constant());
  }
  return {span, ConstantTemplate{Value(std::move(values))}};
}

std::optional<AssignTarget> TargetOf(Expression expression) {
  AssignTarget target;
  target.span = expression.span;
  Expression current = std::move(expression);
  for (;;) {
    if (auto* const name = std::get_if<NameNode>(&current.node)) {
      target.name = std::move(name->name);
      break;
    }
    AssignTarget::Key key;
    ExpressionPtr object;
    if (auto* const member = std::get_if<MemberNode>(&current.node)) {
      key.span = member->key_span;
      key.key = std::move(member->key);
      object = std::move(member->object);
    } else if (auto* const index = std::get_if<IndexNode>(&current.node)) {
      key.span = index->index->span;
      key.key = std::move(*index->index);
      object = std::move(index->object);
    } else {
      return std::nullopt;
    }
    target.path.insert(target.path.begin(), std::move(key));
    Expression next = std::move(*object);
    current = std::move(next);
  }
  return target;
}

}  // namespace

bool IsVariableName(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && c != '_' && !(c >= '0' && c <= '9')) return false;
  }
  return true;
}

std::string_view DescribeNode(const YamlNode& node) {
  if (node.is_map()) return "a map";
  if (node.is_list()) return "a list";
  if (node.style == YamlNode::Style::kAbsent) return "an empty value";
  if (IsExpressionScalar(node)) return "an expression";
  switch (ScalarValue(node).kind()) {
    case ValueKind::kNull:
      return "null";
    case ValueKind::kBoolean:
      return "a boolean";
    case ValueKind::kInteger:
    case ValueKind::kDouble:
      return "a number";
    default:
      return "text";
  }
}

bool IsExpressionScalar(const YamlNode& node) {
  if (!node.is_scalar()) return false;
  const std::string_view text = WithoutTrailingBlanks(node.scalar.text());
  return text.starts_with("${") && text.ends_with('}');
}

std::optional<Expression> BuildExpression(const YamlNode& node, const BuildContext& context) {
  const std::string_view text = WithoutTrailingBlanks(node.scalar.text());
  const std::string_view inside = text.substr(2, text.size() - 3);
  const auto span_of = [&](std::size_t begin, std::size_t end) {
    return context.source.At(node.scalar.SourceOffset(begin + 2),
                             CountCodePoints(inside.substr(begin, end - begin)));
  };
  auto parsed = ParseExpression(inside, span_of);
  if (const auto* const error = std::get_if<ExpressionError>(&parsed)) {
    const std::size_t begin = std::min(error->begin, inside.size());
    const std::size_t end = std::clamp(error->end, begin, inside.size());
    context.Report(span_of(begin, end), "in the expression: " + error->message);
    return std::nullopt;
  }
  return std::get<Expression>(std::move(parsed));
}

std::optional<AssignTarget> BuildTarget(const YamlNode& node, const BuildContext& context) {
  const SourceSpan whole = context.SpanOf(node);
  if (!node.is_scalar()) {
    context.Report(whole, fmt::format("a variable's name is expected, not {}", DescribeNode(node)));
    return std::nullopt;
  }
  const std::string& text = node.scalar.text();
  if (IsExpressionScalar(node)) {
    context.Report(whole, "what is assigned to is a variable's name, written without ${}");
    return std::nullopt;
  }
  // A plain name may be spelt as anything that a name can be, `in` or `null` excepted.
  const auto span_of = [&](std::size_t begin, std::size_t end) {
    return context.source.At(node.scalar.SourceOffset(begin),
                             CountCodePoints(std::string_view(text).substr(begin, end - begin)));
  };
  auto parsed = ParseExpression(text, span_of);
  std::optional<AssignTarget> target;
  if (auto* const expression = std::get_if<Expression>(&parsed)) {
    target = TargetOf(std::move(*expression));
  }
  if (!target) {
    context.Report(whole, fmt::format("'{}' is no variable to assign to: a name of letters, digits "
                                      "and underscores, with .key or [index] behind it",
                                      text));
  }
  return target;
}

ValueTemplate BuildTemplate(const YamlNode& node, BuildContext& context) {
  if (node.is_list()) return BuildList(node, context);
  if (node.is_map()) return BuildMap(node, context);
  const SourceSpan span = context.SpanOf(node);
  if (IsExpressionScalar(node)) {
    const std::string_view text = WithoutTrailingBlanks(node.scalar.text());
    SourceSpan whole = span;
    whole.length = CountCodePoints(text);
    std::optional<Expression> expression = BuildExpression(node, context);
    if (!expression) return {whole, ConstantTemplate{}};
    return {whole, ExpressionTemplate{*std::move(expression)}};
  }
  WarnOfDeadExpression(node, context);
  return {span, ConstantTemplate{ScalarValue(node)}};
}

}  // namespace hyperlocal::workflow
