#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/syntax/step_builder_internal.h"
#include "orchestrator/syntax/template_builder_internal.h"

namespace hyperlocal::workflow {
namespace {

// The fields that say what a step does, and those that go with them.
constexpr std::array<std::string_view, 9> kActions{"assign", "call", "switch", "for",  "parallel",
                                                   "raise",  "try",  "return", "steps"};
constexpr std::array<std::string_view, 5> kCompanions{"args", "result", "next", "except", "retry"};

bool IsAction(std::string_view name) {
  return std::find(kActions.begin(), kActions.end(), name) != kActions.end();
}
bool IsCompanion(std::string_view name) {
  return std::find(kCompanions.begin(), kCompanions.end(), name) != kCompanions.end();
}

// For as long as it lives, problems are those of this step.
class InStep {
 public:
  InStep(BuildContext& context, const std::string& name)
      : context_(context), outer_(std::exchange(context.step, name)) {}
  ~InStep() { context_.step = std::move(outer_); }
  InStep(const InStep&) = delete;
  InStep& operator=(const InStep&) = delete;

 private:
  BuildContext& context_;
  std::string outer_;
};

}  // namespace

std::vector<StepIndex> StepBuilder::BuildList(const YamlNode& list, StepIndex parent,
                                              const SourceSpan& field_span) {
  if (!list.is_list()) {
    context_.Report(list.is_null() ? field_span : context_.SpanOf(list),
                    fmt::format("a list of steps is expected, not {}", DescribeNode(list)));
    return {};
  }
  if (list.items.empty()) {
    context_.Report(context_.SpanOf(list), "a list of steps has at least one step");
  }
  std::vector<StepIndex> steps;
  for (const YamlNode& item : list.items) {
    const YamlNode::Pair* const pair = NamedItem(item, "step");
    if (pair != nullptr) steps.push_back(BuildNamed(*pair, parent));
  }
  return steps;
}

const YamlNode::Pair* StepBuilder::NamedItem(const YamlNode& item, std::string_view what) {
  if (!item.is_map() || item.pairs.empty()) {
    context_.Report(context_.SpanOf(item),
                    fmt::format("a {} is expected, `name:` with its body indented below, not {}",
                                what, item.is_map() ? "an empty map" : DescribeNode(item)));
    return nullptr;
  }
  if (item.pairs.size() > 1) {
    std::vector<std::string> names;
    for (const YamlNode::Pair& pair : item.pairs) names.push_back(NameOf(pair));
    context_.Report(context_.SpanOf(item.pairs[1].key),
                    fmt::format("one item of the list has several names: {}. What belongs to '{}' "
                                "is indented below it",
                                fmt::join(names, ", "), names.front()));
  }
  return &item.pairs.front();
}

void StepBuilder::ClaimName(const std::string& name, const SourceSpan& span) {
  const auto [place, fresh] = names_.emplace(name, span);
  if (fresh) return;
  context_.Report(span, fmt::format("step name '{}' is used twice in workflow '{}', first on line "
                                    "{}: names are unique in a workflow, nested steps included",
                                    name, routine_.name, place->second.line));
}

StepIndex StepBuilder::NewStep(StepIndex parent) {
  const auto index = static_cast<StepIndex>(routine_.all_steps.size());
  Step step;
  step.parent = parent;
  step.named = parent == kNoStep ? kNoStep : routine_.all_steps[parent].named;
  routine_.all_steps.push_back(std::move(step));
  return index;
}

StepIndex StepBuilder::BuildNamed(const YamlNode::Pair& pair, StepIndex parent) {
  const StepIndex index = NewStep(parent);
  const InStep inside(context_, NameOf(pair));
  const SourceSpan span = context_.SpanOf(pair.key);
  {
    Step& step = routine_.all_steps[index];
    step.name = NameOf(pair);
    step.name_span = span;
    step.named = index;
  }
  ClaimName(NameOf(pair), span);
  if (!pair.value.is_map()) {
    context_.Report(pair.value.is_null() ? span : context_.SpanOf(pair.value),
                    fmt::format("the body of a step is a map (call, assign, ...), not {}; is it "
                                "indented by less than its name?",
                                DescribeNode(pair.value)));
    routine_.all_steps[index].action = JumpStep{};
    routine_.all_steps[index].keyword_span = span;
    return index;
  }
  Fields fields;
  for (const YamlNode::Pair& field : pair.value.pairs) fields.push_back(&field);
  FillBody(fields, index, span);
  return index;
}

StepIndex StepBuilder::BuildUnnamed(const Fields& fields, StepIndex parent,
                                    const SourceSpan& span) {
  const StepIndex index = NewStep(parent);
  FillBody(fields, index, span);
  return index;
}

void StepBuilder::FillBody(const Fields& fields, StepIndex index, const SourceSpan& span) {
  const YamlNode::Pair* action = nullptr;
  bool unknown = false;
  for (const YamlNode::Pair* const field : fields) {
    const std::string& name = NameOf(*field);
    if (IsAction(name)) {
      if (action != nullptr) {
        context_.Report(context_.SpanOf(field->key),
                        fmt::format("a step does one thing: '{}' cannot stand beside '{}'", name,
                                    NameOf(*action)));
      } else {
        action = field;
      }
    } else if (!IsCompanion(name)) {
      unknown = true;
      context_.Report(context_.SpanOf(field->key),
                      fmt::format("unknown field '{}': a step has {}, with {}", name,
                                  fmt::join(kActions, ", "), fmt::join(kCompanions, ", ")));
    }
  }
  const auto needs = [&](std::string_view name, std::string_view other) {
    const YamlNode::Pair* const field = Find(fields, name);
    if (field == nullptr || Find(fields, other) != nullptr) return;
    context_.Report(context_.SpanOf(field->key),
                    fmt::format("'{}' needs '{}' beside it", name, other));
  };
  needs("args", "call");
  needs("result", "call");
  needs("except", "try");
  needs("retry", "try");

  // The step is made apart: steps nested in it grow the vector that it will stand in.
  Step step = std::move(routine_.all_steps[index]);
  routine_.all_steps[index].named = step.named;
  routine_.all_steps[index].parent = step.parent;
  step.keyword_span = span;
  step.action = JumpStep{};
  if (const YamlNode::Pair* const next = Find(fields, "next")) {
    step.next = TextField(next->value, "next");
    step.next_span = context_.SpanOf(next->value);
    step.keyword_span = context_.SpanOf(next->key);
  } else if (action == nullptr && !unknown) {
    context_.Report(span, "a step that does nothing: give it one of assign, call, next, ...");
  }
  if (action != nullptr) {
    step.keyword_span = context_.SpanOf(action->key);
    FillAction(*action, fields, index, step);
  }
  routine_.all_steps[index] = std::move(step);
}

void StepBuilder::FillAction(const YamlNode::Pair& field, const Fields& fields, StepIndex index,
                             Step& step) {
  const std::string& name = NameOf(field);
  if (name == "assign") {
    step.action = BuildAssign(field.value);
  } else if (name == "call") {
    step.action = BuildCall(field.value, fields);
  } else if (name == "switch") {
    step.action = BuildSwitch(field.value, index);
  } else if (name == "for") {
    step.action = ForStep{BuildFor(field, index)};
  } else if (name == "parallel") {
    step.action = BuildParallel(field, index);
  } else if (name == "raise") {
    step.action = BuildRaise(field.value);
  } else if (name == "try") {
    step.action = BuildTry(field, fields, index);
  } else if (name == "return") {
    step.action = ReturnStep{BuildTemplate(field.value, context_)};
  } else {
    step.action = BlockStep{BuildList(field.value, index, step.keyword_span)};
  }
}

StepBuilder::Fields StepBuilder::FieldsOf(const YamlNode& node, std::string_view what,
                                          const std::vector<std::string_view>& known) {
  Fields fields;
  if (!node.is_map()) {
    context_.Report(context_.SpanOf(node), fmt::format("{} is a map with {}, not {}", what,
                                                       fmt::join(known, ", "), DescribeNode(node)));
    return fields;
  }
  for (const YamlNode::Pair& pair : node.pairs) {
    if (std::find(known.begin(), known.end(), NameOf(pair)) != known.end()) {
      fields.push_back(&pair);
      continue;
    }
    context_.Report(
        context_.SpanOf(pair.key),
        fmt::format("unknown field '{}': {} has {}", NameOf(pair), what, fmt::join(known, ", ")));
  }
  return fields;
}

std::string StepBuilder::TextField(const YamlNode& node, std::string_view what) {
  if (node.is_scalar() && !node.is_null()) return node.scalar.text();
  context_.Report(context_.SpanOf(node),
                  fmt::format("{} is a name, not {}", what, DescribeNode(node)));
  return {};
}

std::string StepBuilder::VariableField(const YamlNode& node, std::string_view what) {
  std::string name = TextField(node, what);
  if (name.empty() || IsVariableName(name)) return name;
  context_.Report(context_.SpanOf(node),
                  fmt::format("'{}' is no name for a variable: letters, digits and underscores, "
                              "not a digit first",
                              name));
  return {};
}

}  // namespace hyperlocal::workflow
