#include "engine/composition/asset_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "engine/composition/asset_lock.h"
#include "engine/hash/sha256.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using testing::FileContent;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;

constexpr const char* kUrl = "https://example.com/a.png?x=1";

TEST(AssetCache, KeepsWhatItIsGiven) {
  const TemporaryDirectory directory;
  const AssetCache cache(directory / "cache");
  EXPECT_FALSE(cache.Find(kUrl));
  ASSERT_TRUE(cache.Keep(kUrl, {"image/png", std::string("a\0b", 3)}));
  const auto kept = AssetCache(directory / "cache").Find(kUrl);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->content_type, "image/png");
  EXPECT_EQ(kept->body, std::string("a\0b", 3));
  EXPECT_FALSE(cache.Find("https://example.com/a.png"));
  ASSERT_TRUE(cache.Keep(kUrl, {"text/css", "new"}));
  EXPECT_EQ(cache.Find(kUrl)->body, "new");
}

TEST(AssetCache, HasNothingToSayOfADamagedContent) {
  const TemporaryDirectory directory;
  const AssetCache cache(directory.path());
  ASSERT_TRUE(cache.Keep(kUrl, {"text/css", "body"}));
  PutFile(directory / "contents" / Sha256Hex("body"), "bady");
  EXPECT_FALSE(cache.Find(kUrl));
  PutFile(directory / "addresses" / Sha256Hex(kUrl), "no json");
  EXPECT_FALSE(cache.Find(kUrl));
}

TEST(AssetCache, WithoutADirectoryKeepsNothing) {
  const AssetCache cache{std::filesystem::path()};
  EXPECT_TRUE(cache.Keep(kUrl, {"text/css", "body"}));
  EXPECT_FALSE(cache.Find(kUrl));
}

TEST(AssetLock, IsReadAsItWasWritten) {
  const TemporaryDirectory project;
  EXPECT_FALSE(*AssetLock::Load(project.path()));
  AssetLock lock;
  lock.assets["https://b"] = {Sha256Hex("b"), "text/css", 1};
  lock.assets["https://a"] = {Sha256Hex("a"), "image/png", 12};
  ASSERT_TRUE(lock.Save(project.path()));
  const auto read = AssetLock::Load(project.path());
  ASSERT_TRUE(read);
  EXPECT_EQ(**read, lock);
  const std::string first = FileContent(project / AssetLock::kFile);
  ASSERT_TRUE((*read)->Save(project.path()));
  EXPECT_EQ(FileContent(project / AssetLock::kFile), first);
}

TEST(AssetLock, NamesWhatIsWrongWithIt) {
  const TemporaryDirectory project;
  for (const auto& [text, said] : {std::pair{"{", "line 1"}, std::pair{"{}", "version"},
                                   std::pair{R"({"version":2,"assets":{}})", "version"},
                                   std::pair{R"({"version":1})", "assets"},
                                   std::pair{R"({"version":1,"assets":{"u":{}}})", "sha256"}}) {
    PutFile(project / AssetLock::kFile, text);
    const auto read = AssetLock::Load(project.path());
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr(AssetLock::kFile));
    EXPECT_THAT(read.error().message, HasSubstr(said));
  }
}

}  // namespace
}  // namespace hyperlocal
