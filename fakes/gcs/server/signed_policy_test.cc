#include "fakes/gcs/server/signed_policy_internal.h"

#include <gtest/gtest.h>

#include <string>

namespace hyperlocal::gcs {
namespace {

PostPolicy PolicyWith(const std::string& conditions) {
  auto policy = PostPolicy::Parse(R"({"expiration": "2020-01-23T04:35:40Z", "conditions": [)" +
                                  conditions + "]}");
  EXPECT_TRUE(policy) << policy.error().message;
  return policy ? *policy : PostPolicy();
}

bool Allows(const PostPolicy& policy, const FormFields& fields) {
  return policy.CheckFields(fields, "bkt").has_value();
}

TEST(PostPolicy, ExpirationIsRead) {
  const auto policy = PolicyWith("");
  EXPECT_EQ(policy.expiration().time_since_epoch(), std::chrono::seconds(1579754140));
}

TEST(PostPolicy, AnObjectIsAnExactMatch) {
  const auto policy = PolicyWith(R"({"bucket": "bkt"}, {"key": "k"})");
  EXPECT_TRUE(Allows(policy, {{"key", "k"}}));
  EXPECT_FALSE(Allows(policy, {{"key", "kk"}}));
  EXPECT_FALSE(Allows(policy, {}));
  EXPECT_FALSE(policy.CheckFields({{"key", "k"}}, "other"));
}

TEST(PostPolicy, EqAndStartsWithNameAField) {
  const auto policy =
      PolicyWith(R"(["eq", "$key", "k"], ["starts-with", "$Content-Type", "image/"])");
  EXPECT_TRUE(Allows(policy, {{"key", "k"}, {"content-type", "image/png"}}));
  EXPECT_FALSE(Allows(policy, {{"key", "k"}, {"content-type", "text/html"}}));
  const auto any = PolicyWith(R"(["starts-with", "$key", ""])");
  EXPECT_TRUE(Allows(any, {{"key", "whatever"}}));
}

TEST(PostPolicy, TheRefusalNamesTheConditionAndTheValue) {
  const auto policy = PolicyWith(R"(["starts-with", "$key", "in/"])");
  const auto refused = policy.CheckFields({{"key", "out/x"}}, "bkt");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find(R"(["starts-with", "$key", "in/"])"), std::string::npos);
  EXPECT_NE(refused.error().message.find("out/x"), std::string::npos);
}

TEST(PostPolicy, EveryFieldNeedsACondition) {
  const auto policy = PolicyWith(R"({"key": "k"})");
  EXPECT_TRUE(Allows(
      policy, {{"key", "k"}, {"policy", "p"}, {"x-goog-signature", "s"}, {"x-ignore-me", "i"}}));
  const auto refused = policy.CheckFields({{"key", "k"}, {"x-goog-meta-a", "1"}}, "bkt");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("x-goog-meta-a"), std::string::npos);
}

TEST(PostPolicy, TheNarrowestContentLengthRangeHolds) {
  const auto policy =
      PolicyWith(R"(["content-length-range", 1, 100], ["content-length-range", "0", "50"])");
  EXPECT_EQ(policy.size_range().least, 1u);
  EXPECT_EQ(policy.size_range().most, 50u);
}

TEST(PostPolicy, WhatMakesNoSenseIsRefusedWithItsPlace) {
  for (const char* const condition :
       {"1", "[]", R"({"a": "b", "c": "d"})", R"({"a": 1})", R"(["eq", "key", "k"])",
        R"(["eq", "$key"])", R"(["like", "$key", "k"])", R"(["eq", "$key", 1])",
        R"(["content-length-range", -1, 2])", R"(["content-length-range", "x", 2])"}) {
    const auto policy = PostPolicy::Parse(
        R"({"expiration": "2020-01-23T04:35:40Z", "conditions": [{"key": "k"}, )" +
        std::string(condition) + "]}");
    ASSERT_FALSE(policy) << condition;
    EXPECT_NE(policy.error().message.find("conditions[1]"), std::string::npos)
        << policy.error().message;
  }
  EXPECT_FALSE(PostPolicy::Parse("{"));
  EXPECT_FALSE(PostPolicy::Parse("[]"));
  EXPECT_FALSE(PostPolicy::Parse(R"({"conditions": []})"));
  EXPECT_FALSE(PostPolicy::Parse(R"({"expiration": "tomorrow", "conditions": []})"));
  EXPECT_FALSE(PostPolicy::Parse(R"({"expiration": "2020-01-23T04:35:40Z"})"));
}

}  // namespace
}  // namespace hyperlocal::gcs
