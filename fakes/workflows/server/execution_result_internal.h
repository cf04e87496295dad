#pragma once

#include <string>

#include "fakes/workflows/store/workflow_records.h"
#include "orchestrator/run/execution.h"

namespace hyperlocal::workflows {

// What of an execution's outcome and place goes into its record: state, result, error and current
// steps, in the API's form.
void DescribeRun(const workflow::Execution& execution, ExecutionProgress& progress);

// {"context", "payload", "stackTrace"}: the error of one that failed before it could run.
std::string ErrorText(const std::string& payload, const std::string& context);

}  // namespace hyperlocal::workflows
