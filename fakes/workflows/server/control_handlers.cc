#include <utility>

#include "fakes/workflows/server/api_call_internal.h"

namespace hyperlocal::workflows {

using workflow::Value;
using workflow::ValueMap;

ApiAnswer Health(ApiCall& call) {
  const auto up = std::chrono::steady_clock::now() - call.services.started;
  ValueMap answer;
  answer.Set("status", Value("ok"));
  answer.Set("service", Value("workflows"));
  answer.Set("uptimeSeconds", Value(static_cast<std::int64_t>(
                                  std::chrono::duration_cast<std::chrono::seconds>(up).count())));
  answer.Set("runningExecutions", Value(static_cast<std::int64_t>(call.services.host.running())));
  answer.Set("queuedExecutions", Value(static_cast<std::int64_t>(call.services.host.queued())));
  return Value(std::move(answer));
}

ApiAnswer ResetAll(ApiCall& call) {
  HYPERLOCAL_TRY_STATUS(call.services.store.Reset());
  call.services.host.CancelAllOf("projects/");
  ValueMap answer;
  answer.Set("status", Value("ok"));
  return Value(std::move(answer));
}

}  // namespace hyperlocal::workflows
