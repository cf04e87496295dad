#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/syntax/definition.h"
#include "orchestrator/syntax/problem.h"

namespace hyperlocal::workflow {

// Finds where every step of a routine goes on, and refuses the jumps that a deployment refuses:
// to steps that are not there, and into or out of loops and parallel branches. Jumps into a try or
// an except from outside are refused too: what they would mean is nowhere said. The contexts of the
// routine must be there (Scopes).
class ControlFlow {
 public:
  ControlFlow(Routine& routine, std::vector<Problem>& problems)
      : routine_(routine), problems_(problems) {}

  void ResolveAll();

 private:
  void LinkSteps(const std::vector<StepIndex>& steps, const Continuation& after);
  void LinkStep(StepIndex index, const Continuation& after);
  Continuation TargetOf(const std::string& next, const SourceSpan& span, StepIndex from,
                        const Continuation& otherwise);
  Continuation LeaveLoop(const std::string& next, const SourceSpan& span, StepIndex from);
  // Why a jump between contexts is not allowed; empty when it is.
  std::string JumpRefusal(ContextIndex from, ContextIndex to, std::string_view name) const;
  void Report(StepIndex step, const SourceSpan& span, std::string message);

  Routine& routine_;
  std::vector<Problem>& problems_;
  std::map<std::string, StepIndex, std::less<>> names_;
};

}  // namespace hyperlocal::workflow
