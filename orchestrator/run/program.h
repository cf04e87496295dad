#pragma once

#include <memory>

#include "orchestrator/syntax/definition.h"

namespace hyperlocal::workflow {

// A definition made ready to run. Never changed; may be shared by any number of executions and
// threads.
struct Program;

// `definition` must have passed the check (CheckDefinition, LoadDefinition): what that resolves is
// what is compiled.
std::shared_ptr<const Program> Compile(std::shared_ptr<const Definition> definition);

}  // namespace hyperlocal::workflow
