#include "engine/composition/recorded_assets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "engine/hash/sha256.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using testing::FileContent;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;

TEST(RecordedAssets, ComeBackFromAPlan) {
  const TemporaryDirectory compiled;
  const std::string binary("\0\xff\n", 3);
  RecordedAssets recorded;
  recorded.replay_from_start = true;
  recorded.Add("https://a/x.js", {"text/javascript", "x"});
  recorded.Add("https://a/font?a=\"b\"", {"font/woff2", binary});
  recorded.Add("https://b/same.js", {"text/plain", "x"});
  recorded.Add("https://a/empty", {"", ""});
  ASSERT_TRUE(recorded.Save(compiled.path()));
  const auto loaded = RecordedAssets::Load(compiled.path());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(loaded->replay_from_start);
  EXPECT_EQ(loaded->size(), 4U);
  ASSERT_NE(loaded->Find("https://a/font?a=\"b\""), nullptr);
  EXPECT_EQ(loaded->Find("https://a/font?a=\"b\"")->body, binary);
  EXPECT_EQ(loaded->Find("https://b/same.js")->content_type, "text/plain");
  EXPECT_EQ(loaded->Find("https://b/other.js"), nullptr);
}

TEST(RecordedAssets, AreTheSameBytesInWhateverOrderTheyCame) {
  const TemporaryDirectory one, two;
  RecordedAssets forward, backward;
  forward.Add("https://a", {"t", "1"});
  forward.Add("https://b", {"t", "2"});
  backward.Add("https://b", {"t", "2"});
  backward.Add("https://a", {"t", "old"});
  backward.Add("https://a", {"t", "1"});
  ASSERT_TRUE(forward.Save(one.path()));
  ASSERT_TRUE(backward.Save(two.path()));
  const fs::path index = "__hyperlocal/recorded.json";
  EXPECT_NE(FileContent(one / index), "");
  EXPECT_EQ(FileContent(one / index), FileContent(two / index));
}

TEST(RecordedAssets, LeaveNothingInAPlanThatNeedsNothing) {
  const TemporaryDirectory compiled;
  ASSERT_TRUE(RecordedAssets().Save(compiled.path()));
  EXPECT_TRUE(fs::is_empty(compiled.path()));
  const auto loaded = RecordedAssets::Load(compiled.path());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->size(), 0U);
  EXPECT_FALSE(loaded->replay_from_start);
}

TEST(RecordedAssets, NameTheAddressWhoseRecordingIsMissingOrDamaged) {
  const TemporaryDirectory compiled;
  RecordedAssets recorded;
  recorded.Add("https://a/x.js", {"t", "x"});
  ASSERT_TRUE(recorded.Save(compiled.path()));
  const fs::path body = compiled / "__hyperlocal" / Sha256Hex("x");
  PutFile(body, "y");
  auto loaded = RecordedAssets::Load(compiled.path());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kPlanArtifactDigestMismatch);
  EXPECT_THAT(loaded.error().message, HasSubstr("https://a/x.js"));
  fs::remove(body);
  loaded = RecordedAssets::Load(compiled.path());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kMissingPlanArtifact);
  EXPECT_THAT(loaded.error().message, HasSubstr("https://a/x.js"));
}

TEST(RecordedAssets, RefuseAnIndexOfAnotherShape) {
  for (const char* index :
       {"", "[]", "{}", R"({"replayFromStart":true})", R"({"assets":{},"replayFromStart":true})",
        R"({"assets":[1],"replayFromStart":true})", R"({"assets":[{}],"replayFromStart":true})",
        R"({"assets":[],"replayFromStart":1})"}) {
    const TemporaryDirectory compiled;
    PutFile(compiled / "__hyperlocal/recorded.json", index);
    const auto loaded = RecordedAssets::Load(compiled.path());
    ASSERT_FALSE(loaded) << index;
    EXPECT_EQ(loaded.error().code, ErrorCode::kInvalidJson) << index;
  }
}

TEST(RecordedAssets, SayWhereTheyCannotBeWritten) {
  const TemporaryDirectory directory;
  PutFile(directory / "__hyperlocal", "a file in the way");
  RecordedAssets recorded;
  recorded.replay_from_start = true;
  const auto status = recorded.Save(directory.path());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kCannotWrite);
}

}  // namespace
}  // namespace hyperlocal
