#include "orchestrator/syntax/parse_definition.h"

#include <utility>

#include <fmt/format.h>

#include "orchestrator/syntax/build_context_internal.h"
#include "orchestrator/syntax/step_builder_internal.h"
#include "orchestrator/syntax/template_builder_internal.h"
#include "orchestrator/syntax/yaml_reader.h"

namespace hyperlocal::workflow {
namespace {

constexpr std::string_view kMain = "main";

Parameter BuildParameter(const YamlNode& node, BuildContext& context) {
  Parameter parameter;
  const YamlNode* name = &node;
  if (node.is_map() && node.pairs.size() == 1) {
    name = &node.pairs.front().key;
    parameter.default_value = BuildTemplate(node.pairs.front().value, context);
  }
  parameter.span = context.SpanOf(*name);
  if (!name->is_scalar() || !IsVariableName(name->scalar.text())) {
    context.Report(parameter.span,
                   "a parameter is a name, or `name: default`; letters, digits and underscores");
    return parameter;
  }
  parameter.name = name->scalar.text();
  return parameter;
}

void BuildParameters(const YamlNode& node, Routine& routine, BuildContext& context) {
  if (node.is_null()) return;
  const SourceSpan span = context.SpanOf(node);
  if (!node.is_list()) {
    context.Report(span, fmt::format("params is a list of names, not {}", DescribeNode(node)));
    return;
  }
  const bool main = routine.name == kMain;
  const std::size_t limit = main ? 1 : kParameterLimit;
  if (node.items.size() > limit) {
    context.Report(span, main ? fmt::format("workflow 'main' has {} parameters: it takes one, the "
                                            "execution's argument",
                                            node.items.size())
                              : fmt::format("workflow '{}' has {} parameters, more than {}",
                                            routine.name, node.items.size(), limit));
  }
  for (const YamlNode& item : node.items) {
    Parameter parameter = BuildParameter(item, context);
    if (parameter.name.empty()) continue;
    for (const Parameter& other : routine.parameters) {
      if (other.name == parameter.name) {
        context.Report(parameter.span, fmt::format("parameter '{}' stands twice", other.name));
      }
    }
    if (main && parameter.default_value) {
      context.Report(parameter.span,
                     "the parameter of 'main' has no default: it is the execution's "
                     "argument, or null");
    }
    routine.parameters.push_back(std::move(parameter));
  }
}

Routine BuildRoutine(const YamlNode::Pair& pair, BuildContext& context) {
  Routine routine;
  routine.name = pair.key.scalar.text();
  routine.name_span = context.SpanOf(pair.key);
  const YamlNode& body = pair.value;
  if (!body.is_map()) {
    context.Report(body.is_null() ? routine.name_span : context.SpanOf(body),
                   fmt::format("workflow '{}' is a map with params and steps, not {}", routine.name,
                               DescribeNode(body)));
    return routine;
  }
  const YamlNode::Pair* steps = nullptr;
  for (const YamlNode::Pair& field : body.pairs) {
    const std::string& name = field.key.scalar.text();
    if (name == "params") {
      BuildParameters(field.value, routine, context);
    } else if (name == "steps") {
      steps = &field;
    } else {
      context.Report(context.SpanOf(field.key),
                     fmt::format("unknown field '{}': a workflow has params and steps", name));
    }
  }
  if (steps == nullptr) {
    context.Report(routine.name_span, fmt::format("workflow '{}' has no steps", routine.name));
    return routine;
  }
  routine.steps =
      StepBuilder(routine, context).BuildList(steps->value, kNoStep, context.SpanOf(steps->key));
  return routine;
}

void BuildRoot(const YamlNode& root, Definition& definition, BuildContext& context) {
  if (root.is_list()) {
    Routine main;
    main.name = kMain;
    main.name_span = context.SpanOf(root);
    main.steps = StepBuilder(main, context).BuildList(root, kNoStep, main.name_span);
    definition.routines.push_back(std::move(main));
    return;
  }
  if (!root.is_map()) {
    context.Report(context.SpanOf(root),
                   fmt::format("a definition is a list of steps, or a map with 'main' and "
                               "subworkflows, not {}",
                               DescribeNode(root)));
    return;
  }
  bool has_main = false;
  for (const YamlNode::Pair& pair : root.pairs) {
    if (pair.key.scalar.text() == kMain && !has_main) {
      has_main = true;
      definition.main = static_cast<std::uint32_t>(definition.routines.size());
    }
    definition.routines.push_back(BuildRoutine(pair, context));
  }
  if (!has_main) {
    context.Report(context.SpanOf(root), "there is no workflow 'main', where an execution begins");
  }
}

}  // namespace

const Routine* Definition::Find(std::string_view name) const {
  for (const Routine& routine : routines) {
    if (routine.name == name) return &routine;
  }
  return nullptr;
}

ParseOutcome ParseDefinition(std::string source, std::string file) {
  ParseOutcome outcome;
  if (source.starts_with("\xEF\xBB\xBF")) source.erase(0, 3);  // columns count without it
  auto definition = std::make_unique<Definition>();
  definition->file = std::move(file);
  definition->source = std::move(source);
  if (definition->source.size() > kSourceLimit) {
    outcome.problems.push_back({Severity::kError,
                                fmt::format("the source has {} bytes, more than {}",
                                            definition->source.size(), kSourceLimit),
                                {},
                                {}});
    outcome.definition = std::move(definition);
    return outcome;
  }
  const SourceText text(definition->source);
  const std::optional<YamlNode> root = ReadYaml(text, outcome.problems);
  BuildContext context{text, outcome.problems};
  if (!root) {
    if (outcome.problems.empty()) {
      context.Report(text.At(0, 1), "the source is empty: a definition has at least one step");
    }
    return outcome;
  }
  BuildRoot(*root, *definition, context);
  outcome.definition = std::move(definition);
  return outcome;
}

}  // namespace hyperlocal::workflow
