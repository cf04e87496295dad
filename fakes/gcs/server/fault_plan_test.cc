#include "fakes/gcs/server/fault_plan_internal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace hyperlocal::gcs {
namespace {

std::shared_ptr<FaultPlan> PlanOf(std::string_view text) {
  auto plan = FaultPlan::Parse(text);
  EXPECT_TRUE(plan) << plan.error().message;
  return plan ? *plan : std::make_shared<FaultPlan>(0, std::vector<FaultRule>());
}

TEST(FaultPlan, ReadsEveryMember) {
  const auto plan = PlanOf(R"({"seed": 7, "rules": [
    {"method": "storage.objects.get", "bucket": "b", "prefix": "renders/", "probability": 0.5,
     "action": "reset", "after_bytes": [1, 9], "times": 20, "skip": 3},
    {"action": "status", "status": 503},
    {"method": "storage.objects.*", "action": "stall", "stall_ms": 20}]})");
  EXPECT_EQ(plan->seed(), 7u);
  ASSERT_EQ(plan->rules().size(), 3u);
  EXPECT_EQ(
      plan->rules()[0],
      (FaultRule{
          "storage.objects.get", "b", "renders/", 0.5, {FaultKind::kReset, 0, 1, {}}, 9, 3, 20}));
  EXPECT_EQ(plan->rules()[1],
            (FaultRule{"*", "", "", 1, {FaultKind::kStatus, 503, {}, {}}, {}, 0, {}}));
  EXPECT_EQ(plan->rules()[2].action,
            (FaultAction{FaultKind::kStall, 0, 0, std::chrono::milliseconds(20)}));
}

struct Refusal {
  std::string name, text, place, way_out;
};

class BadFaultPlan : public ::testing::TestWithParam<Refusal> {};

TEST_P(BadFaultPlan, IsRefusedWithThePlaceAndWhatMayStandThere) {
  const auto plan = FaultPlan::Parse(GetParam().text);
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().message.find(GetParam().place), std::string::npos) << plan.error().message;
  EXPECT_NE(plan.error().message.find(GetParam().way_out), std::string::npos)
      << plan.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Faults, BadFaultPlan,
    ::testing::Values(
        Refusal{"NoJson", "{", "fault plan", "line 1"},
        Refusal{"NoObject", "[]", "the whole", "seed and rules"},
        Refusal{"NoRules", "{}", "rules", "array"},
        Refusal{"Member", R"({"rulez": []})", "rulez", "seed and rules"},
        Refusal{"Seed", R"({"seed": -1, "rules": []})", "seed", "whole number"},
        Refusal{"RuleNoObject", R"({"rules": [1]})", "rules[0]", "object"},
        Refusal{"NoAction", R"({"rules": [{}]})", "rules[0]", "status, reset"},
        Refusal{"Action", R"({"rules": [{"action": "explode"}]})", "rules[0].action",
                "truncate-upload"},
        Refusal{"SecondRule", R"({"rules": [{"action": "reset"}, {"action": 1}]})",
                "rules[1].action", "corrupt"},
        Refusal{"RuleMember", R"({"rules": [{"action": "reset", "tmies": 1}]})", "tmies", "times"},
        Refusal{"Method", R"({"rules": [{"action": "reset", "method": "storage.objects.gte"}]})",
                "rules[0].method", "storage.objects.get"},
        Refusal{"Probability", R"({"rules": [{"action": "reset", "probability": 1.5}]})",
                "rules[0].probability", "0 to 1"},
        Refusal{"StatusMissing", R"({"rules": [{"action": "status"}]})", "rules[0]", "status"},
        Refusal{"StatusOfOther", R"({"rules": [{"action": "reset", "status": 503}]})", "rules[0]",
                "belongs"},
        Refusal{"StatusRange", R"({"rules": [{"action": "status", "status": 200}]})",
                "rules[0].status", "400 to 599"},
        Refusal{"StallMissing", R"({"rules": [{"action": "stall"}]})", "rules[0]", "stall_ms"},
        Refusal{"AfterBytes", R"({"rules": [{"action": "reset", "after_bytes": [2, 1]}]})",
                "rules[0].after_bytes", "least"},
        Refusal{"AfterBytesOfCorrupt", R"({"rules": [{"action": "corrupt", "after_bytes": 1}]})",
                "rules[0]", "first byte"},
        Refusal{"Times", R"({"rules": [{"action": "reset", "times": 0.5}]})", "rules[0].times",
                "whole number"},
        Refusal{"Bucket", R"({"rules": [{"action": "reset", "bucket": 1}]})", "rules[0].bucket",
                "text"}),
    [](const auto& test) { return test.param.name; });

TEST(FaultPlan, ARuleIsAboutItsMethodBucketAndPrefix) {
  const auto plan = PlanOf(R"({"rules": [{"method": "storage.objects.get", "bucket": "b",
                                          "prefix": "p/", "action": "reset"}]})");
  EXPECT_TRUE(plan->Choose("storage.objects.get", "b", "p/x"));
  EXPECT_FALSE(plan->Choose("storage.objects.list", "b", "p/x"));
  EXPECT_FALSE(plan->Choose("storage.objects.get", "c", "p/x"));
  EXPECT_FALSE(plan->Choose("storage.objects.get", "b", "q/x"));
  EXPECT_EQ(plan->CountOf(0).matched, 1u);
}

TEST(FaultPlan, RulesThatHarmUploadsAreAboutRequestsThatBringOne) {
  const auto plan = PlanOf(R"({"rules": [{"action": "truncate-upload", "after_bytes": 5},
                                         {"action": "corrupt-upload"},
                                         {"action": "status", "status": 503, "after_bytes": 1}]})");
  EXPECT_FALSE(plan->Choose("storage.objects.get", "b", "o"));
  EXPECT_FALSE(plan->Choose("storage.objects.insert", "b", "o", false));
  EXPECT_EQ(plan->CountOf(0).matched + plan->CountOf(1).matched + plan->CountOf(2).matched, 0u);
  EXPECT_TRUE(plan->Choose("storage.objects.insert", "b", "o", true));
}

TEST(FaultPlan, SkipLeavesTheFirstAloneAndTimesEndsIt) {
  const auto plan = PlanOf(R"({"rules": [{"action": "reset", "skip": 2, "times": 3}]})");
  std::string struck;
  for (int i = 0; i < 8; ++i) struck += plan->Choose("storage.objects.get", "b", "o") ? 'x' : '.';
  EXPECT_EQ(struck, "..xxx...");
  EXPECT_EQ(plan->CountOf(0).matched, 8u);
  EXPECT_EQ(plan->CountOf(0).chosen, 3u);
}

TEST(FaultPlan, TheFirstRuleThatStrikesIsInjectedAndAllCount) {
  const auto plan = PlanOf(R"({"rules": [{"action": "reset", "times": 1},
                                         {"action": "status", "status": 500}]})");
  const auto first = plan->Choose("storage.objects.get", "b", "o");
  const auto second = plan->Choose("storage.objects.get", "b", "o");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->rule, 0u);
  EXPECT_EQ(second->rule, 1u);
  EXPECT_EQ(plan->CountOf(1).matched, 2u);
  EXPECT_EQ(plan->CountOf(1).chosen, 1u);
}

TEST(FaultPlan, AProbabilityIsAboutThatOften) {
  const auto plan = PlanOf(R"({"seed": 1, "rules": [{"action": "reset", "probability": 0.25}]})");
  int struck = 0;
  for (int i = 0; i < 10'000; ++i) struck += plan->Choose("storage.objects.get", "b", "o") ? 1 : 0;
  // Six standard deviations; and the plan is the same every time.
  EXPECT_NEAR(struck, 2500, 260);
}

TEST(FaultPlan, ProbabilityZeroNeverStrikesAndOneAlways) {
  const auto plan = PlanOf(R"({"rules": [{"action": "reset", "probability": 0},
                                         {"action": "close", "probability": 1}]})");
  for (int i = 0; i < 1000; ++i) {
    const auto choice = plan->Choose("storage.objects.get", "b", "o");
    ASSERT_TRUE(choice);
    ASSERT_EQ(choice->rule, 1u);
  }
}

std::string Struck(FaultPlan& plan, int count) {
  std::string struck;
  for (int i = 0; i < count; ++i) {
    const auto choice = plan.Choose("storage.objects.get", "b", "o");
    struck += choice ? std::to_string(choice->action.after_bytes.value_or(0)) + "," : "-";
  }
  return struck;
}

std::vector<FaultRule> RuleWith(double probability) {
  FaultRule rule;
  rule.method = "*";
  rule.probability = probability;
  rule.action = {FaultKind::kReset, 0, 10, {}};
  rule.after_bytes_most = 1000;
  return {rule};
}

RC_GTEST_PROP(FaultPlanProperty, TheSameSeedGivesTheSameFaults, (std::uint64_t seed)) {
  const double probability = *rc::gen::inRange(0, 101) / 100.0;
  FaultPlan a(seed, RuleWith(probability)), b(seed, RuleWith(probability));
  RC_ASSERT(Struck(a, 100) == Struck(b, 100));
}

RC_GTEST_PROP(FaultPlanProperty, RequestsThatARuleIsNotAboutDoNotChangeIt, (std::uint64_t seed)) {
  auto rules = RuleWith(0.5);
  rules[0].method = "storage.objects.get";
  FaultRule other = rules[0];
  other.method = "storage.buckets.get";
  FaultPlan alone(seed, rules);
  rules.push_back(other);
  FaultPlan together(seed, rules);
  std::string struck;
  for (int i = 0; i < 50; ++i) {
    for (int others = *rc::gen::inRange(0, 3); others > 0; --others) {
      together.Choose("storage.buckets.get", "b", "");
    }
    struck += Struck(together, 1);
  }
  RC_ASSERT(struck == Struck(alone, 50));
}

RC_GTEST_PROP(FaultPlanProperty, AfterBytesStaysInItsRange, (std::uint64_t seed)) {
  FaultPlan plan(seed, RuleWith(1));
  for (int i = 0; i < 50; ++i) {
    const auto choice = plan.Choose("storage.objects.get", "b", "o");
    RC_ASSERT(choice.has_value());
    RC_ASSERT(*choice->action.after_bytes >= 10u && *choice->action.after_bytes <= 1000u);
  }
}

TEST(FaultPlan, OtherSeedsGiveOtherFaults) {
  FaultPlan a(1, RuleWith(0.5)), b(2, RuleWith(0.5));
  EXPECT_NE(Struck(a, 200), Struck(b, 200));
}

}  // namespace
}  // namespace hyperlocal::gcs
