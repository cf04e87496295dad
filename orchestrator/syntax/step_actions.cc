#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/syntax/step_builder_internal.h"
#include "orchestrator/syntax/template_builder_internal.h"

namespace hyperlocal::workflow {

AssignStep StepBuilder::BuildAssign(const YamlNode& node) {
  AssignStep assign;
  if (!node.is_list()) {
    context_.Report(
        context_.SpanOf(node),
        fmt::format("assign is a list of `- variable: value`, not {}", DescribeNode(node)));
    return assign;
  }
  if (node.items.empty() || node.items.size() > kAssignmentLimit) {
    context_.Report(context_.SpanOf(node), fmt::format("{} assignments: a step has from 1 to {}",
                                                       node.items.size(), kAssignmentLimit));
  }
  for (const YamlNode& item : node.items) {
    if (!item.is_map() || item.pairs.size() != 1) {
      context_.Report(item.is_map() && item.pairs.size() > 1 ? context_.SpanOf(item.pairs[1].key)
                                                             : context_.SpanOf(item),
                      "an item of assign is one `variable: value`");
    }
    for (const YamlNode::Pair& pair : item.pairs) {
      std::optional<AssignTarget> target = BuildTarget(pair.key, context_);
      ValueTemplate value = BuildTemplate(pair.value, context_);
      if (target) assign.assignments.push_back({*std::move(target), std::move(value)});
    }
  }
  return assign;
}

CallStep StepBuilder::BuildCall(const YamlNode& node, const Fields& fields) {
  CallStep call;
  call.name = TextField(node, "call");
  call.name_span = context_.SpanOf(node);
  if (IsExpressionScalar(node)) {
    context_.Report(call.name_span, "call takes the name of a function, not an expression");
    call.name.clear();
  }
  if (const YamlNode::Pair* const args = Find(fields, "args")) {
    if (args->value.is_map()) {
      for (const YamlNode::Pair& pair : args->value.pairs) {
        call.arguments.push_back(
            {NameOf(pair), context_.SpanOf(pair.key), BuildTemplate(pair.value, context_)});
      }
    } else if (args->value.is_list()) {
      for (const YamlNode& item : args->value.items) {
        call.arguments.push_back({{}, context_.SpanOf(item), BuildTemplate(item, context_)});
      }
    } else if (!args->value.is_null()) {
      context_.Report(context_.SpanOf(args->value),
                      fmt::format("args is a map of names and values, or a list, not {}",
                                  DescribeNode(args->value)));
    }
  }
  if (const YamlNode::Pair* const result = Find(fields, "result")) {
    call.result = BuildTarget(result->value, context_);
  }
  return call;
}

SwitchStep StepBuilder::BuildSwitch(const YamlNode& node, StepIndex index) {
  SwitchStep result;
  if (!node.is_list()) {
    context_.Report(context_.SpanOf(node),
                    fmt::format("switch is a list of conditions, not {}", DescribeNode(node)));
    return result;
  }
  if (node.items.empty() || node.items.size() > kConditionLimit) {
    context_.Report(context_.SpanOf(node), fmt::format("{} conditions: a switch has from 1 to {}",
                                                       node.items.size(), kConditionLimit));
  }
  for (const YamlNode& item : node.items) {
    const SourceSpan span = context_.SpanOf(item);
    if (!item.is_map()) {
      context_.Report(span, fmt::format("an entry of a switch is a map with a condition, not {}",
                                        DescribeNode(item)));
      continue;
    }
    SwitchCase entry;
    entry.span = span;
    Fields body;
    const YamlNode::Pair* condition = nullptr;
    for (const YamlNode::Pair& pair : item.pairs) {
      if (NameOf(pair) == "condition") {
        condition = &pair;
      } else if (NameOf(pair) == "next") {
        entry.next = TextField(pair.value, "next");
        entry.next_span = context_.SpanOf(pair.value);
      } else {
        body.push_back(&pair);
      }
    }
    if (condition == nullptr) {
      context_.Report(span, "an entry of a switch needs a condition");
    } else {
      entry.condition = BuildTemplate(condition->value, context_);
      const Value* const constant = entry.condition.constant();
      if (constant != nullptr && !constant->is_boolean() && !IsExpressionScalar(condition->value)) {
        context_.Report(context_.SpanOf(condition->value),
                        fmt::format("a condition is an expression or a boolean, not {}",
                                    DescribeNode(condition->value)));
      }
    }
    if (!body.empty()) entry.body = BuildUnnamed(body, index, span);
    result.cases.push_back(std::move(entry));
  }
  return result;
}

TryStep StepBuilder::BuildTry(const YamlNode::Pair& field, const Fields& fields, StepIndex index) {
  TryStep result;
  const SourceSpan span = context_.SpanOf(field.key);
  const YamlNode& body = field.value;
  if (body.is_list()) {
    const StepIndex block = NewStep(index);
    std::vector<StepIndex> steps = BuildList(body, block, span);
    Step& step = routine_.all_steps[block];
    step.keyword_span = span;
    step.action = BlockStep{std::move(steps)};
    result.body = block;
  } else if (body.is_map()) {
    Fields inside;
    for (const YamlNode::Pair& pair : body.pairs) inside.push_back(&pair);
    if (const YamlNode::Pair* const loop = Find(inside, "for")) {
      context_.Report(context_.SpanOf(loop->key),
                      "loop step name should not be empty (a for inside a try needs a step with a "
                      "name around it: try: {steps: [- name: {for: ...}]})");
    }
    result.body = BuildUnnamed(inside, index, span);
  } else {
    context_.Report(
        body.is_null() ? span : context_.SpanOf(body),
        fmt::format("the body of a try is a call or steps, not {}", DescribeNode(body)));
  }
  if (const YamlNode::Pair* const retry = Find(fields, "retry")) {
    result.retry_span = context_.SpanOf(retry->key);
    result.retry = BuildRetry(retry->value);
  }
  if (const YamlNode::Pair* const except = Find(fields, "except")) {
    result.except = BuildExcept(*except, index);
  }
  return result;
}

ValueTemplate StepBuilder::BuildRetry(const YamlNode& node) {
  if (!IsExpressionScalar(node)) {
    const Fields fields = FieldsOf(node, "retry", {"predicate", "max_retries", "backoff"});
    const YamlNode::Pair* const backoff = Find(fields, "backoff");
    if (backoff != nullptr && !IsExpressionScalar(backoff->value)) {
      FieldsOf(backoff->value, "backoff", {"initial_delay", "max_delay", "multiplier"});
    }
    const YamlNode::Pair* const predicate = Find(fields, "predicate");
    if (predicate != nullptr && !IsExpressionScalar(predicate->value)) {
      context_.Report(context_.SpanOf(predicate->value),
                      "predicate is an expression that names a subworkflow or a predicate of the "
                      "library: ${http.default_retry_predicate}");
    }
  }
  return BuildTemplate(node, context_);
}

ExceptBlock StepBuilder::BuildExcept(const YamlNode::Pair& field, StepIndex index) {
  ExceptBlock except;
  except.span = context_.SpanOf(field.key);
  const Fields fields = FieldsOf(field.value, "except", {"as", "steps"});
  if (const YamlNode::Pair* const as = Find(fields, "as")) {
    except.error_name = VariableField(as->value, "as");
    except.error_name_span = context_.SpanOf(as->value);
  }
  if (const YamlNode::Pair* const steps = Find(fields, "steps")) {
    except.steps = BuildList(steps->value, index, context_.SpanOf(steps->key));
  }
  return except;
}

RaiseStep StepBuilder::BuildRaise(const YamlNode& node) {
  const Value* constant = nullptr;
  RaiseStep raise{BuildTemplate(node, context_)};
  constant = raise.value.constant();
  if (constant != nullptr && !IsExpressionScalar(node) && !constant->is_string() &&
      !constant->is_map()) {
    context_.Report(
        context_.SpanOf(node),
        fmt::format("raise takes text, a map or an expression, not {}", DescribeNode(node)));
  }
  return raise;
}

}  // namespace hyperlocal::workflow
