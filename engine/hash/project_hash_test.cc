#include "engine/hash/project_hash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "engine/hash/sha256.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;

TEST(ProjectHash, IsOverPathsAndBytesInOrder) {
  const TemporaryDirectory project;
  PutFile(project / "index.html", "<html>");
  PutFile(project / "assets/a.css", "");
  EXPECT_EQ(*ProjectHash(project.path()), Sha256Hex("assets/a.css\0index.html\0<html>"s));
}

TEST(ProjectHash, OfAnEmptyProjectIsTheHashOfNothing) {
  const TemporaryDirectory project;
  EXPECT_EQ(*ProjectHash(project.path()), Sha256Hex(""));
}

TEST(ProjectHash, ARenameAndAByteChangeIt) {
  const TemporaryDirectory project;
  PutFile(project / "a", "1");
  const std::string before = *ProjectHash(project.path());
  std::filesystem::rename(project / "a", project / "b");
  const std::string renamed = *ProjectHash(project.path());
  PutFile(project / "b", "2");
  EXPECT_NE(before, renamed);
  EXPECT_NE(*ProjectHash(project.path()), renamed);
}

TEST(ProjectHash, TakesABackslashInANameForASlash) {
  const TemporaryDirectory project;
  PutFile(project / "a\\b", "x");
  EXPECT_EQ(*ProjectHash(project.path()), Sha256Hex("a/b\0x"s));
}

TEST(ListProjectFiles, SortsEveryDirectoryByUtf16AndWalksInPlace) {
  const TemporaryDirectory project;
  for (const char* path : {"a.txt", "a/z", "a/b/c", "B", "\uE000", "\U0001F600", "10", "9"}) {
    PutFile(project / path, "x");
  }
  EXPECT_THAT(*ListProjectFiles(project.path()),
              ElementsAre("10", "9", "B", "a/b/c", "a/z", "a.txt", "\U0001F600", "\uE000"));
}

TEST(ListProjectFiles, SkipsTheOutputsOfOtherToolsAtTheRootOnly) {
  const TemporaryDirectory project;
  for (const char* name :
       {"node_modules", ".git", ".cache", "output", "failures", "dist", ".next", ".turbo"}) {
    PutFile(project / name / "x", "x");
    PutFile(project / "src" / name / "x", "x");
  }
  EXPECT_THAT(*ListProjectFiles(project.path()),
              ElementsAre("src/.cache/x", "src/.git/x", "src/.next/x", "src/.turbo/x", "src/dist/x",
                          "src/failures/x", "src/node_modules/x", "src/output/x"));
}

TEST(ListProjectFiles, SkipsLinksAndSpecialFiles) {
  const TemporaryDirectory project;
  PutFile(project / "real/file", "x");
  std::filesystem::create_symlink("real/file", project / "link");
  std::filesystem::create_directory_symlink("real", project / "linked");
  ASSERT_EQ(::mkfifo((project / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(*ListProjectFiles(project.path()), ElementsAre("real/file"));
}

TEST(ListProjectFiles, RefusesANameThatIsNotUtf8) {
  const TemporaryDirectory project;
  PutFile(project / "sub" / "caf\xe9.png", "x");
  const auto files = ListProjectFiles(project.path());
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, ErrorCode::kInvalidComposition);
  EXPECT_THAT(files.error().message, HasSubstr("sub/caf?.png"));
}

TEST(ListProjectFiles, AMissingProjectIsNoInputAndNamed) {
  const TemporaryDirectory directory;
  const auto files = ListProjectFiles(directory / "no");
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, ErrorCode::kNoInput);
  EXPECT_THAT(files.error().message, HasSubstr((directory / "no").string()));
}

}  // namespace
}  // namespace hyperlocal
