#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fakes/gcs/server/fault_instruction_internal.h"
#include "fakes/gcs/server/fault_method_internal.h"
#include "fakes/gcs/server/fault_plan_internal.h"

// Any text is a fault plan or an error that says so; a plan is made of what rules may be made of,
// and chooses within it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal;
  using namespace hyperlocal::gcs;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto instruction = ParseRetryInstruction(text);
  if (!instruction && instruction.error().code != ErrorCode::kBadRequest) std::abort();
  ParseEmulatorInstruction(text);

  const auto plan = FaultPlan::Parse(text);
  if (!plan) {
    const Error& error = plan.error();
    const bool known =
        error.code == ErrorCode::kBadRequest || error.code == ErrorCode::kInvalidJson;
    if (!known || !error.message.starts_with("fault plan")) std::abort();
    return 0;
  }
  for (const FaultRule& rule : (*plan)->rules()) {
    if (!IsFaultMethodPattern(rule.method)) std::abort();
    if (!(rule.probability >= 0 && rule.probability <= 1)) std::abort();
    const bool has_status = rule.action.kind == FaultKind::kStatus;
    if (has_status != (rule.action.status >= 400 && rule.action.status <= 599)) std::abort();
  }
  for (int i = 0; i < 3; ++i) {
    const auto choice = (*plan)->Choose("storage.objects.get", "bucket", "object");
    if (!choice) continue;
    const FaultRule& rule = (*plan)->rules()[choice->rule];
    if (rule.after_bytes_most && (*choice->action.after_bytes < *rule.action.after_bytes ||
                                  *choice->action.after_bytes > *rule.after_bytes_most)) {
      std::abort();
    }
  }
  return 0;
}
