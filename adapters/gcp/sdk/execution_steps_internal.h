#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "adapters/gcp/sdk/progress.h"
#include "adapters/gcp/sdk/render_cost.h"
#include "adapters/gcp/workflows/execution.h"

namespace hyperlocal {

// What the steps of a render's execution say. It is read from their shape, not from their names, so
// that any definition will do that plans, renders in one parallel loop, and assembles: the
// published one as well as ours.
struct StepsReading {
  LiveStanding standing;                      // without frames and estimate
  std::vector<BilledInvocation> invocations;  // every request, estimated from the steps' times
  int invocations_begun = 0;
  std::int64_t steps = 0;
};

// `steps` are sorted by id. Requests that are under way last until `now`.
StepsReading ReadSteps(const std::vector<ExecutionStep>& steps, double vcpu, double memory_gib,
                       std::chrono::system_clock::time_point now);

// How long the render may yet take: what is left of the chunks at the mean of those that are done,
// by as many at once as there are, and for the assembly a tenth of a chunk. Nothing before the
// first chunk is done.
std::optional<std::chrono::milliseconds> EstimateRemaining(
    const LiveStanding& standing, std::chrono::system_clock::time_point now);

}  // namespace hyperlocal
