#pragma once

#include <type_traits>
#include <variant>

#include "orchestrator/syntax/step.h"

namespace hyperlocal::workflow {

// Ways through a step and the values in it, for a const tree as for one that is being resolved.

// Calls `visit(expression)` for every whole expression in a template, not for parts of expressions.
template <typename Template, typename Visit>
void ForEachExpression(Template& value, const Visit& visit) {
  if (auto* const expression = std::get_if<ExpressionTemplate>(&value.node)) {
    visit(expression->expression);
  } else if (auto* const list = std::get_if<ListTemplate>(&value.node)) {
    for (auto& item : list->items) ForEachExpression(item, visit);
  } else if (auto* const map = std::get_if<MapTemplate>(&value.node)) {
    for (auto& entry : map->entries) {
      if (auto* const key = std::get_if<Expression>(&entry.key)) visit(*key);
      ForEachExpression(entry.value, visit);
    }
  }
}

// Calls `visit(part)` for every direct part of an expression.
template <typename Node, typename Visit>
void ForEachPart(Node& expression, const Visit& visit) {
  std::visit(
      [&visit](auto& node) {
        using Kind = std::remove_cvref_t<decltype(node)>;
        if constexpr (std::is_same_v<Kind, MemberNode>) {
          visit(*node.object);
        } else if constexpr (std::is_same_v<Kind, IndexNode>) {
          visit(*node.object);
          visit(*node.index);
        } else if constexpr (std::is_same_v<Kind, ListNode>) {
          for (auto& item : node.items) visit(item);
        } else if constexpr (std::is_same_v<Kind, UnaryNode>) {
          visit(*node.operand);
        } else if constexpr (std::is_same_v<Kind, BinaryNode>) {
          visit(*node.left);
          visit(*node.right);
        } else if constexpr (std::is_same_v<Kind, CallNode>) {
          for (auto& argument : node.arguments) visit(argument);
        }
      },
      expression.node);
}

// Calls `visit(template)` for every value that the step itself evaluates, in the context that the
// step stands in; not those of the steps in it.
template <typename AnyStep, typename Visit>
void ForEachValue(AnyStep& step, const Visit& visit) {
  const auto loop = [&visit](auto& parts) {
    if (parts.in) visit(*parts.in);
    if (parts.range) visit(*parts.range);
  };
  std::visit(
      [&](auto& action) {
        using Kind = std::remove_cvref_t<decltype(action)>;
        if constexpr (std::is_same_v<Kind, AssignStep>) {
          for (auto& assignment : action.assignments) visit(assignment.value);
        } else if constexpr (std::is_same_v<Kind, CallStep>) {
          for (auto& argument : action.arguments) visit(argument.value);
        } else if constexpr (std::is_same_v<Kind, SwitchStep>) {
          for (auto& entry : action.cases) visit(entry.condition);
        } else if constexpr (std::is_same_v<Kind, ForStep>) {
          loop(action.loop);
        } else if constexpr (std::is_same_v<Kind, ParallelStep>) {
          if (action.concurrency_limit) visit(*action.concurrency_limit);
          if (action.loop) loop(*action.loop);
        } else if constexpr (std::is_same_v<Kind, TryStep>) {
          if (action.retry) visit(*action.retry);
        } else if constexpr (std::is_same_v<Kind, RaiseStep> || std::is_same_v<Kind, ReturnStep>) {
          visit(action.value);
        }
      },
      step.action);
}

// Calls `visit(target)` for every variable that the step itself writes.
template <typename AnyStep, typename Visit>
void ForEachTarget(AnyStep& step, const Visit& visit) {
  if (auto* const assign = std::get_if<AssignStep>(&step.action)) {
    for (auto& assignment : assign->assignments) visit(assignment.target);
  } else if (auto* const call = std::get_if<CallStep>(&step.action)) {
    if (call->result) visit(*call->result);
  }
}

// Calls `visit(expression)` for every whole expression of the step itself, those in the brackets of
// what it writes included.
template <typename AnyStep, typename Visit>
void ForEachStepExpression(AnyStep& step, const Visit& visit) {
  ForEachTarget(step, [&visit](auto& target) {
    for (auto& key : target.path) {
      if (auto* const expression = std::get_if<Expression>(&key.key)) visit(*expression);
    }
  });
  ForEachValue(step, [&visit](auto& value) { ForEachExpression(value, visit); });
}

}  // namespace hyperlocal::workflow
