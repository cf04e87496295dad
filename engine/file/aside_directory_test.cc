#include "engine/file/aside_directory.h"

#include <gtest/gtest.h>

#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using testing::FileContent;
using testing::PutFile;
using testing::TemporaryDirectory;

TEST(AsideDirectory, AppearsWhole) {
  const TemporaryDirectory directory;
  {
    auto aside = AsideDirectory::Create(directory / "plan/");
    ASSERT_TRUE(aside) << aside.error().message;
    PutFile((*aside)->path() / "a/b", "x");
    EXPECT_FALSE(fs::exists(directory / "plan"));
    ASSERT_TRUE((*aside)->Commit());
  }
  EXPECT_EQ(FileContent(directory / "plan/a/b"), "x");
}

TEST(AsideDirectory, LeavesNothingWhenItIsNotCommitted) {
  const TemporaryDirectory directory;
  {
    auto aside = AsideDirectory::Create(directory / "plan");
    ASSERT_TRUE(aside);
    PutFile((*aside)->path() / "a", "x");
  }
  EXPECT_TRUE(fs::is_empty(directory.path()));
}

TEST(AsideDirectory, RemovesWhatACrashLeft) {
  const TemporaryDirectory directory;
  fs::path left;
  {
    auto aside = AsideDirectory::Create(directory / "plan");
    left = (*aside)->path();
  }
  PutFile(left / "half", "x");
  auto aside = AsideDirectory::Create(directory / "plan");
  ASSERT_TRUE(aside);
  ASSERT_TRUE((*aside)->Commit());
  EXPECT_TRUE(fs::is_empty(directory / "plan"));
}

TEST(AsideDirectory, TakesThePlaceOfAnEmptyDirectoryOnly) {
  const TemporaryDirectory directory;
  fs::create_directory(directory / "empty");
  auto aside = AsideDirectory::Create(directory / "empty");
  ASSERT_TRUE(aside);
  EXPECT_TRUE((*aside)->Commit());
  PutFile(directory / "full/mine", "x");
  PutFile(directory / "file", "x");
  for (const char* name : {"full", "file"}) {
    const auto refused = AsideDirectory::Create(directory / name);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, ErrorCode::kCannotWrite);
  }
  EXPECT_FALSE(AsideDirectory::Create(directory / "missing/plan"));
}

}  // namespace
}  // namespace hyperlocal
