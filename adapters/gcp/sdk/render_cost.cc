#include "adapters/gcp/sdk/render_cost.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

namespace hyperlocal {
namespace {

constexpr double kGib = 1024.0 * 1024.0 * 1024.0;
constexpr double kDaysAMonth = 30;

// As Math.round does it: halves go up.
double RoundUsd(double usd) {
  const double places = usd * 1e4;
  const double below = std::floor(places);
  return (places - below >= 0.5 ? below + 1 : below) / 1e4;
}

}  // namespace

// The sums are formed in the published library's order, so that they round alike.
RenderCost ComputeRenderCost(const std::vector<BilledInvocation>& invocations,
                             std::int64_t workflow_steps) {
  double cloud_run = 0;
  RenderCost cost;
  for (const BilledInvocation& one : invocations) {
    const double seconds = one.duration_ms / 1000;
    cloud_run += seconds * one.vcpu * kUsdPerVcpuSecond;
    cloud_run += seconds * one.memory_gib * kUsdPerGibSecond;
    cloud_run += kUsdPerRequest;
    cost.estimated = cost.estimated || one.estimated;
  }
  const double workflows = static_cast<double>(workflow_steps) * kUsdPerWorkflowStep;
  cost.accrued_so_far_usd = RoundUsd(cloud_run + workflows);
  cost.display_cost = fmt::format("${:.4f}", cost.accrued_so_far_usd);
  cost.cloud_run_usd = RoundUsd(cloud_run);
  cost.workflows_usd = RoundUsd(workflows);
  return cost;
}

StorageCost ComputeStorageCost(const StorageUse& use) {
  StorageCost cost;
  cost.use = use;
  cost.operations_usd = static_cast<double>(use.class_a) * kUsdPerClassAOperation +
                        static_cast<double>(use.class_b) * kUsdPerClassBOperation;
  cost.storage_usd = static_cast<double>(use.stored_bytes) / kGib * kUsdPerGibMonthStored *
                     kDaysStored / kDaysAMonth;
  cost.egress_usd = static_cast<double>(use.downloaded_bytes) / kGib * kUsdPerGibToInternet;
  cost.total_usd = cost.operations_usd + cost.storage_usd + cost.egress_usd;
  cost.assumptions = {
      "on-demand prices of us-central1, no free tier, no commitments",
      fmt::format("everything stays in the bucket for {} days, in the standard class", kDaysStored),
      "the output is downloaded once to the internet; between bucket and service traffic is free",
      "every request to storage took one attempt",
  };
  return cost;
}

nlohmann::ordered_json ToJson(const RenderCost& cost) {
  return {{"accruedSoFarUsd", cost.accrued_so_far_usd},
          {"displayCost", cost.display_cost},
          {"breakdown",
           {{"cloudRunUsd", cost.cloud_run_usd},
            {"workflowsUsd", cost.workflows_usd},
            {"gcsEstimate", "not-included"},
            {"estimated", cost.estimated}}}};
}

nlohmann::ordered_json ToJson(const StorageCost& cost) {
  return {{"classAOperations", cost.use.class_a}, {"classBOperations", cost.use.class_b},
          {"storedBytes", cost.use.stored_bytes}, {"downloadedBytes", cost.use.downloaded_bytes},
          {"operationsUsd", cost.operations_usd}, {"storageUsd", cost.storage_usd},
          {"egressUsd", cost.egress_usd},         {"totalUsd", cost.total_usd},
          {"assumptions", cost.assumptions}};
}

}  // namespace hyperlocal
