#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/check/connector.h"
#include "orchestrator/check/library_function.h"
#include "orchestrator/check/names_internal.h"
#include "orchestrator/check/step_values_internal.h"

namespace hyperlocal::workflow {
namespace {

// The name at the root of a chain of members, or null.
const NameNode* RootName(const Expression& expression) {
  const Expression* current = &expression;
  while (const auto* const member = std::get_if<MemberNode>(&current->node)) {
    current = member->object.get();
  }
  return std::get_if<NameNode>(&current->node);
}

// "a.b.c" of a chain of members whose root is a name.
std::string DottedName(const Expression& expression) {
  if (const auto* const name = std::get_if<NameNode>(&expression.node)) return name->name;
  const auto& member = std::get<MemberNode>(expression.node);
  return DottedName(*member.object) + "." + member.key;
}

bool IsModule(std::string_view name) {
  const std::string prefix = std::string(name) + ".";
  const auto functions = LibraryFunctions();
  return std::any_of(functions.begin(), functions.end(), [&](const LibraryFunction& function) {
    return function.name.starts_with(prefix);
  });
}

}  // namespace

void NameResolver::ResolveAll() {
  in_default_ = true;
  for (Parameter& parameter : routine_.parameters) {
    if (parameter.default_value) ResolveTemplate(*parameter.default_value);
  }
  in_default_ = false;
  for (Step& step : routine_.all_steps) ResolveStep(step);
}

void NameResolver::ResolveStep(Step& step) {
  context_ = step.context;
  step_ = step.named == kNoStep ? std::string() : routine_.all_steps[step.named].name;
  if (auto* const call = std::get_if<CallStep>(&step.action)) ResolveCallStep(*call);
  ForEachTarget(step, [this](AssignTarget& target) { ResolveTarget(target); });
  ForEachValue(step, [this](ValueTemplate& value) { ResolveTemplate(value); });
  if (auto* const tried = std::get_if<TryStep>(&step.action); tried && tried->retry) {
    ResolveRetry(*tried->retry);
  }
}

void NameResolver::ResolveTemplate(ValueTemplate& value) {
  ForEachExpression(value, [this](Expression& expression) { ResolveExpression(expression); });
}

void NameResolver::ResolveExpression(Expression& expression) {
  if (auto* const name = std::get_if<NameNode>(&expression.node)) {
    return ResolveName(expression, *name);
  }
  if (std::holds_alternative<MemberNode>(expression.node) && ResolveLibraryName(expression)) return;
  if (auto* const call = std::get_if<CallNode>(&expression.node)) {
    ResolveFunctionCall(*call, expression.span);
  }
  ForEachPart(expression, [this](Expression& part) { ResolveExpression(part); });
}

void NameResolver::ResolveName(Expression& expression, NameNode& name) {
  if (!in_default_) {
    if (Variable* const variable = scopes_.Find(context_, name.name)) {
      variable->read = true;
      name.variable = scopes_.RefFrom(context_, *variable);
      return;
    }
  }
  if (const auto routine = RoutineIndex(name.name)) {
    called_[*routine] = true;
    name.target = {CallTarget::Kind::kSubworkflow, *routine};
    return;
  }
  ReportUnknownName(name.name, expression.span);
}

bool NameResolver::ResolveLibraryName(Expression& expression) {
  const NameNode* const root = RootName(expression);
  if (root == nullptr || (!in_default_ && scopes_.Find(context_, root->name) != nullptr) ||
      RoutineIndex(root->name)) {
    return false;
  }
  const std::string name = DottedName(expression);
  if (const auto index = FindLibraryFunction(name)) {
    if (LibraryFunctions()[*index].kind == LibraryKind::kFunction) {
      Report(expression.span, fmt::format("'{}' is a function: call it with its arguments in "
                                          "parentheses",
                                          name));
    }
    expression.node = LibraryNameNode{name, {CallTarget::Kind::kLibrary, *index}};
    return true;
  }
  if (!IsModule(root->name)) return false;  // the root's own message tells more
  // Perhaps a member of a policy: `http.default_retry.max_retries`.
  const auto functions = LibraryFunctions();
  const bool member = std::any_of(functions.begin(), functions.end(), [&](const auto& function) {
    return function.kind == LibraryKind::kPolicy &&
           name.starts_with(std::string(function.name) + ".");
  });
  if (member) return false;
  Report(expression.span, fmt::format("symbol '{}' not found", name));
  return true;
}

void NameResolver::ReportUnknownName(std::string_view name, const SourceSpan& span) {
  std::string message =
      fmt::format("symbol '{}' is neither a variable nor a sub-workflow name", name);
  const Variable* const elsewhere = scopes_.FindElsewhere(name);
  if (in_default_) {
    message += "; the default of a parameter sees no variables";
  } else if (elsewhere != nullptr) {
    message += fmt::format("; it is known {} (line {}), and gone outside",
                           scopes_.DescribeScope(*elsewhere), elsewhere->span.line);
  } else if (FindLibraryFunction(name)) {
    message += "; the function of that name is called with its arguments in parentheses";
  } else {
    for (const Routine& routine : definition_.routines) {
      if (&routine == &routine_) continue;
      const auto has = [&](const Step& step) {
        bool found = false;
        ForEachTarget(step, [&](const AssignTarget& target) {
          found = found || (target.name == name && target.path.empty());
        });
        return found;
      };
      const bool parameter =
          std::any_of(routine.parameters.begin(), routine.parameters.end(),
                      [&](const Parameter& candidate) { return candidate.name == name; });
      if (parameter || std::any_of(routine.all_steps.begin(), routine.all_steps.end(), has)) {
        message += fmt::format(
            "; workflow '{}' has a variable of that name: pass it as an argument", routine.name);
        break;
      }
    }
  }
  Report(span, std::move(message));
}

std::optional<std::uint32_t> NameResolver::RoutineIndex(std::string_view name) const {
  for (std::size_t i = 0; i < definition_.routines.size(); ++i) {
    if (definition_.routines[i].name == name) return static_cast<std::uint32_t>(i);
  }
  return std::nullopt;
}

std::optional<CallTarget> NameResolver::FindFunction(std::string_view name, const SourceSpan& span,
                                                     bool in_expression) {
  if (const auto routine = RoutineIndex(name)) {
    called_[*routine] = true;
    return CallTarget{CallTarget::Kind::kSubworkflow, *routine};
  }
  constexpr std::string_view kBlocking =
      "'{}' waits for something outside, so it cannot be called in an expression: use a call step";
  if (const auto index = FindLibraryFunction(name)) {
    const LibraryFunction& function = LibraryFunctions()[*index];
    if (function.kind == LibraryKind::kPolicy) {
      Report(span,
             fmt::format("'{}' is a policy, not a function: name it without calling it", name));
      return std::nullopt;
    }
    if (function.blocking && in_expression) {
      Report(span, fmt::format(fmt::runtime(kBlocking), name));
      return std::nullopt;
    }
    return CallTarget{CallTarget::Kind::kLibrary, *index};
  }
  if (IsConnectorName(name)) {
    std::string refusal =
        in_expression ? fmt::format(fmt::runtime(kBlocking), name) : ConnectorRefusal(name);
    if (refusal.empty()) return CallTarget{CallTarget::Kind::kConnector, 0};
    Report(span, std::move(refusal));
    return std::nullopt;
  }
  std::string message = fmt::format("symbol '{}' not found", name);
  if (!in_default_ && scopes_.Find(context_, name) != nullptr) {
    message += ": it is a variable, and variables cannot be called";
  }
  Report(span, std::move(message));
  return std::nullopt;
}

std::vector<NameResolver::ParameterName> NameResolver::ParametersOf(
    const CallTarget& target) const {
  std::vector<ParameterName> parameters;
  if (target.kind == CallTarget::Kind::kSubworkflow) {
    for (const Parameter& parameter : definition_.routines[target.index].parameters) {
      // An execution without an argument gives main null.
      const bool optional = parameter.default_value.has_value() || target.index == definition_.main;
      parameters.push_back({parameter.name, !optional});
    }
  } else {
    for (const LibraryParameter& parameter : LibraryFunctions()[target.index].parameters) {
      parameters.push_back({parameter.name, parameter.required});
    }
  }
  return parameters;
}

void NameResolver::CheckCount(std::string_view name, const std::vector<ParameterName>& parameters,
                              std::size_t count, const SourceSpan& span) {
  if (count > parameters.size()) {
    return Report(span, fmt::format("'{}' takes {} argument{}, not {}", name, parameters.size(),
                                    parameters.size() == 1 ? "" : "s", count));
  }
  for (std::size_t i = count; i < parameters.size(); ++i) {
    if (!parameters[i].required) continue;
    return Report(span, fmt::format("'{}' needs the argument '{}'", name, parameters[i].name));
  }
}

void NameResolver::ResolveFunctionCall(CallNode& call, const SourceSpan& span) {
  const std::optional<CallTarget> target = FindFunction(call.name, call.name_span, true);
  if (!target) return;
  call.target = *target;
  CheckCount(call.name, ParametersOf(*target), call.arguments.size(), span);
}

void NameResolver::ResolveTarget(AssignTarget& target) {
  for (AssignTarget::Key& key : target.path) {
    if (auto* const expression = std::get_if<Expression>(&key.key)) ResolveExpression(*expression);
  }
  Variable* const variable = scopes_.Find(context_, target.name);
  if (variable == nullptr) return ReportUnknownName(target.name, target.span);
  target.variable = scopes_.RefFrom(context_, *variable);
  target.shared = target.variable.level > 0;
  const StepIndex unshared = scopes_.UnsharedBetween(context_, *variable);
  if (unshared == kNoStep) return;
  const Step& parallel = routine_.all_steps[unshared];
  const std::string_view name =
      parallel.named == kNoStep ? "" : std::string_view(routine_.all_steps[parallel.named].name);
  Report(target.span, fmt::format("variable '{}' is defined in the parent scope but not marked "
                                  "shared: add it to 'shared' of step '{}', or use another name",
                                  target.name, name));
}

void NameResolver::ResolveCallStep(CallStep& call) {
  if (call.name.empty()) return;
  const std::optional<CallTarget> target = FindFunction(call.name, call.name_span, false);
  if (!target) return;
  call.target = *target;
  const bool positional =
      std::any_of(call.arguments.begin(), call.arguments.end(),
                  [](const CallArgument& argument) { return argument.name.empty(); });
  if (target->kind == CallTarget::Kind::kConnector) {
    if (positional) Report(call.name_span, "the arguments of a connector have names");
    return;
  }
  const std::vector<ParameterName> parameters = ParametersOf(*target);
  call.argument_of_parameter.assign(parameters.size(), -1);
  if (positional) {
    for (std::size_t i = 0; i < call.arguments.size() && i < parameters.size(); ++i) {
      call.argument_of_parameter[i] = static_cast<std::int32_t>(i);
    }
    return CheckCount(call.name, parameters, call.arguments.size(), call.name_span);
  }
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const CallArgument& argument = call.arguments[i];
    const auto found =
        std::find_if(parameters.begin(), parameters.end(),
                     [&](const ParameterName& known) { return known.name == argument.name; });
    if (found != parameters.end()) {
      call.argument_of_parameter[static_cast<std::size_t>(found - parameters.begin())] =
          static_cast<std::int32_t>(i);
      continue;
    }
    std::vector<std::string_view> names;
    for (const ParameterName& known : parameters) names.push_back(known.name);
    Report(argument.name_span, names.empty()
                                   ? fmt::format("'{}' takes no arguments", call.name)
                                   : fmt::format("'{}' has no argument '{}', but {}", call.name,
                                                 argument.name, fmt::join(names, ", ")));
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!parameters[i].required || call.argument_of_parameter[i] >= 0) continue;
    Report(call.name_span,
           fmt::format("'{}' needs the argument '{}'", call.name, parameters[i].name));
  }
}

void NameResolver::CheckPredicate(const Expression& predicate, const SourceSpan& span) {
  if (const auto* const name = std::get_if<NameNode>(&predicate.node)) {
    if (name->target.kind == CallTarget::Kind::kSubworkflow) {
      const std::vector<ParameterName> parameters = ParametersOf(name->target);
      const auto required = std::count_if(parameters.begin(), parameters.end(),
                                          [](const ParameterName& one) { return one.required; });
      if (parameters.empty() || required > 1) {
        Report(span, fmt::format("the predicate '{}' takes one argument, the error; it has {} "
                                 "parameters",
                                 name->name, parameters.size()));
      }
      return;
    }
    if (scopes_.Find(context_, name->name) == nullptr) return;  // reported as unknown
  }
  if (const auto* const library = std::get_if<LibraryNameNode>(&predicate.node)) {
    if (LibraryFunctions()[library->target.index].kind == LibraryKind::kPredicate) return;
  }
  Report(span,
         "a predicate is the name of a subworkflow with one parameter, or one of "
         "http.default_retry_predicate, http.default_retry_predicate_non_idempotent, retry.always, "
         "retry.never");
}

void NameResolver::ResolveRetry(ValueTemplate& retry) {
  const auto* const map = std::get_if<MapTemplate>(&retry.node);
  if (map != nullptr) {
    for (const MapTemplate::Entry& entry : map->entries) {
      const auto* const key = std::get_if<std::string>(&entry.key);
      if (key == nullptr || *key != "predicate") continue;
      if (const Expression* const predicate = entry.value.expression()) {
        CheckPredicate(*predicate, entry.value.span);
      }
    }
    return;
  }
  const Expression* const whole = retry.expression();
  if (whole == nullptr) return;
  const auto* const library = std::get_if<LibraryNameNode>(&whole->node);
  const auto* const name = std::get_if<NameNode>(&whole->node);
  const bool backoff = library != nullptr && library->name == "retry.default_backoff";
  const bool predicate = (library != nullptr && LibraryFunctions()[library->target.index].kind ==
                                                    LibraryKind::kPredicate) ||
                         (name != nullptr && name->target.kind == CallTarget::Kind::kSubworkflow);
  if (backoff || predicate) {
    Report(retry.span,
           fmt::format("retry takes a whole policy, as ${{http.default_retry}}; put this one under "
                       "{}",
                       backoff ? "retry.backoff" : "retry.predicate"));
  }
}

void NameResolver::Report(const SourceSpan& span, std::string message) {
  problems_.push_back({Severity::kError, std::move(message), step_, span});
}

}  // namespace hyperlocal::workflow
