#include <fmt/format.h>

#include "orchestrator/check/warnings_internal.h"

namespace hyperlocal::workflow {

void WarnOfUnusedNames(const CheckedParts& parts, WarningSink& sink) {
  for (std::size_t i = 0; i < parts.definition.routines.size(); ++i) {
    const Routine& routine = parts.definition.routines[i];
    if (i != parts.definition.main && !parts.called[i]) {
      sink.Add(routine, kNoStep, routine.name_span,
               fmt::format("nothing calls the subworkflow '{}'", routine.name));
    }
    for (const Variable& variable : parts.scopes[i]->variables()) {
      // Parameters and what loops and excepts bring along are often there for their form only.
      if (variable.origin != Variable::Origin::kAssigned || variable.read) continue;
      if (variable.name.starts_with('_')) continue;
      sink.Add(routine, variable.step, variable.span,
               fmt::format("variable '{}' is assigned and never read", variable.name));
    }
  }
}

}  // namespace hyperlocal::workflow
