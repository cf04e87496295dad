#include "engine/file/scratch_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;

// A TMPDIR of the test's own.
class ScratchDirectoryTest : public ::testing::Test {
 protected:
  ScratchDirectoryTest() {
    if (const char* value = std::getenv("TMPDIR"); value != nullptr) before_ = value;
    ::setenv("TMPDIR", directory_.path().c_str(), 1);
  }
  ~ScratchDirectoryTest() override {
    before_ ? ::setenv("TMPDIR", before_->c_str(), 1) : ::unsetenv("TMPDIR");
  }

  const TemporaryDirectory directory_;
  std::optional<std::string> before_;
};

// The number of a process that has ended.
pid_t EndedProcess() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

TEST_F(ScratchDirectoryTest, IsNamedAfterPurposeAndProcessAndGoesWithTheObject) {
  fs::path path;
  {
    const auto scratch = ScratchDirectory::Create("render");
    ASSERT_TRUE(scratch);
    path = (*scratch)->path();
    EXPECT_TRUE(path.filename().string().starts_with("hyperlocal-render-" +
                                                     std::to_string(::getpid()) + "-"));
    EXPECT_EQ(path.parent_path(), directory_.path());
    PutFile(path / "a/b/c", "x");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(ScratchDirectoryTest, TwoOfOnePurposeDoNotDisturbEachOther) {
  const auto one = ScratchDirectory::Create("render");
  const auto two = ScratchDirectory::Create("render");
  ASSERT_TRUE(one && two);
  EXPECT_NE((*one)->path(), (*two)->path());
  EXPECT_TRUE(fs::is_directory((*one)->path()));
}

TEST_F(ScratchDirectoryTest, RemovesWhatAnEndedProcessLeftBehind) {
  const fs::path orphan =
      directory_ / ("hyperlocal-render-" + std::to_string(EndedProcess()) + "-AbC123");
  PutFile(orphan / "a/b", "x");
  ASSERT_TRUE(ScratchDirectory::Create("other"));
  EXPECT_TRUE(fs::exists(orphan));  // another purpose's
  ASSERT_TRUE(ScratchDirectory::Create("render"));
  EXPECT_FALSE(fs::exists(orphan));
}

TEST_F(ScratchDirectoryTest, RemovesNothingThatItDidNotMake) {
  const std::string ended = std::to_string(EndedProcess());
  fs::create_directory(directory_ / "precious");
  const std::vector<fs::path> others{
      "hyperlocal-render-" + std::to_string(::getppid()) + "-AbC123",  // its process runs
      "hyperlocal-render-" + ended,
      "hyperlocal-render-" + ended + "-backup of mine",
      "hyperlocal-render-" + ended + ".AbC123",
      "hyperlocal-render-x" + ended + "-AbC123",
      "hyperlocal-render--1-AbC123",
      "kept-hyperlocal-render-" + ended + "-AbC123",
  };
  for (const fs::path& other : others) PutFile(directory_ / other / "file", "x");
  const fs::path link = directory_ / ("hyperlocal-render-" + ended + "-LiNk12");
  fs::create_directory_symlink(directory_ / "precious", link);
  ASSERT_TRUE(ScratchDirectory::Create("render"));
  for (const fs::path& other : others) {
    EXPECT_TRUE(fs::exists(directory_ / other / "file")) << other;
  }
  EXPECT_TRUE(fs::is_symlink(link));
}

TEST_F(ScratchDirectoryTest, StaysUnderAnotherNameWhenKept) {
  fs::path kept;
  {
    const auto scratch = ScratchDirectory::Create("render");
    ASSERT_TRUE(scratch);
    PutFile((*scratch)->path() / "a", "x");
    kept = (*scratch)->Keep();
    EXPECT_EQ((*scratch)->path(), kept);
  }
  EXPECT_TRUE(kept.filename().string().starts_with("kept-hyperlocal-render-"));
  EXPECT_TRUE(fs::exists(kept / "a"));
}

TEST_F(ScratchDirectoryTest, NamesATemporaryDirectoryThatIsNoDirectory) {
  PutFile(directory_ / "file", "x");
  for (const char* name : {"gone", "file"}) {
    ::setenv("TMPDIR", (directory_ / name).c_str(), 1);
    const auto scratch = ScratchDirectory::Create("render");
    ASSERT_FALSE(scratch);
    EXPECT_EQ(scratch.error().code, ErrorCode::kCannotWrite);
    EXPECT_THAT(scratch.error().message, HasSubstr("TMPDIR"));
  }
}

}  // namespace
}  // namespace hyperlocal
