#include "engine/wire/plan_locator.h"

namespace hyperlocal {

std::string_view WireName(PlanProtocol protocol) {
  return protocol == PlanProtocol::kV1 ? "v1" : "v2";
}

std::optional<PlanProtocol> ParsePlanProtocol(std::string_view wire_name) {
  for (const PlanProtocol each : {PlanProtocol::kV1, PlanProtocol::kV2}) {
    if (wire_name == WireName(each)) return each;
  }
  return std::nullopt;
}

PlanProtocol ProtocolOf(const PlanLocator& locator) {
  return std::holds_alternative<V1Locator>(locator) ? PlanProtocol::kV1 : PlanProtocol::kV2;
}

}  // namespace hyperlocal
