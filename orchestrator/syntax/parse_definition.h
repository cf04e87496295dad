#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "orchestrator/syntax/definition.h"
#include "orchestrator/syntax/problem.h"

namespace hyperlocal::workflow {

// Bytes of source that a deployment accepts.
inline constexpr std::size_t kSourceLimit = 128 * 1024;
inline constexpr std::size_t kParameterLimit = 10;

struct ParseOutcome {
  // What could be read, names not yet resolved; null when there is no workflow in it at all.
  std::unique_ptr<Definition> definition;
  std::vector<Problem> problems;
};

// Reads a definition and says what is wrong with its form: the YAML, the expressions, the fields of
// steps. Whether names mean something is the check's part (orchestrator/check). Never fails
// otherwise, whatever the bytes are.
ParseOutcome ParseDefinition(std::string source, std::string file);

}  // namespace hyperlocal::workflow
