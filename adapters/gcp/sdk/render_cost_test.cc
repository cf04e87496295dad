#include "adapters/gcp/sdk/render_cost.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace hyperlocal {
namespace {

BilledInvocation Invocation(double duration_ms, bool estimated = false) {
  return {.duration_ms = duration_ms, .vcpu = 4, .memory_gib = 16, .estimated = estimated};
}

// 10 s of 4 vCPU and 16 GiB: 0.00096 + 0.0004 + 0.0000004; 7 steps: 0.00007.
TEST(RenderCost, IsSecondsTimesSizeAndSteps) {
  const RenderCost cost = ComputeRenderCost({Invocation(10'000)}, 7);
  EXPECT_DOUBLE_EQ(cost.cloud_run_usd, 0.0014);
  EXPECT_DOUBLE_EQ(cost.workflows_usd, 0.0001);
  EXPECT_DOUBLE_EQ(cost.accrued_so_far_usd, 0.0014);
  EXPECT_EQ(cost.display_cost, "$0.0014");
  EXPECT_FALSE(cost.estimated);
  EXPECT_EQ(ToJson(cost).dump(),
            R"({"accruedSoFarUsd":0.0014,"displayCost":"$0.0014","breakdown":{"cloudRunUsd":)"
            R"(0.0014,"workflowsUsd":0.0001,"gcsEstimate":"not-included","estimated":false}})");
}

TEST(RenderCost, OfNothingIsNothing) {
  EXPECT_EQ(ComputeRenderCost({}, 0).display_cost, "$0.0000");
}

TEST(RenderCost, OneEstimateMakesAllOfItOne) {
  EXPECT_TRUE(ComputeRenderCost({Invocation(1), Invocation(0, true)}, 1).estimated);
}

TEST(StorageCost, AddsOperationsStorageAndTheDownload) {
  constexpr std::int64_t kGib = std::int64_t{1} << 30;
  const StorageCost cost = ComputeStorageCost(
      {.class_a = 1000, .class_b = 10'000, .stored_bytes = 30 * kGib, .downloaded_bytes = kGib});
  EXPECT_NEAR(cost.operations_usd, 0.005 + 0.004, 1e-12);
  EXPECT_NEAR(cost.storage_usd, 0.14, 1e-12);  // 30 GiB for 7 days of 30
  EXPECT_NEAR(cost.egress_usd, 0.12, 1e-12);
  EXPECT_NEAR(cost.total_usd, 0.269, 1e-12);
  EXPECT_FALSE(cost.assumptions.empty());
}

}  // namespace
}  // namespace hyperlocal
