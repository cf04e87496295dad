#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "orchestrator/check/http_values_internal.h"
#include "orchestrator/check/step_values_internal.h"
#include "orchestrator/check/warnings_internal.h"

namespace hyperlocal::workflow {
namespace {

// Which keys a definition reads of anything, and whether main hands its argument on as a whole.
class KeyReads {
 public:
  explicit KeyReads(const CheckedParts& parts) {
    const Routine& main = parts.definition.routines[parts.definition.main];
    if (!main.parameters.empty()) argument_ = main.parameters.front().name;
    for (const Routine& routine : parts.definition.routines) {
      in_main_ = &routine == &main;
      for (const Step& step : routine.all_steps) {
        ForEachStepExpression(step, [this](const Expression& expression) { Look(expression); });
      }
    }
  }

  bool Reads(std::string_view key) const { return whole_ || keys_.contains(key); }

 private:
  void Look(const Expression& expression);
  void AddKey(const Expression& key) {
    const auto* const literal = std::get_if<LiteralNode>(&key.node);
    if (literal != nullptr && literal->value.is_string()) keys_.insert(literal->value.string());
  }
  bool IsArgument(const Expression& expression) const {
    const auto* const name = std::get_if<NameNode>(&expression.node);
    return in_main_ && name != nullptr && name->name == argument_;
  }

  std::string argument_;
  bool in_main_ = false;
  bool whole_ = false;
  std::set<std::string, std::less<>> keys_;
};

void KeyReads::Look(const Expression& expression) {
  // The argument as what something is taken from is no use of the whole.
  const auto look_unless_argument = [this](const Expression& part) {
    if (!IsArgument(part)) Look(part);
  };
  if (IsArgument(expression)) {
    whole_ = true;
  } else if (const std::optional<MemberAccess> access = AsMemberAccess(expression)) {
    keys_.emplace(access->key);
    look_unless_argument(*access->object);
  } else if (const auto* const call = std::get_if<CallNode>(&expression.node);
             call != nullptr && call->name == "map.get" && call->arguments.size() == 2) {
    look_unless_argument(call->arguments[0]);
    AddKey(call->arguments[1]);
    if (const auto* const list = std::get_if<ListNode>(&call->arguments[1].node)) {
      for (const Expression& item : list->items) AddKey(item);
    } else {
      Look(call->arguments[1]);
    }
  } else if (const auto* const binary = std::get_if<BinaryNode>(&expression.node);
             binary != nullptr && binary->op == BinaryOperator::kIn) {
    Look(*binary->left);
    look_unless_argument(*binary->right);
  } else {
    ForEachPart(expression, [this](const Expression& part) { Look(part); });
  }
}

}  // namespace

void WarnOfUnforwardedArguments(const CheckedParts& parts, WarningSink& sink) {
  if (parts.options.forwarded.empty()) return;
  const KeyReads reads(parts);
  const Routine& main = parts.definition.routines[parts.definition.main];
  for (const std::string& path : parts.options.forwarded) {
    const std::size_t dot = path.rfind('.');
    const std::string_view key =
        std::string_view(path).substr(dot == std::string::npos ? 0 : dot + 1);
    if (reads.Reads(key)) continue;
    const SourceSpan span = main.parameters.empty() ? main.name_span : main.parameters.front().span;
    sink.Add(
        main, kNoStep, span,
        fmt::format("'{}' of the argument is never read, so it does not get to the service", path));
  }
}

}  // namespace hyperlocal::workflow
