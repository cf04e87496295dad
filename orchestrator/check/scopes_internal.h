#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/syntax/definition.h"
#include "orchestrator/syntax/problem.h"

namespace hyperlocal::workflow {

// A variable of a routine, as its name is declared somewhere.
struct Variable {
  enum class Origin : std::uint8_t { kParameter, kLoopValue, kLoopIndex, kCaughtError, kAssigned };
  std::string name;
  Origin origin = Origin::kAssigned;
  ContextIndex scope = 0;  // the context that it is local to
  std::uint32_t slot = 0;  // in that context's frame
  SourceSpan span;         // where it is first assigned, in the order of the source
  StepIndex step = kNoStep;
  bool read = false;  // set while names are resolved
};

// Who sees which variable in a routine. Scopes are the routine, the bodies of loops, excepts and
// parallel branches or iterations; a try adds none, nor do switch and steps. Assigning a name makes
// a variable in the scope of the step, unless a scope further out has that name, assigned anywhere
// in it, be it later in the source.
//
// Making it fills in the routine's contexts, frames and slots, and the variables of loops and
// excepts.
class Scopes {
 public:
  // `routine` must outlive the object.
  Scopes(Routine& routine, std::vector<Problem>& problems);

  // The variable that a name means in a context, or null.
  Variable* Find(ContextIndex context, std::string_view name);
  const Variable* Find(ContextIndex context, std::string_view name) const;
  // How to get at it from there.
  VariableRef RefFrom(ContextIndex context, const Variable& variable) const;
  // The first parallel step, going outwards from the context to the variable, that does not share
  // it; kNoStep when it may be written.
  StepIndex UnsharedBetween(ContextIndex context, const Variable& variable) const;
  // A variable of that name that the context does not see, or null: for telling people where it is.
  const Variable* FindElsewhere(std::string_view name) const;
  // "only in the loop of step 'fill'".
  std::string DescribeScope(const Variable& variable) const;

  const std::vector<Variable>& variables() const { return variables_; }

 private:
  ContextIndex Open(Context::Kind kind, StepIndex owner, ContextIndex parent);
  void PlaceSteps(const std::vector<StepIndex>& steps, ContextIndex context);
  void PlaceStep(StepIndex index, ContextIndex context);
  ContextIndex PlaceLoop(ForLoop& loop, Context::Kind kind, StepIndex owner, ContextIndex parent);
  void DeclareAll();
  void Declare(ContextIndex scope, std::string_view name, Variable::Origin origin,
               const SourceSpan& span, StepIndex step);
  void AllocateSlots();
  void FillRefs();
  void CheckLoopNames();
  void CheckShared();

  ContextIndex ScopeOf(ContextIndex context) const;
  std::string StepName(StepIndex step) const;
  void Report(StepIndex step, const SourceSpan& span, std::string message);

  Routine& routine_;
  std::vector<Problem>& problems_;
  std::vector<Variable> variables_;
  // Per context, names to places in variables_.
  std::vector<std::map<std::string, std::size_t, std::less<>>> declared_;
};

}  // namespace hyperlocal::workflow
