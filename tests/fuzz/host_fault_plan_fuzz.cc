#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fakes/cloud_run/host_fault_plan_internal.h"

// Any text is a plan or refused; a plan holds nothing that its rules do not allow.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal::cloud_run;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)ActionOf(text);
  const auto plan = HostFaultPlan::Parse(text);
  if (!plan) return 0;
  for (int i = 0; i < 3; ++i) (void)(*plan)->Choose("POST", "/", "plan");
  if ((*plan)->CountsJson().empty()) std::abort();
  for (const HostFaultRule& rule : (*plan)->rules()) {
    if (!(rule.probability >= 0 && rule.probability <= 1)) std::abort();
    if ((rule.fault == HostFaultKind::kStatus) != (rule.status != 0)) std::abort();
  }
  return 0;
}
