#include "cli/cloud_faults.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "engine/file/scratch_directory.h"
#include "engine/file/whole_file.h"

namespace hyperlocal::cli {
namespace {

class CloudFaultsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto scratch = ScratchDirectory::Create("faults-test");
    ASSERT_TRUE(scratch);
    scratch_ = std::move(*scratch);
  }

  Result<CloudFaults> Read(std::string_view plan) const {
    const auto file = scratch_->path() / "plan.json";
    EXPECT_TRUE(WriteWholeFile(file, plan));
    return ReadCloudFaults(file.string());
  }
  std::string MessageOf(std::string_view plan) const {
    const auto faults = Read(plan);
    return faults ? "" : faults.error().message;
  }

  std::unique_ptr<ScratchDirectory> scratch_;
};

TEST_F(CloudFaultsTest, APlanHasAPartForEachServiceAndOneSeed) {
  const auto faults = Read(
      R"({"seed": 7, "storage": {"rules": []}, "service": {"seed": 9, "rules": []},
          "workflows": {"restarts_ms": [20, 10], "clock_rate": 0.5}})");
  ASSERT_TRUE(faults) << faults.error().message;
  EXPECT_EQ(faults->storage, R"({"rules":[],"seed":7})");
  EXPECT_EQ(faults->service, R"({"rules":[],"seed":9})");
  EXPECT_EQ(faults->workflow_restarts,
            (std::vector{std::chrono::milliseconds(10), std::chrono::milliseconds(20)}));
  EXPECT_EQ(faults->workflow_clock_rate, 0.5);
}

TEST_F(CloudFaultsTest, WhatMakesNoSenseIsNamed) {
  EXPECT_NE(MessageOf(R"({"strage": {}})").find("'strage'"), std::string::npos);
  EXPECT_NE(MessageOf(R"({"service": 3})").find("service is an object"), std::string::npos);
  EXPECT_NE(MessageOf(R"({"workflows": {"clock_rate": 0}})").find("clock_rate is"),
            std::string::npos);
  EXPECT_NE(MessageOf(R"({"workflows": {"restart": 3}})").find("'restart'"), std::string::npos);
  EXPECT_NE(MessageOf("[]").find("an object"), std::string::npos);
  EXPECT_NE(MessageOf("{").find("plan.json"), std::string::npos);
  const auto nowhere = ReadCloudFaults((scratch_->path() / "no.json").string());
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::kNoInput);
}

TEST_F(CloudFaultsTest, RandomPlansFollowFromTheirSeedAndCanBeWrittenDown) {
  const auto faults = ReadCloudFaults("random:7");
  ASSERT_TRUE(faults);
  const auto written = Read(RandomFaults(7));
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(faults->storage, written->storage);
  EXPECT_EQ(faults->service, written->service);
  EXPECT_NE(faults->service, ReadCloudFaults("random:8")->service);
  for (const char* const part : {"\"kill\"", "at_frame", "after_ms", "full_disk", "duplicate"}) {
    EXPECT_NE(faults->service.find(part), std::string::npos) << part;
  }
  EXPECT_TRUE(faults->fills_disks());
  const auto wrong = ReadCloudFaults("random:seven");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace hyperlocal::cli
