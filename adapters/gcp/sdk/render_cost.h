#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace hyperlocal {

// On-demand prices in us-central1 (tier 1). Other regions and commitments differ.
inline constexpr double kUsdPerVcpuSecond = 0.000024;
inline constexpr double kUsdPerGibSecond = 0.0000025;
inline constexpr double kUsdPerRequest = 0.0000004;
inline constexpr double kUsdPerWorkflowStep = 0.00001;
inline constexpr double kUsdPerClassAOperation = 0.005 / 1000;   // writes, lists
inline constexpr double kUsdPerClassBOperation = 0.0004 / 1000;  // reads
inline constexpr double kUsdPerGibMonthStored = 0.020;           // standard class
inline constexpr double kUsdPerGibToInternet = 0.12;             // first TiB a month
inline constexpr int kDaysStored = 7;  // what the bucket's lifecycle rule lets live

// A request that the service worked on.
struct BilledInvocation {
  double duration_ms = 0;
  double vcpu = 0;
  double memory_gib = 0;
  bool estimated = false;  // the duration was not told by the service itself
};

// What the published library calls the cost: computing and orchestration.
struct RenderCost {
  double accrued_so_far_usd = 0;  // rounded to 4 places, like the two below
  std::string display_cost;       // "$0.0214"
  double cloud_run_usd = 0;
  double workflows_usd = 0;
  bool estimated = false;
};
RenderCost ComputeRenderCost(const std::vector<BilledInvocation>& invocations,
                             std::int64_t workflow_steps);

// What the published cost leaves out. It is an estimate, and `assumptions` says of what.
struct StorageUse {
  std::int64_t class_a = 0;
  std::int64_t class_b = 0;
  std::int64_t stored_bytes = 0;
  std::int64_t downloaded_bytes = 0;
};
struct StorageCost {
  StorageUse use;
  double operations_usd = 0;  // not rounded
  double storage_usd = 0;     // for kDaysStored
  double egress_usd = 0;
  double total_usd = 0;
  std::vector<std::string> assumptions;
};
StorageCost ComputeStorageCost(const StorageUse& use);

nlohmann::ordered_json ToJson(const RenderCost& cost);
nlohmann::ordered_json ToJson(const StorageCost& cost);

}  // namespace hyperlocal
