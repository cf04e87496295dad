#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/syntax/build_context_internal.h"
#include "orchestrator/syntax/definition.h"
#include "orchestrator/syntax/yaml_node.h"

namespace hyperlocal::workflow {

inline constexpr std::size_t kAssignmentLimit = 50;
inline constexpr std::size_t kConditionLimit = 50;
inline constexpr std::size_t kBranchMinimum = 2;
inline constexpr std::size_t kBranchLimit = 10;

inline const std::string& NameOf(const YamlNode::Pair& pair) {
  return pair.key.scalar.text();
}

// The field of a name, or null.
inline const YamlNode::Pair* Find(const std::vector<const YamlNode::Pair*>& fields,
                                  std::string_view name) {
  for (const YamlNode::Pair* const field : fields) {
    if (NameOf(*field) == name) return field;
  }
  return nullptr;
}

// Makes the steps of one routine, and says what about their form is wrong: fields that do not
// belong, missing ones, limits, names that stand twice. Loops and parallel steps are made in
// step_loops.cc, what else a step may do in step_actions.cc.
class StepBuilder {
 public:
  // Both must outlive the builder.
  StepBuilder(Routine& routine, BuildContext& context) : routine_(routine), context_(context) {}

  // The steps of a list, with all that is nested in them, added to the routine. `parent`: the step
  // that they are part of. `field_span`: of the key that the list belongs to.
  std::vector<StepIndex> BuildList(const YamlNode& list, StepIndex parent,
                                   const SourceSpan& field_span);

 private:
  using Fields = std::vector<const YamlNode::Pair*>;

  // The one pair of an item of a list of names; null, reported, when it is none.
  const YamlNode::Pair* NamedItem(const YamlNode& item, std::string_view what);
  void ClaimName(const std::string& name, const SourceSpan& span);
  StepIndex BuildNamed(const YamlNode::Pair& pair, StepIndex parent);
  // A step without a name, of a try's body or a switch's entry.
  StepIndex BuildUnnamed(const Fields& fields, StepIndex parent, const SourceSpan& span);
  StepIndex NewStep(StepIndex parent);
  void FillBody(const Fields& fields, StepIndex index, const SourceSpan& span);
  void FillAction(const YamlNode::Pair& field, const Fields& fields, StepIndex index, Step& step);

  AssignStep BuildAssign(const YamlNode& node);
  CallStep BuildCall(const YamlNode& node, const Fields& fields);
  SwitchStep BuildSwitch(const YamlNode& node, StepIndex index);
  ForLoop BuildFor(const YamlNode::Pair& field, StepIndex index);
  ParallelStep BuildParallel(const YamlNode::Pair& field, StepIndex index);
  void BuildBranches(const YamlNode& node, StepIndex index, ParallelStep& parallel);
  void BuildShared(const YamlNode& node, ParallelStep& parallel);
  TryStep BuildTry(const YamlNode::Pair& field, const Fields& fields, StepIndex index);
  ValueTemplate BuildRetry(const YamlNode& node);
  ExceptBlock BuildExcept(const YamlNode::Pair& field, StepIndex index);
  RaiseStep BuildRaise(const YamlNode& node);

  // The map's fields; reports the node when it is no map, and the fields that are not `known`.
  Fields FieldsOf(const YamlNode& node, std::string_view what,
                  const std::vector<std::string_view>& known);
  std::string TextField(const YamlNode& node, std::string_view what);
  std::string VariableField(const YamlNode& node, std::string_view what);

  Routine& routine_;
  BuildContext& context_;
  std::map<std::string, SourceSpan, std::less<>> names_;
};

}  // namespace hyperlocal::workflow
