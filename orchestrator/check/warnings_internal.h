#pragma once

#include <memory>
#include <vector>

#include "orchestrator/check/check_definition.h"
#include "orchestrator/check/scopes_internal.h"
#include "orchestrator/syntax/definition.h"
#include "orchestrator/syntax/problem.h"

namespace hyperlocal::workflow {

// A definition that a deployment accepts, for the warnings to look at.
struct CheckedParts {
  const Definition& definition;
  const std::vector<std::unique_ptr<Scopes>>& scopes;  // of the routines, in their order
  const std::vector<bool>& called;                     // whether anything names the routine
  const CheckOptions& options;
};

// Every warning is meant to be right: where something cannot be known for sure, nothing is said.
class WarningSink {
 public:
  explicit WarningSink(std::vector<Problem>& problems) : problems_(problems) {}
  void Add(const Routine& routine, StepIndex step, const SourceSpan& span, std::string message);

 private:
  std::vector<Problem>& problems_;
};

// Steps that no run can come to.
void WarnOfUnreachableSteps(const CheckedParts& parts, WarningSink& sink);
// Variables that are assigned and never read, subworkflows that nothing names.
void WarnOfUnusedNames(const CheckedParts& parts, WarningSink& sink);
// Conditions that contradict themselves, and codes of HTTP errors compared with text.
void WarnOfImpossibleConditions(const CheckedParts& parts, WarningSink& sink);
// Fields that the service called does not answer (CheckOptions::answers).
void WarnOfUnknownFields(const CheckedParts& parts, WarningSink& sink);
// Entries of the argument that nothing reads (CheckOptions::forwarded).
void WarnOfUnforwardedArguments(const CheckedParts& parts, WarningSink& sink);
// Variables that grow with the iterations to the limit (CheckOptions::iterations).
void WarnOfGrowth(const CheckedParts& parts, WarningSink& sink);

}  // namespace hyperlocal::workflow
