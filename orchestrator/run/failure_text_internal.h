#pragma once

#include <string>
#include <vector>

#include "orchestrator/run/execution.h"
#include "orchestrator/run/program_internal.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// The first line of an error context: the `message` of a map, else `RuntimeError: ` and the value
// as JSON.
std::string MessageOf(const Value& error);

// A raised value as JSON text; what has no JSON form is named instead, so that a failure can
// always be told.
std::string PayloadText(const Value& error);

// A trace as fibers keep it, a list of numbers of sites, in words.
std::vector<TraceElement> TraceElements(const Program& program, const Value& trace);

}  // namespace hyperlocal::workflow
