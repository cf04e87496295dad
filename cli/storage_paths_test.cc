#include "cli/storage_paths.h"

#include <gtest/gtest.h>

namespace hyperlocal::cli {
namespace {

TEST(StoragePathsTest, AUrlNamesABucketAndAnObject) {
  EXPECT_EQ(ParseStorageUrl("gs://b/a/c").value(), (GcsUri{"b", "a/c"}));
  EXPECT_EQ(ParseStorageUrl("gs://b//lead").value(), (GcsUri{"b", "/lead"}));
  for (const char* wrong : {"b/a", "gs://", "gs:///a", "gs://b", "gs://b/"}) {
    SCOPED_TRACE(wrong);
    const auto parsed = ParseStorageUrl(wrong);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, ErrorCode::kUsage);
    EXPECT_NE(parsed.error().message.find(wrong), std::string::npos);
  }
}

TEST(StoragePathsTest, ATargetThatIsAFolderKeepsTheName) {
  EXPECT_EQ(ParseStorageTarget("gs://b/film.mp4", "x").value(), (GcsUri{"b", "film.mp4"}));
  EXPECT_EQ(ParseStorageTarget("gs://b", "x").value(), (GcsUri{"b", "x"}));
  EXPECT_EQ(ParseStorageTarget("gs://b/d/", "x").value(), (GcsUri{"b", "d/x"}));
  EXPECT_FALSE(ParseStorageTarget("gs://b/d/", ""));
}

TEST(StoragePathsTest, AFolderEndsInASlash) {
  EXPECT_EQ(AsFolder("site"), "site/");
  EXPECT_EQ(AsFolder("site/"), "site/");
  EXPECT_EQ(AsFolder(""), "");
}

TEST(StoragePathsTest, NoNameLeadsOutOfADirectory) {
  EXPECT_EQ(SafeRelativePath("a/b c/d").value(), "a/b c/d");
  for (const std::string& wrong :
       {std::string("../a"), std::string("a/../b"), std::string("/a"), std::string("a//b"),
        std::string("a/"), std::string("."), std::string(), std::string("a\0b", 3)}) {
    SCOPED_TRACE(wrong);
    EXPECT_FALSE(SafeRelativePath(wrong));
  }
}

}  // namespace
}  // namespace hyperlocal::cli
