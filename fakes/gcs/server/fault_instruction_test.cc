#include "fakes/gcs/server/fault_instruction_internal.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/gcs/server/fault_method_internal.h"

namespace hyperlocal::gcs {
namespace {

using std::chrono::seconds;

struct Case {
  std::string text;
  FaultAction action;
};

class EveryRetryInstruction : public ::testing::TestWithParam<Case> {};

TEST_P(EveryRetryInstruction, IsUnderstood) {
  const auto action = ParseRetryInstruction(GetParam().text);
  ASSERT_TRUE(action) << action.error().message;
  EXPECT_EQ(*action, GetParam().action);
}

INSTANTIATE_TEST_SUITE_P(
    Faults, EveryRetryInstruction,
    ::testing::Values(Case{"return-503", {FaultKind::kStatus, 503, {}, {}}},
                      Case{"return-200", {FaultKind::kStatus, 200, {}, {}}},
                      Case{"return-503-after-256K", {FaultKind::kStatus, 503, 262144, {}}},
                      Case{"return-408-after-0K", {FaultKind::kStatus, 408, 0, {}}},
                      Case{"return-broken-stream", {FaultKind::kClose, 0, 4, {}}},
                      Case{"return-broken-stream-after-8K", {FaultKind::kClose, 0, 8192, {}}},
                      Case{"return-broken-stream-final-chunk-after-10B",
                           {FaultKind::kShortAnswer, 0, 10, {}}},
                      Case{"return-reset-connection", {FaultKind::kReset, 0, {}, {}}},
                      Case{"stall-for-10s-after-12K", {FaultKind::kStall, 0, 12288, seconds(10)}}));

TEST(RetryInstruction, AnythingElseIsRefusedWithTheList) {
  for (const std::string text : {"",
                                 "return",
                                 "return-",
                                 "return-99",
                                 "return-600",
                                 "return-503-after-",
                                 "return-503-after-K",
                                 "return-503-after-1",
                                 "return-503-after-1B",
                                 "return-503-after-1KK",
                                 "return-5x3",
                                 "return-503 ",
                                 " return-503",
                                 "return-broken-stream-after-1B",
                                 "return-broken-stream-final-chunk-after-1K",
                                 "return-reset-connection-now",
                                 "stall-for-1s",
                                 "stall-for-s-after-1K",
                                 "stall-for-1s-after-1",
                                 "stall-for-99999999s-after-1K",
                                 "return-503-after-99999999999999999999K",
                                 "return-503-after-18446744073709551615K",
                                 "redirect-send-token-x"}) {
    const auto action = ParseRetryInstruction(text);
    ASSERT_FALSE(action) << text;
    EXPECT_EQ(action.error().code, ErrorCode::kBadRequest) << text;
    EXPECT_NE(action.error().message.find("<" + text + ">"), std::string::npos) << text;
    EXPECT_NE(action.error().message.find("return-reset-connection"), std::string::npos) << text;
  }
}

TEST(EmulatorInstruction, BrokenStreamIsOfDownloadsAfterAMebibyte) {
  const auto instruction = ParseEmulatorInstruction("return-broken-stream");
  ASSERT_TRUE(instruction.of_download);
  EXPECT_EQ(*instruction.of_download, (FaultAction{FaultKind::kReset, 0, 1048576, {}}));
  EXPECT_FALSE(instruction.of_upload);
}

TEST(EmulatorInstruction, CorruptedDataIsOfDownloads) {
  const auto instruction = ParseEmulatorInstruction("return-corrupted-data");
  ASSERT_TRUE(instruction.of_download && instruction.of_resumed_download);
  EXPECT_EQ(instruction.of_download->kind, FaultKind::kCorrupt);
  EXPECT_FALSE(instruction.of_upload);
}

TEST(EmulatorInstruction, StallsAreAtTheBeginningOrAt256KiBOfAWholeDownload) {
  const auto always = ParseEmulatorInstruction("stall-always");
  EXPECT_EQ(always.of_download, (FaultAction{FaultKind::kStall, 0, 0, seconds(10)}));
  EXPECT_EQ(always.of_resumed_download, always.of_download);
  const auto later = ParseEmulatorInstruction("stall-at-256KiB");
  EXPECT_EQ(later.of_download, (FaultAction{FaultKind::kStall, 0, 262144, seconds(10)}));
  EXPECT_FALSE(later.of_resumed_download);
}

TEST(EmulatorInstruction, A503After256KiBIsOfBothWaysAndRetriesEndIt) {
  const auto first = ParseEmulatorInstruction("return-503-after-256K");
  EXPECT_EQ(first.of_download, (FaultAction{FaultKind::kReset, 0, 262144, {}}));
  EXPECT_FALSE(first.of_resumed_download);
  EXPECT_EQ(first.of_upload, (FaultAction{FaultKind::kStatus, 503, 262144, {}}));
  for (const char* const text :
       {"return-503-after-256K/retry-1", "return-503-after-256K/retry-2"}) {
    const auto retry = ParseEmulatorInstruction(text);
    EXPECT_EQ(retry.of_resumed_download, (FaultAction{FaultKind::kStatus, 503, {}, {}})) << text;
  }
  const auto third = ParseEmulatorInstruction("return-503-after-256K/retry-3");
  EXPECT_FALSE(third.of_download || third.of_resumed_download || third.of_upload);
}

TEST(EmulatorInstruction, UploadDataErrorIsOfUploads) {
  const auto instruction = ParseEmulatorInstruction("inject-upload-data-error");
  ASSERT_TRUE(instruction.of_upload);
  EXPECT_EQ(instruction.of_upload->kind, FaultKind::kCorruptUpload);
  EXPECT_FALSE(instruction.of_download);
}

TEST(EmulatorInstruction, WordsOfOtherTransportsSayNothing) {
  const auto instruction = ParseEmulatorInstruction("redirect-send-token-t");
  EXPECT_FALSE(instruction.of_download || instruction.of_resumed_download || instruction.of_upload);
}

TEST(FaultMethod, NamesAreThoseOfTheTestBench) {
  for (const char* const name :
       {"storage.buckets.insert", "storage.buckets.get", "storage.buckets.list",
        "storage.buckets.patch", "storage.buckets.update", "storage.buckets.delete",
        "storage.objects.insert", "storage.objects.get", "storage.objects.list",
        "storage.objects.patch", "storage.objects.update", "storage.objects.delete",
        "storage.objects.compose", "storage.objects.rewrite", "storage.objects.copy",
        "storage.buckets.lockRetentionPolicy", "storage.notifications.insert",
        "storage.hmacKey.create", "storage.serviceaccount.get"}) {
    EXPECT_TRUE(IsFaultMethod(name)) << name;
  }
  EXPECT_FALSE(IsFaultMethod("storage.objects.explode"));
  EXPECT_FALSE(IsFaultMethod("storage.objects.*"));
}

TEST(FaultMethod, APatternIsANameOrABeginning) {
  EXPECT_TRUE(IsFaultMethodPattern("*"));
  EXPECT_TRUE(IsFaultMethodPattern("storage.objects.*"));
  EXPECT_TRUE(IsFaultMethodPattern("storage.objects.get"));
  EXPECT_FALSE(IsFaultMethodPattern("storage.objects"));
  EXPECT_FALSE(IsFaultMethodPattern("storage.things.*"));
  EXPECT_TRUE(MatchesFaultMethod("storage.objects.*", "storage.objects.get"));
  EXPECT_FALSE(MatchesFaultMethod("storage.objects.*", "storage.buckets.get"));
}

}  // namespace
}  // namespace hyperlocal::gcs
