#include "fakes/gcs/server/retry_test_registry_internal.h"

#include <gtest/gtest.h>

#include <string>

namespace hyperlocal::gcs {
namespace {

constexpr std::string_view kTwo =
    R"({"instructions": {"storage.objects.get": ["return-503", "return-reset-connection"]}})";

TEST(RetryTestRegistry, ATestShowsItsInstructionsAndIsNotCompleted) {
  RetryTestRegistry registry;
  const auto test = registry.Create(kTwo);
  ASSERT_TRUE(test) << test.error().message;
  EXPECT_EQ(test->id.size(), 32u);
  EXPECT_EQ(RetryTestJson(*test),
            R"({"id":")" + test->id +
                R"(","instructions":{"storage.objects.get":["return-503",)"
                R"("return-reset-connection"]},"completed":false,"transport":"HTTP"})");
}

TEST(RetryTestRegistry, InstructionsAreAQueueForEachMethod) {
  RetryTestRegistry registry;
  const auto test = registry.Create(
      R"({"instructions": {"storage.objects.get": ["return-503", "return-500"],
                           "storage.objects.list": ["return-429"]}})");
  ASSERT_TRUE(test);
  auto front = registry.Front(test->id, "storage.objects.get");
  ASSERT_TRUE(front && *front);
  EXPECT_EQ((*front)->text, "return-503");
  EXPECT_TRUE(registry.Take(test->id, "storage.objects.get", (*front)->serial));
  front = registry.Front(test->id, "storage.objects.get");
  ASSERT_TRUE(front && *front);
  EXPECT_EQ((*front)->text, "return-500");
  const auto other = registry.Front(test->id, "storage.buckets.get");
  ASSERT_TRUE(other);
  EXPECT_FALSE(*other);
}

TEST(RetryTestRegistry, ItIsCompletedWhenTheLastInstructionWasCarriedOut) {
  RetryTestRegistry registry;
  const auto test = registry.Create(kTwo);
  ASSERT_TRUE(test);
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(registry.Get(test->id)->completed);
    const auto front = registry.Front(test->id, "storage.objects.get");
    ASSERT_TRUE(front && *front);
    EXPECT_TRUE(registry.Take(test->id, "storage.objects.get", (*front)->serial));
  }
  EXPECT_TRUE(registry.Get(test->id)->completed);
  EXPECT_EQ(registry.Get(test->id)->injected, 2u);
}

TEST(RetryTestRegistry, OfTwoRequestsOneTakesTheInstruction) {
  RetryTestRegistry registry;
  const auto test =
      registry.Create(R"({"instructions": {"storage.objects.get": ["return-503", "return-503"]}})");
  ASSERT_TRUE(test);
  const auto seen = registry.Front(test->id, "storage.objects.get");
  ASSERT_TRUE(seen && *seen);
  EXPECT_TRUE(registry.Take(test->id, "storage.objects.get", (*seen)->serial));
  EXPECT_FALSE(registry.Take(test->id, "storage.objects.get", (*seen)->serial));
  EXPECT_FALSE(registry.Get(test->id)->completed);
}

TEST(RetryTestRegistry, UnknownMethodsInstructionsAndTransportsAreRefused) {
  RetryTestRegistry registry;
  const auto refusal = [&registry](std::string_view body) {
    const auto test = registry.Create(body);
    EXPECT_FALSE(test) << body;
    if (test) return std::string();
    EXPECT_TRUE(test.error().code == ErrorCode::kBadRequest ||
                test.error().code == ErrorCode::kInvalidJson);
    return test.error().message;
  };
  EXPECT_NE(refusal(R"({"instructions": {"storage.objects.fly": ["return-503"]}})")
                .find("storage.objects.fly"),
            std::string::npos);
  EXPECT_NE(
      refusal(R"({"instructions": {"storage.objects.get": ["return-abc"]}})").find("<return-abc>"),
      std::string::npos);
  EXPECT_NE(refusal(R"({"instructions": {"storage.objects.get": []}, "transport": "SMTP"})")
                .find("<SMTP>"),
            std::string::npos);
  refusal("");
  refusal("[]");
  refusal("{}");
  refusal(R"({"instructions": {}})");
  refusal(R"({"instructions": []})");
  refusal(R"({"instructions": {"storage.objects.get": "return-503"}})");
  refusal(R"({"instructions": {"storage.objects.get": [503]}})");
  EXPECT_TRUE(registry.List().empty());
}

TEST(RetryTestRegistry, ATestOfTheOtherTransportSaysNothingHere) {
  RetryTestRegistry registry;
  const auto test = registry.Create(
      R"({"instructions": {"storage.objects.get": ["return-503"]}, "transport": "grpc"})");
  ASSERT_TRUE(test);
  EXPECT_EQ(test->transport, "GRPC");
  const auto front = registry.Front(test->id, "storage.objects.get");
  ASSERT_TRUE(front);
  EXPECT_FALSE(*front);
}

TEST(RetryTestRegistry, ADeletedTestIsUnknown) {
  RetryTestRegistry registry;
  const auto test = registry.Create(kTwo);
  ASSERT_TRUE(test);
  EXPECT_EQ(registry.List().size(), 1u);
  EXPECT_TRUE(registry.Delete(test->id));
  EXPECT_TRUE(registry.List().empty());
  EXPECT_EQ(registry.Delete(test->id).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(registry.Get(test->id).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(registry.Front(test->id, "storage.objects.get").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace hyperlocal::gcs
