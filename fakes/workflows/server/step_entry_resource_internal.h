#pragma once

#include <string>
#include <vector>

#include "fakes/workflows/store/workflow_records.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflows {

// All entries of an execution as the API shows them, a list in their order. Which entries are
// parents, children and neighbours of which is told only by all of them together.
workflow::Value StepEntryResources(const std::string& execution,
                                   const std::vector<StepEntryRecord>& entries);

}  // namespace hyperlocal::workflows
