#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/syntax/step_builder_internal.h"
#include "orchestrator/syntax/template_builder_internal.h"

namespace hyperlocal::workflow {

ForLoop StepBuilder::BuildFor(const YamlNode::Pair& field, StepIndex index) {
  ForLoop loop;
  const SourceSpan span = context_.SpanOf(field.key);
  const Fields fields = FieldsOf(field.value, "for", {"value", "index", "in", "range", "steps"});
  if (!field.value.is_map()) return loop;
  if (const YamlNode::Pair* const value = Find(fields, "value")) {
    loop.value = VariableField(value->value, "value");
    loop.value_span = context_.SpanOf(value->value);
  } else {
    context_.Report(span, "a for needs 'value', the name of the loop's variable");
  }
  if (const YamlNode::Pair* const position = Find(fields, "index")) {
    loop.index = VariableField(position->value, "index");
    loop.index_span = context_.SpanOf(position->value);
  }
  const YamlNode::Pair* const in = Find(fields, "in");
  const YamlNode::Pair* const range = Find(fields, "range");
  if ((in == nullptr) == (range == nullptr)) {
    context_.Report(
        in == nullptr ? span : context_.SpanOf(range->key),
        in == nullptr ? "a for needs 'in' or 'range'" : "a for has 'in' or 'range', not both");
  }
  if (in != nullptr) {
    if (!in->value.is_list() && !IsExpressionScalar(in->value)) {
      context_.Report(context_.SpanOf(in->value),
                      fmt::format("'in' is a list or an expression, not {}; the keys of a map are "
                                  "${{keys(m)}}",
                                  DescribeNode(in->value)));
    }
    loop.in = BuildTemplate(in->value, context_);
  }
  if (range != nullptr) {
    const YamlNode& node = range->value;
    const bool pair = node.is_list() && node.items.size() == 2;
    if (!pair && !IsExpressionScalar(node)) {
      context_.Report(context_.SpanOf(node),
                      "'range' is a list of two numbers, the first and the last one");
    }
    loop.range = BuildTemplate(node, context_);
  }
  if (const YamlNode::Pair* const steps = Find(fields, "steps")) {
    loop.steps = BuildList(steps->value, index, context_.SpanOf(steps->key));
  } else {
    context_.Report(span, "a for needs 'steps'");
  }
  return loop;
}

ParallelStep StepBuilder::BuildParallel(const YamlNode::Pair& field, StepIndex index) {
  ParallelStep parallel;
  const SourceSpan span = context_.SpanOf(field.key);
  const Fields fields =
      FieldsOf(field.value, "parallel",
               {"branches", "for", "shared", "concurrency_limit", "exception_policy"});
  if (!field.value.is_map()) return parallel;
  if (const YamlNode::Pair* const shared = Find(fields, "shared")) {
    BuildShared(shared->value, parallel);
  }
  if (const YamlNode::Pair* const limit = Find(fields, "concurrency_limit")) {
    parallel.concurrency_limit = BuildTemplate(limit->value, context_);
    const Value* const constant = parallel.concurrency_limit->constant();
    if (constant != nullptr && !IsExpressionScalar(limit->value) &&
        !(constant->is_integer() && constant->integer() > 0)) {
      context_.Report(context_.SpanOf(limit->value),
                      "concurrency_limit is a positive integer or an expression");
    }
  }
  if (const YamlNode::Pair* const policy = Find(fields, "exception_policy")) {
    parallel.exception_policy = TextField(policy->value, "exception_policy");
    if (!parallel.exception_policy.empty() && parallel.exception_policy != "continueAll") {
      context_.Report(context_.SpanOf(policy->value),
                      fmt::format("unknown exception_policy '{}': the only one is continueAll",
                                  parallel.exception_policy));
    }
  }
  const YamlNode::Pair* const branches = Find(fields, "branches");
  const YamlNode::Pair* const loop = Find(fields, "for");
  if ((branches == nullptr) == (loop == nullptr)) {
    context_.Report(branches == nullptr ? span : context_.SpanOf(loop->key),
                    branches == nullptr ? "a parallel needs 'branches' or 'for'"
                                        : "a parallel has 'branches' or 'for', not both");
  }
  if (branches != nullptr) {
    BuildBranches(branches->value, index, parallel);
  } else if (loop != nullptr) {
    parallel.loop = BuildFor(*loop, index);
  }
  return parallel;
}

void StepBuilder::BuildBranches(const YamlNode& node, StepIndex index, ParallelStep& parallel) {
  if (!node.is_list()) {
    context_.Report(
        context_.SpanOf(node),
        fmt::format("branches is a list of named branches, not {}", DescribeNode(node)));
    return;
  }
  if (node.items.size() < kBranchMinimum || node.items.size() > kBranchLimit) {
    context_.Report(context_.SpanOf(node),
                    fmt::format("{} branches: a parallel step has from {} to {}", node.items.size(),
                                kBranchMinimum, kBranchLimit));
  }
  for (const YamlNode& item : node.items) {
    const YamlNode::Pair* const pair = NamedItem(item, "branch");
    if (pair == nullptr) continue;
    ParallelBranch branch;
    branch.name = NameOf(*pair);
    branch.name_span = context_.SpanOf(pair->key);
    ClaimName(branch.name, branch.name_span);
    const YamlNode& body = pair->value;
    if (!body.is_map()) {
      context_.Report(branch.name_span, fmt::format("branch '{}' has no 'steps'", branch.name));
    } else if (body.pairs.size() == 1 && NameOf(body.pairs.front()) == "steps") {
      const YamlNode::Pair& steps = body.pairs.front();
      branch.steps = BuildList(steps.value, index, context_.SpanOf(steps.key));
    } else {
      Fields fields;
      for (const YamlNode::Pair& part : body.pairs) fields.push_back(&part);
      branch.steps.push_back(BuildUnnamed(fields, index, branch.name_span));
    }
    parallel.branches.push_back(std::move(branch));
  }
}

void StepBuilder::BuildShared(const YamlNode& node, ParallelStep& parallel) {
  if (!node.is_list()) {
    context_.Report(context_.SpanOf(node),
                    fmt::format("shared is a list of variables, not {}", DescribeNode(node)));
    return;
  }
  for (const YamlNode& item : node.items) {
    std::string name = VariableField(item, "an item of shared");
    if (name.empty()) continue;
    if (std::find(parallel.shared.begin(), parallel.shared.end(), name) != parallel.shared.end()) {
      context_.Report(context_.SpanOf(item), fmt::format("'{}' is shared twice", name));
      continue;
    }
    parallel.shared.push_back(std::move(name));
    parallel.shared_spans.push_back(context_.SpanOf(item));
  }
}

}  // namespace hyperlocal::workflow
