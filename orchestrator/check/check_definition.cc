#include "orchestrator/check/check_definition.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "orchestrator/check/control_flow_internal.h"
#include "orchestrator/check/names_internal.h"
#include "orchestrator/check/scopes_internal.h"
#include "orchestrator/check/warnings_internal.h"
#include "orchestrator/syntax/parse_definition.h"

namespace hyperlocal::workflow {
namespace {

// In the message of an Error; a list of thousands helps nobody.
constexpr std::size_t kDescribedErrors = 50;

void AddWarnings(const CheckedParts& parts, std::vector<Problem>& problems) {
  WarningSink sink(problems);
  WarnOfUnreachableSteps(parts, sink);
  WarnOfUnusedNames(parts, sink);
  WarnOfImpossibleConditions(parts, sink);
  WarnOfUnknownFields(parts, sink);
  WarnOfUnforwardedArguments(parts, sink);
  WarnOfGrowth(parts, sink);
}

}  // namespace

CheckOutcome CheckDefinition(std::string source, std::string file, const CheckOptions& options) {
  ParseOutcome parsed = ParseDefinition(std::move(source), std::move(file));
  CheckOutcome outcome;
  outcome.problems = std::move(parsed.problems);
  if (parsed.definition != nullptr) {
    Definition& definition = *parsed.definition;
    std::vector<std::unique_ptr<Scopes>> scopes;
    std::vector<bool> called(definition.routines.size(), false);
    for (Routine& routine : definition.routines) {
      scopes.push_back(std::make_unique<Scopes>(routine, outcome.problems));
      ControlFlow(routine, outcome.problems).ResolveAll();
      NameResolver(definition, routine, *scopes.back(), called, outcome.problems).ResolveAll();
    }
    if (!HasErrors(outcome.problems)) {
      AddWarnings({definition, scopes, called, options}, outcome.problems);
      outcome.definition = std::move(parsed.definition);
    }
  }
  SortProblems(outcome.problems);
  return outcome;
}

Result<std::shared_ptr<const Definition>> LoadDefinition(std::string source, std::string file) {
  const std::string text = source;
  CheckOutcome outcome = CheckDefinition(std::move(source), file);
  if (outcome.definition != nullptr) return std::move(outcome.definition);
  std::string message = fmt::format("{} would not be deployed:\n", file);
  std::size_t described = 0;
  for (const Problem& problem : outcome.problems) {
    if (problem.severity != Severity::kError) continue;
    if (++described <= kDescribedErrors) message += DescribeProblem(problem, file, text);
  }
  if (described > kDescribedErrors) {
    message += fmt::format("and {} more\n", described - kDescribedErrors);
  }
  message.pop_back();  // the last line end
  return Error{ErrorCode::kInvalidWorkflow, std::move(message)};
}

}  // namespace hyperlocal::workflow
