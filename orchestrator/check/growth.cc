#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

#include <fmt/format.h>

#include "orchestrator/check/http_values_internal.h"
#include "orchestrator/check/step_values_internal.h"
#include "orchestrator/check/warnings_internal.h"

namespace hyperlocal::workflow {
namespace {

// All variables of an execution together, and from which part of that a warning is due.
constexpr std::size_t kMemoryLimit = 512 * 1024;
constexpr std::size_t kWarnFrom = kMemoryLimit / 5 * 4;
// What the service counts for a number, and around a string, a list or a map.
constexpr std::size_t kWord = 8;
// Of a field of an answer, of which nothing is known but that it is small: an address, a hash.
constexpr std::size_t kFieldBytes = kWord + 96;

class Growth {
 public:
  Growth(const CheckedParts& parts, std::size_t which)
      : options_(parts.options),
        routine_(parts.definition.routines[which]),
        scopes_(*parts.scopes[which]),
        values_(routine_, scopes_, parts.options) {
    for (const Step& step : routine_.all_steps) {
      const auto* const assign = std::get_if<AssignStep>(&step.action);
      if (assign == nullptr) continue;
      for (const Assignment& one : assign->assignments) Look(one, step.context);
    }
  }

  // Bytes that an iteration adds to a variable.
  const std::map<const Variable*, std::size_t>& per_iteration() const { return per_iteration_; }

 private:
  void Look(const Assignment& assignment, ContextIndex context);
  bool GrowsIn(ContextIndex context, const Variable& variable) const;
  std::size_t Estimate(const ValueTemplate& value, ContextIndex context) const;
  std::size_t Estimate(const Expression& expression, ContextIndex context) const;

  const CheckOptions& options_;
  const Routine& routine_;
  const Scopes& scopes_;
  HttpValues values_;
  std::map<const Variable*, std::size_t> per_iteration_;
};

// Whether a loop over data lies between a context and the variable that is written in it.
bool Growth::GrowsIn(ContextIndex context, const Variable& variable) const {
  for (; context != variable.scope; context = routine_.contexts[context].parent) {
    const Context& around = routine_.contexts[context];
    if (around.kind == Context::Kind::kLoopBody) return true;
    if (around.kind == Context::Kind::kParallelBody &&
        std::get<ParallelStep>(routine_.all_steps[around.owner].action).loop) {
      return true;
    }
  }
  return false;
}

void Growth::Look(const Assignment& assignment, ContextIndex context) {
  const Variable* const variable = scopes_.Find(context, assignment.target.name);
  if (variable == nullptr || !GrowsIn(context, *variable)) return;
  std::size_t bytes = 0;
  if (assignment.target.path.size() == 1 &&
      std::holds_alternative<Expression>(assignment.target.path.front().key)) {
    bytes = Estimate(assignment.value, context);  // list[i]: v, or map[k]: v
  } else if (assignment.target.path.empty() && assignment.value.expression() != nullptr) {
    const auto* const call = std::get_if<CallNode>(&assignment.value.expression()->node);
    if (call == nullptr || call->name != "list.concat" || call->arguments.size() != 2) return;
    bytes = Estimate(call->arguments[1], context);
  } else {
    return;
  }
  std::size_t& known = per_iteration_[variable];
  known = std::max(known, bytes);
}

std::size_t Growth::Estimate(const ValueTemplate& value, ContextIndex context) const {
  if (const Value* const constant = value.constant()) return constant->CountedBytes();
  if (const Expression* const expression = value.expression())
    return Estimate(*expression, context);
  std::size_t bytes = kWord;
  if (const auto* const list = std::get_if<ListTemplate>(&value.node)) {
    for (const ValueTemplate& item : list->items) bytes += Estimate(item, context);
  } else if (const auto* const map = std::get_if<MapTemplate>(&value.node)) {
    for (const MapTemplate::Entry& entry : map->entries) {
      const auto* const key = std::get_if<std::string>(&entry.key);
      bytes += (key == nullptr ? 0 : key->size()) + Estimate(entry.value, context);
    }
  }
  return bytes;
}

std::size_t Growth::Estimate(const Expression& expression, ContextIndex context) const {
  if (const auto* const literal = std::get_if<LiteralNode>(&expression.node)) {
    return literal->value.CountedBytes();
  }
  if (const auto shape = values_.ShapeOf(expression, context)) {
    std::size_t bytes = kWord;
    if (!shape->answers) return bytes;
    for (const std::size_t which : *shape->answers) {
      bytes = std::max(bytes, options_.answers[which].typical_bytes);
    }
    return bytes;
  }
  if (const std::optional<MemberAccess> access = AsMemberAccess(expression)) {
    if (values_.ShapeOf(*access->object, context)) return kFieldBytes;
  }
  return kWord;
}

}  // namespace

void WarnOfGrowth(const CheckedParts& parts, WarningSink& sink) {
  if (!parts.options.iterations) return;
  const std::size_t iterations = *parts.options.iterations;
  for (std::size_t i = 0; i < parts.definition.routines.size(); ++i) {
    const Growth growth(parts, i);
    std::size_t sum = 0;
    const Variable* largest = nullptr;
    std::size_t largest_bytes = 0;
    for (const auto& [variable, bytes] : growth.per_iteration()) {
      const std::size_t total = kWord + bytes * iterations;
      sum += total;
      if (total > largest_bytes) {
        largest = variable;
        largest_bytes = total;
      }
    }
    if (largest == nullptr || sum < kWarnFrom) continue;
    sink.Add(parts.definition.routines[i], largest->step, largest->span,
             fmt::format("with {} iterations the variables that grow in loops come to about {} KB, "
                         "'{}' alone to {} KB; all variables of an execution share {} KB",
                         iterations, sum / 1024, largest->name, largest_bytes / 1024,
                         kMemoryLimit / 1024));
  }
}

}  // namespace hyperlocal::workflow
