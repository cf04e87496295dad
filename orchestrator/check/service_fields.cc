#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/check/http_values_internal.h"
#include "orchestrator/check/step_values_internal.h"
#include "orchestrator/check/warnings_internal.h"

namespace hyperlocal::workflow {
namespace {

// Keys that the definition asks for before it reads them (`"k" in m`, `map.get(m, "k")`): it knows
// that they may be absent.
void CollectGuardedKeys(const Expression& expression, std::set<std::string, std::less<>>& keys) {
  const auto add = [&keys](const Expression& key) {
    const auto* const literal = std::get_if<LiteralNode>(&key.node);
    if (literal != nullptr && literal->value.is_string()) keys.insert(literal->value.string());
  };
  if (const auto* const binary = std::get_if<BinaryNode>(&expression.node)) {
    if (binary->op == BinaryOperator::kIn) add(*binary->left);
  } else if (const auto* const call = std::get_if<CallNode>(&expression.node)) {
    if (call->name == "map.get") {
      for (const Expression& argument : call->arguments) {
        add(argument);
        if (const auto* const list = std::get_if<ListNode>(&argument.node)) {
          for (const Expression& item : list->items) add(item);
        }
      }
    }
  }
  ForEachPart(expression, [&keys](const Expression& part) { CollectGuardedKeys(part, keys); });
}

class FieldReads {
 public:
  FieldReads(const CheckedParts& parts, std::size_t routine,
             const std::set<std::string, std::less<>>& guarded, WarningSink& sink)
      : options_(parts.options),
        routine_(parts.definition.routines[routine]),
        values_(routine_, *parts.scopes[routine], parts.options),
        guarded_(guarded),
        sink_(sink) {
    for (StepIndex i = 0; i < routine_.all_steps.size(); ++i) {
      ForEachStepExpression(routine_.all_steps[i],
                            [this, i](const Expression& expression) { Look(expression, i); });
    }
  }

 private:
  void Look(const Expression& expression, StepIndex step);
  void LookAtAccess(const MemberAccess& access, StepIndex step);

  const CheckOptions& options_;
  const Routine& routine_;
  HttpValues values_;
  const std::set<std::string, std::less<>>& guarded_;
  WarningSink& sink_;
};

void FieldReads::Look(const Expression& expression, StepIndex step) {
  if (const std::optional<MemberAccess> access = AsMemberAccess(expression)) {
    LookAtAccess(*access, step);
  }
  ForEachPart(expression, [this, step](const Expression& part) { Look(part, step); });
}

void FieldReads::LookAtAccess(const MemberAccess& access, StepIndex step) {
  if (guarded_.contains(access.key)) return;
  const auto shape = values_.ShapeOf(*access.object, routine_.all_steps[step].context);
  if (!shape) return;
  if (shape->kind == HttpValues::Kind::kResponse) {
    if (access.key == "body" || access.key == "code" || access.key == "headers") return;
    sink_.Add(routine_, step, access.span,
              fmt::format("the result of an http call has body, code and headers, and no '{}'",
                          access.key));
    return;
  }
  if (!shape->answers || shape->answers->empty()) return;
  std::vector<std::string_view> requests;
  std::vector<std::string_view> fields;
  for (const std::size_t which : *shape->answers) {
    const ServiceAnswer& answer = options_.answers[which];
    if (std::find(answer.fields.begin(), answer.fields.end(), access.key) != answer.fields.end()) {
      return;
    }
    requests.push_back(answer.value);
    for (const std::string& field : answer.fields) {
      if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
    }
  }
  sink_.Add(routine_, step, access.span,
            fmt::format("the service's answer to {} has no field '{}'; it has {}",
                        fmt::join(requests, " or "), access.key, fmt::join(fields, ", ")));
}

}  // namespace

void WarnOfUnknownFields(const CheckedParts& parts, WarningSink& sink) {
  std::set<std::string, std::less<>> guarded;
  for (const Routine& routine : parts.definition.routines) {
    for (const Step& step : routine.all_steps) {
      ForEachStepExpression(step, [&guarded](const Expression& expression) {
        CollectGuardedKeys(expression, guarded);
      });
    }
  }
  for (std::size_t i = 0; i < parts.definition.routines.size(); ++i) {
    FieldReads(parts, i, guarded, sink);
  }
}

}  // namespace hyperlocal::workflow
