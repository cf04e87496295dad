#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/check/scopes_internal.h"
#include "orchestrator/syntax/definition.h"
#include "orchestrator/syntax/problem.h"

namespace hyperlocal::workflow {

// Finds what the names in one routine mean and fills that in: variables, subworkflows, library
// functions, connectors; and their arguments. Marks the variables that are read.
class NameResolver {
 public:
  // All must outlive the object. `called` has a place for every routine of the definition; those
  // that are called or named get true.
  NameResolver(const Definition& definition, Routine& routine, Scopes& scopes,
               std::vector<bool>& called, std::vector<Problem>& problems)
      : definition_(definition),
        routine_(routine),
        scopes_(scopes),
        called_(called),
        problems_(problems) {}

  void ResolveAll();

 private:
  void ResolveStep(Step& step);
  void ResolveTemplate(ValueTemplate& value);
  void ResolveExpression(Expression& expression);
  void ResolveName(Expression& expression, NameNode& name);
  // A chain of members that begins with no variable: a name of the library, or unknown. True when
  // it was one, or reported; else its object is resolved as usual.
  bool ResolveLibraryName(Expression& expression);
  void ResolveFunctionCall(CallNode& call, const SourceSpan& span);
  void ResolveTarget(AssignTarget& target);
  void ResolveCallStep(CallStep& call);
  void ResolveRetry(ValueTemplate& retry);
  void CheckPredicate(const Expression& predicate, const SourceSpan& span);

  // A function by name; reported when there is none, or none that may be called there.
  std::optional<CallTarget> FindFunction(std::string_view name, const SourceSpan& span,
                                         bool in_expression);
  struct ParameterName {
    std::string_view name;
    bool required;
  };
  std::vector<ParameterName> ParametersOf(const CallTarget& target) const;
  void CheckCount(std::string_view name, const std::vector<ParameterName>& parameters,
                  std::size_t count, const SourceSpan& span);
  std::optional<std::uint32_t> RoutineIndex(std::string_view name) const;
  void Report(const SourceSpan& span, std::string message);
  void ReportUnknownName(std::string_view name, const SourceSpan& span);

  const Definition& definition_;
  Routine& routine_;
  Scopes& scopes_;
  std::vector<bool>& called_;
  std::vector<Problem>& problems_;
  // Where one is.
  ContextIndex context_ = 0;
  std::string step_;
  bool in_default_ = false;  // of a parameter, where there are no variables
};

}  // namespace hyperlocal::workflow
