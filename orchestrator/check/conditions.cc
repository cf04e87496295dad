#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "orchestrator/check/http_values_internal.h"
#include "orchestrator/check/library_function.h"
#include "orchestrator/check/step_values_internal.h"
#include "orchestrator/check/warnings_internal.h"
#include "orchestrator/syntax/parse_expression.h"

namespace hyperlocal::workflow {
namespace {

// Two texts of an expression mean the same value only if evaluating it twice gives the same.
bool IsRepeatable(const Expression& expression) {
  if (const auto* const call = std::get_if<CallNode>(&expression.node)) {
    const bool library = call->target.kind == CallTarget::Kind::kLibrary;
    if (!library) return false;
    const std::string_view name = LibraryFunctions()[call->target.index].name;
    if (name == "sys.now" || name == "uuid.generate" || name.starts_with("events.")) return false;
  }
  bool repeatable = true;
  ForEachPart(expression, [&repeatable](const Expression& part) {
    repeatable = repeatable && IsRepeatable(part);
  });
  return repeatable;
}

const Value* LiteralOf(const Expression& expression) {
  const auto* const literal = std::get_if<LiteralNode>(&expression.node);
  return literal == nullptr ? nullptr : &literal->value;
}

// A number as it is written, a minus before it included.
std::optional<double> NumberOf(const Expression& expression) {
  if (const Value* const literal = LiteralOf(expression)) {
    if (literal->is_number()) return literal->number();
    return std::nullopt;
  }
  const auto* const unary = std::get_if<UnaryNode>(&expression.node);
  if (unary == nullptr || unary->op != UnaryOperator::kMinus) return std::nullopt;
  const std::optional<double> number = NumberOf(*unary->operand);
  return number ? std::optional<double>(-*number) : std::nullopt;
}

BinaryOperator Mirrored(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::kLess:
      return BinaryOperator::kGreater;
    case BinaryOperator::kLessOrEqual:
      return BinaryOperator::kGreaterOrEqual;
    case BinaryOperator::kGreater:
      return BinaryOperator::kLess;
    case BinaryOperator::kGreaterOrEqual:
      return BinaryOperator::kLessOrEqual;
    default:
      return op;
  }
}

// What the terms of an `and` leave of the numbers that one operand may be.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;
  bool high_open = false;

  void Below(double bound, bool open) {
    if (bound < high || (bound == high && open)) {
      high = bound;
      high_open = open;
    }
  }
  void Above(double bound, bool open) {
    if (bound > low || (bound == low && open)) {
      low = bound;
      low_open = open;
    }
  }
  bool empty() const { return low > high || (low == high && (low_open || high_open)); }
};

// The terms of one `and`, and why they cannot all hold.
class Conjunction {
 public:
  void Add(const Expression& term) {
    if (const auto* const binary = std::get_if<BinaryNode>(&term.node);
        binary != nullptr && binary->op == BinaryOperator::kAnd) {
      Add(*binary->left);
      Add(*binary->right);
      return;
    }
    AddTerm(term);
  }
  // Empty when nothing is known to be wrong.
  const std::string& contradiction() const { return contradiction_; }

 private:
  void AddTerm(const Expression& term);
  void AddComparison(const BinaryNode& comparison);
  void CheckAbsentKeys(const Expression& expression);
  void Contradict(std::string why) {
    if (contradiction_.empty()) contradiction_ = std::move(why);
  }

  std::set<std::string> hold_;
  std::set<std::string> fail_;
  std::map<std::string, Range> ranges_;
  std::map<std::string, std::string> equal_;  // to the text of a literal that is no number
  std::set<std::pair<std::string, std::string>> absent_;  // object and key
  std::string contradiction_;
};

void Conjunction::AddTerm(const Expression& term) {
  CheckAbsentKeys(term);
  if (!IsRepeatable(term)) return;
  const auto* const unary = std::get_if<UnaryNode>(&term.node);
  const bool negated = unary != nullptr && unary->op == UnaryOperator::kNot;
  const Expression& inner = negated ? *unary->operand : term;
  const std::string text = PrintExpression(inner);
  (negated ? fail_ : hold_).insert(text);
  if (hold_.contains(text) && fail_.contains(text)) {
    Contradict(fmt::format("it asks for {} and for not ({})", text, text));
  }
  const auto* const binary = std::get_if<BinaryNode>(&inner.node);
  if (binary == nullptr) return;
  if (negated && binary->op == BinaryOperator::kIn) {
    const Value* const key = LiteralOf(*binary->left);
    if (key != nullptr && key->is_string()) {
      absent_.insert({PrintExpression(*binary->right), key->string()});
    }
  }
  if (!negated) AddComparison(*binary);
}

void Conjunction::AddComparison(const BinaryNode& comparison) {
  const bool right_number = NumberOf(*comparison.right).has_value();
  const bool left_number = NumberOf(*comparison.left).has_value();
  if (right_number != left_number) {
    const Expression& operand = right_number ? *comparison.left : *comparison.right;
    const double number = *NumberOf(right_number ? *comparison.right : *comparison.left);
    const BinaryOperator op = right_number ? comparison.op : Mirrored(comparison.op);
    const std::string text = PrintExpression(operand);
    Range& range = ranges_[text];
    switch (op) {
      case BinaryOperator::kLess:
        range.Below(number, true);
        break;
      case BinaryOperator::kLessOrEqual:
        range.Below(number, false);
        break;
      case BinaryOperator::kGreater:
        range.Above(number, true);
        break;
      case BinaryOperator::kGreaterOrEqual:
        range.Above(number, false);
        break;
      case BinaryOperator::kEqual:
        range.Below(number, false);
        range.Above(number, false);
        break;
      default:
        return;
    }
    if (range.empty()) Contradict(fmt::format("no number is all that is asked of {}", text));
    if (const auto found = equal_.find(text);
        op == BinaryOperator::kEqual && found != equal_.end()) {
      Contradict(fmt::format("{} cannot be {} and {}", text, found->second, number));
    }
    return;
  }
  if (comparison.op != BinaryOperator::kEqual) return;
  const Value* const right = LiteralOf(*comparison.right);
  const Value* const left = LiteralOf(*comparison.left);
  if ((right == nullptr) == (left == nullptr)) return;
  const std::string text = PrintExpression(right != nullptr ? *comparison.left : *comparison.right);
  const std::string literal =
      PrintExpression(right != nullptr ? *comparison.right : *comparison.left);
  const auto [found, fresh] = equal_.emplace(text, literal);
  if (!fresh && found->second != literal) {
    Contradict(fmt::format("{} cannot be {} and {}", text, found->second, literal));
  }
}

// A term behind `not("k" in m)` that reads m.k raises an error instead of holding.
void Conjunction::CheckAbsentKeys(const Expression& expression) {
  if (absent_.empty()) return;
  if (const std::optional<MemberAccess> access = AsMemberAccess(expression)) {
    const std::string object = PrintExpression(*access->object);
    if (absent_.contains({object, std::string(access->key)})) {
      Contradict(fmt::format("it asks for \"{}\" not to be in {}, and then reads it", access->key,
                             object));
    }
  }
  // What stands behind an `or` is not always evaluated.
  if (const auto* const binary = std::get_if<BinaryNode>(&expression.node);
      binary != nullptr && binary->op == BinaryOperator::kOr) {
    return CheckAbsentKeys(*binary->left);
  }
  if (std::holds_alternative<CallNode>(expression.node)) return;
  ForEachPart(expression, [this](const Expression& part) { CheckAbsentKeys(part); });
}

// The steps of a try that are all calls of http functions can only fail with errors of theirs,
// whose code, where there is one, is a number.
bool RaisesHttpErrorsOnly(const Routine& routine, const TryStep& tried) {
  if (tried.body == kNoStep) return false;
  const auto* const call = std::get_if<CallStep>(&routine.all_steps[tried.body].action);
  return call != nullptr && IsHttpCall(*call);
}

class ConditionWarnings {
 public:
  ConditionWarnings(const CheckedParts& parts, WarningSink& sink) : parts_(parts), sink_(sink) {
    FindPredicates();
    for (std::size_t i = 0; i < parts.definition.routines.size(); ++i) LookAtRoutine(i);
  }

 private:
  void FindPredicates();
  void CountUses(const Expression& expression, std::vector<std::size_t>& uses) const;
  void LookAtRoutine(std::size_t which);
  void Look(const Expression& expression, bool inside_and);
  void LookAtCode(const BinaryNode& comparison);
  bool IsHttpCode(const Expression& expression) const;

  const CheckedParts& parts_;
  WarningSink& sink_;
  // Routines that are predicates of retries around http calls, and nothing else.
  std::vector<bool> http_predicate_;
  // Where one is.
  const Routine* routine_ = nullptr;
  const Scopes* scopes_ = nullptr;
  const HttpValues* values_ = nullptr;
  std::size_t index_ = 0;
  StepIndex step_ = 0;
  std::set<const Variable*> written_;  // by an assignment, besides by what declares them
};

void ConditionWarnings::CountUses(const Expression& expression,
                                  std::vector<std::size_t>& uses) const {
  const auto count = [&uses](const CallTarget& target) {
    if (target.kind == CallTarget::Kind::kSubworkflow) ++uses[target.index];
  };
  if (const auto* const name = std::get_if<NameNode>(&expression.node)) count(name->target);
  if (const auto* const call = std::get_if<CallNode>(&expression.node)) count(call->target);
  ForEachPart(expression, [&](const Expression& part) { CountUses(part, uses); });
}

void ConditionWarnings::FindPredicates() {
  const std::vector<Routine>& routines = parts_.definition.routines;
  std::vector<std::size_t> uses(routines.size(), 0);
  std::vector<std::size_t> http_uses(routines.size(), 0);
  for (const Routine& routine : routines) {
    for (const Step& step : routine.all_steps) {
      ForEachStepExpression(step,
                            [&](const Expression& expression) { CountUses(expression, uses); });
      if (const auto* const call = std::get_if<CallStep>(&step.action)) {
        if (call->target.kind == CallTarget::Kind::kSubworkflow) ++uses[call->target.index];
      }
      const auto* const tried = std::get_if<TryStep>(&step.action);
      if (tried == nullptr || !tried->retry || !RaisesHttpErrorsOnly(routine, *tried)) continue;
      const auto* const map = std::get_if<MapTemplate>(&tried->retry->node);
      if (map == nullptr) continue;
      for (const MapTemplate::Entry& entry : map->entries) {
        const auto* const key = std::get_if<std::string>(&entry.key);
        const Expression* const value = entry.value.expression();
        if (key == nullptr || *key != "predicate" || value == nullptr) continue;
        const auto* const name = std::get_if<NameNode>(&value->node);
        if (name != nullptr && name->target.kind == CallTarget::Kind::kSubworkflow) {
          ++http_uses[name->target.index];
        }
      }
    }
  }
  for (std::size_t i = 0; i < routines.size(); ++i) {
    http_predicate_.push_back(uses[i] > 0 && uses[i] == http_uses[i]);
  }
}

void ConditionWarnings::LookAtRoutine(std::size_t which) {
  index_ = which;
  routine_ = &parts_.definition.routines[which];
  scopes_ = parts_.scopes[which].get();
  const HttpValues values(*routine_, *scopes_, parts_.options);
  values_ = &values;
  written_.clear();
  for (const Step& step : routine_->all_steps) {
    ForEachTarget(step, [&](const AssignTarget& target) {
      written_.insert(scopes_->Find(step.context, target.name));
    });
  }
  for (step_ = 0; step_ < routine_->all_steps.size(); ++step_) {
    ForEachStepExpression(routine_->all_steps[step_],
                          [this](const Expression& expression) { Look(expression, false); });
  }
}

void ConditionWarnings::Look(const Expression& expression, bool inside_and) {
  const auto* const binary = std::get_if<BinaryNode>(&expression.node);
  const bool is_and = binary != nullptr && binary->op == BinaryOperator::kAnd;
  if (is_and && !inside_and) {
    Conjunction conjunction;
    conjunction.Add(expression);
    if (!conjunction.contradiction().empty()) {
      sink_.Add(*routine_, step_, expression.span,
                fmt::format("this is never true: {}", conjunction.contradiction()));
    }
  }
  if (binary != nullptr) LookAtCode(*binary);
  ForEachPart(expression, [&](const Expression& part) { Look(part, is_and); });
}

// Whether an expression is the code of an HTTP answer or of an HTTP error, which is an integer.
bool ConditionWarnings::IsHttpCode(const Expression& expression) const {
  const std::optional<MemberAccess> access = AsMemberAccess(expression);
  if (!access || access->key != "code") return false;
  const ContextIndex context = routine_->all_steps[step_].context;
  const auto shape = values_->ShapeOf(*access->object, context);
  if (shape && shape->kind == HttpValues::Kind::kResponse) return true;
  const auto* const name = std::get_if<NameNode>(&access->object->node);
  if (name == nullptr) return false;
  const Variable* const variable = scopes_->Find(context, name->name);
  if (variable == nullptr || written_.contains(variable)) return false;
  if (variable->origin == Variable::Origin::kParameter) return http_predicate_[index_];
  if (variable->origin != Variable::Origin::kCaughtError) return false;
  const Step& owner = routine_->all_steps[routine_->contexts[variable->scope].owner];
  return RaisesHttpErrorsOnly(*routine_, std::get<TryStep>(owner.action));
}

void ConditionWarnings::LookAtCode(const BinaryNode& comparison) {
  const auto is_text = [](const Expression& expression) {
    const Value* const literal = LiteralOf(expression);
    return literal != nullptr && literal->is_string();
  };
  bool never = false;
  const Expression* text = nullptr;
  if (comparison.op == BinaryOperator::kEqual) {
    never = (IsHttpCode(*comparison.left) && is_text(*comparison.right)) ||
            (IsHttpCode(*comparison.right) && is_text(*comparison.left));
    text = is_text(*comparison.left) ? comparison.left.get() : comparison.right.get();
  } else if (comparison.op == BinaryOperator::kIn && IsHttpCode(*comparison.left)) {
    const auto* const list = std::get_if<ListNode>(&comparison.right->node);
    never = list != nullptr;
    if (list != nullptr) {
      for (const Expression& item : list->items) never = never && is_text(item);
      text = comparison.right.get();
    }
  }
  if (!never) return;
  sink_.Add(*routine_, step_, text->span,
            "this is never true: the code of an HTTP answer is an integer, and this is text; leave "
            "the quotes out");
}

}  // namespace

void WarnOfImpossibleConditions(const CheckedParts& parts, WarningSink& sink) {
  ConditionWarnings(parts, sink);
}

}  // namespace hyperlocal::workflow
