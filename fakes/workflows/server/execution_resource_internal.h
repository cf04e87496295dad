#pragma once

#include "fakes/workflows/store/workflow_records.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflows {

enum class ExecutionDetail { kBasic, kFull };

// The Execution as the API shows it.
workflow::Value ExecutionResource(const ExecutionRecord& execution, ExecutionDetail detail);

// From start to end; nothing before it began. While it runs, up to `now`.
std::optional<std::chrono::microseconds> DurationOf(const ExecutionRecord& execution,
                                                    TimePoint now);

}  // namespace hyperlocal::workflows
