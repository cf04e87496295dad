#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "orchestrator/check/check_definition.h"
#include "orchestrator/check/scopes_internal.h"
#include "orchestrator/syntax/definition.h"

namespace hyperlocal::workflow {

// The constant key of `object.key` or `object["key"]`, with what it is taken from; empty for
// anything else.
struct MemberAccess {
  const Expression* object = nullptr;
  std::string_view key;
  SourceSpan span;
};
std::optional<MemberAccess> AsMemberAccess(const Expression& expression);

// Whether a call is of one of the http functions.
bool IsHttpCall(const CallStep& call);

// What is known of the variables of one routine that hold answers of HTTP services, or the bodies
// of answers. Only what holds on every way through the routine is known.
class HttpValues {
 public:
  enum class Kind : std::uint8_t { kResponse, kBody };
  struct Shape {
    Kind kind = Kind::kResponse;
    // Places in CheckOptions::answers of what it may be; nothing when it may be something else too.
    std::optional<std::set<std::size_t>> answers;
  };

  // All must outlive the object.
  HttpValues(const Routine& routine, const Scopes& scopes, const CheckOptions& options);

  std::optional<Shape> ShapeOf(const Expression& expression, ContextIndex context) const;

 private:
  struct Source {
    std::optional<Shape> shape;              // of a call's result
    const Expression* expression = nullptr;  // else, of an assignment
    ContextIndex context = 0;
  };
  std::optional<Shape> ShapeOfVariable(const Variable& variable) const;
  std::optional<Shape> ShapeOfCall(const CallStep& call) const;

  const Scopes& scopes_;
  const CheckOptions& options_;
  std::map<const Variable*, std::vector<Source>> sources_;
  mutable std::set<const Variable*> asking_;  // to see cycles of assignments
};

}  // namespace hyperlocal::workflow
