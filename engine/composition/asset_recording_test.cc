#include "engine/composition/asset_recording.h"

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

TEST(AssetRecording, GivesBackWhatWasSaved) {
  const TemporaryDirectory compiled;
  const std::string binary("\0\xff\n", 3);
  RecordedAssets recorded;
  recorded.replay_from_start = true;
  recorded.Add("https://a/x.js", {"text/javascript", "x"});
  recorded.Add("https://a/font?a=\"b\"", {"font/woff2", binary});
  recorded.Add("https://b/same.js", {"text/plain", "x"});
  recorded.Add("https://a/empty", {"", ""});
  ASSERT_TRUE(recorded.Save(compiled.path()));
  const auto loaded = AssetRecording::Open(compiled.path());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(loaded->replay_from_start());
  EXPECT_EQ(loaded->size(), 4U);
  EXPECT_EQ(loaded->Read("https://a/font?a=\"b\"").value()->body, binary);
  EXPECT_EQ(loaded->Read("https://b/same.js").value()->content_type, "text/plain");
  EXPECT_FALSE(loaded->Read("https://b/other.js").value());
}

TEST(AssetRecording, GoesOnWithAnotherCopyOfThePlan) {
  const TemporaryDirectory one, two;
  RecordedAssets recorded;
  recorded.Add("https://a/x.js", {"text/javascript", "x"});
  ASSERT_TRUE(recorded.Save(one.path()));
  ASSERT_TRUE(recorded.Save(two.path()));
  auto recording = AssetRecording::Open(one.path());
  ASSERT_TRUE(recording);
  fs::remove_all(one / "__hyperlocal");
  EXPECT_FALSE(recording->Read("https://a/x.js"));
  recording->MoveTo(two.path());
  EXPECT_EQ(recording->Read("https://a/x.js").value()->body, "x");
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
  const auto loaded = AssetRecording::Open(compiled.path());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->size(), 0U);
  EXPECT_FALSE(loaded->replay_from_start());
}

TEST(AssetRecording, NamesTheAddressWhoseFileIsMissingOrDamaged) {
  const TemporaryDirectory compiled;
  RecordedAssets recorded;
  recorded.Add("https://a/x.js", {"t", "x"});
  ASSERT_TRUE(recorded.Save(compiled.path()));
  const fs::path body = compiled / "__hyperlocal" / Sha256Hex("x");
  PutFile(body, "y");
  const auto recording = AssetRecording::Open(compiled.path());
  ASSERT_TRUE(recording);
  const auto damaged = recording->Read("https://a/x.js");
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, ErrorCode::kPlanArtifactDigestMismatch);
  EXPECT_THAT(damaged.error().message, HasSubstr("https://a/x.js"));
  fs::remove(body);
  for (const Error& missing :
       {recording->Read("https://a/x.js").error(), AssetRecording::Open(compiled.path()).error()}) {
    EXPECT_EQ(missing.code, ErrorCode::kMissingPlanArtifact);
    EXPECT_THAT(missing.message, HasSubstr("https://a/x.js"));
  }
}

TEST(AssetRecording, RefusesAnIndexOfAnotherShape) {
  for (const char* index :
       {"", "[]", "{}", R"({"replayFromStart":true})", R"({"assets":{},"replayFromStart":true})",
        R"({"assets":[1],"replayFromStart":true})", R"({"assets":[{}],"replayFromStart":true})",
        R"({"assets":[],"replayFromStart":1})"}) {
    const TemporaryDirectory compiled;
    PutFile(compiled / "__hyperlocal/recorded.json", index);
    const auto loaded = AssetRecording::Open(compiled.path());
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
