#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/syntax/position.h"

namespace hyperlocal::workflow {

enum class Severity : std::uint8_t {
  kError,    // a deployment would refuse it
  kWarning,  // ours: it would be deployed, and is probably not what was meant
};

// One thing that is wrong with a definition.
struct Problem {
  Severity severity = Severity::kError;
  std::string message;  // what, and where it helps the way out; without the place
  std::string step;     // the innermost step with a name; empty outside of steps
  SourceSpan span;
};

// In the words of a deployment: "failed to build: error in step fill: <message>".
std::string DeploymentMessage(const Problem& problem);

// For people: "file:12:5: error in step fill: <message>", the line of the source, and a caret with
// a tail under the place. `source` is the text that was parsed.
std::string DescribeProblem(const Problem& problem, std::string_view file, std::string_view source);

bool HasErrors(const std::vector<Problem>& problems);

// By place, errors before warnings of the same place.
void SortProblems(std::vector<Problem>& problems);

}  // namespace hyperlocal::workflow
