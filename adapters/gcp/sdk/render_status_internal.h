#pragma once

#include "adapters/gcp/sdk/progress.h"
#include "adapters/gcp/workflows/execution.h"

namespace hyperlocal {

// What a state of an execution means for the render.
RenderStatus RenderStatusOf(WorkflowExecution::State state);

}  // namespace hyperlocal
