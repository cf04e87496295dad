#include "engine/composition/project_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::FileContent;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;

class CopyProjectTest : public ::testing::Test {
 protected:
  Result<ProjectCopy> Copy(const std::string& entry = "index.html") {
    return CopyProject(project_, entry, compiled_);
  }
  const TemporaryDirectory directory_;
  const fs::path project_ = directory_ / "project";
  const fs::path compiled_ = directory_ / "plan/compiled";
};

TEST_F(CopyProjectTest, CopiesTheFilesOfTheProject) {
  PutFile(project_ / "index.html", "<p>");
  PutFile(project_ / "assets/a/b.bin", std::string("\0\xff", 2));
  PutFile(project_ / "node_modules/x/x.js", "x");
  PutFile(project_ / "__hyperlocal/recorded.json", "of an old plan");
  const auto copy = Copy();
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ(FileContent(compiled_ / "index.html"), "<p>");
  EXPECT_EQ(FileContent(compiled_ / "assets/a/b.bin"), std::string("\0\xff", 2));
  EXPECT_FALSE(fs::exists(compiled_ / "node_modules"));
  EXPECT_FALSE(fs::exists(compiled_ / "__hyperlocal"));
  EXPECT_THAT(copy->links, ElementsAre());
}

TEST_F(CopyProjectTest, AnotherEntryTakesThePlaceOfTheIndex) {
  PutFile(project_ / "index.html", "stray");
  PutFile(project_ / "main.html", "<head></head>");
  ASSERT_TRUE(Copy("./main.html"));
  EXPECT_EQ(FileContent(compiled_ / "index.html"), "<head></head>");
  EXPECT_EQ(FileContent(compiled_ / "main.html"), "<head></head>");
}

TEST_F(CopyProjectTest, AnEntryInAFolderKeepsItsRelativeAddresses) {
  PutFile(project_ / "my scenes/50% \"a\"&b/main.html", "<head><title>");
  ASSERT_TRUE(Copy("my scenes/50% \"a\"&b/main.html"));
  EXPECT_EQ(FileContent(compiled_ / "index.html"),
            "<head><base href=\"/my%20scenes/50%25%20%22a%22%26b/\"><title>");
}

TEST_F(CopyProjectTest, TellsTheLinksAndCopiesNone) {
  PutFile(directory_ / "outside/secret.txt", "secret");
  PutFile(project_ / "index.html", "<p>");
  PutFile(project_ / "node_modules/x/x.js", "x");
  fs::create_symlink("index.html", project_ / "again.html");
  fs::create_directory(project_ / "assets");
  fs::create_directory_symlink(directory_ / "outside", project_ / "assets/out");
  fs::create_symlink("gone", project_ / "broken");
  fs::create_symlink("x.js", project_ / "node_modules/x/y.js");
  const auto copy = Copy();
  ASSERT_TRUE(copy);
  EXPECT_THAT(copy->links, ElementsAre("again.html", "assets/out", "broken"));
  EXPECT_FALSE(fs::exists(compiled_ / "again.html"));
  EXPECT_FALSE(fs::exists(compiled_ / "assets"));
}

TEST_F(CopyProjectTest, NamesWhatIsMissingOrInTheWay) {
  EXPECT_EQ(Copy().error().code, ErrorCode::kNoInput);
  PutFile(project_ / "index.html", "<p>");
  EXPECT_EQ(Copy("gone.html").error().code, ErrorCode::kNoInput);
  PutFile(directory_ / "plan2", "a file");
  const auto copy = CopyProject(project_, "index.html", directory_ / "plan2/compiled");
  ASSERT_FALSE(copy);
  EXPECT_EQ(copy.error().code, ErrorCode::kCannotWrite);
  EXPECT_THAT(copy.error().message, HasSubstr("plan2/compiled"));
}

}  // namespace
}  // namespace hyperlocal
