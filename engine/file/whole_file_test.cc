#include "engine/file/whole_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <string>

#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using testing::FileContent;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;

std::ptrdiff_t EntriesOf(const std::filesystem::path& directory) {
  return std::distance(std::filesystem::directory_iterator(directory), {});
}

TEST(WriteWholeFile, ReplacesTheFileAndLeavesNothingBeside) {
  const TemporaryDirectory directory;
  PutFile(directory / "a.json", "old and longer");
  ASSERT_TRUE(WriteWholeFile(directory / "a.json", std::string("new\0", 4)));
  EXPECT_EQ(FileContent(directory / "a.json"), std::string("new\0", 4));
  EXPECT_EQ(EntriesOf(directory.path()), 1);
}

TEST(WriteWholeFile, LeavesTheOldFileWhenItCannotWrite) {
  const TemporaryDirectory directory;
  PutFile(directory / "a.json", "old");
  std::filesystem::create_directory(AsideOf(directory / "a.json"));
  const auto status = WriteWholeFile(directory / "a.json", "new");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kCannotWrite);
  EXPECT_EQ(FileContent(directory / "a.json"), "old");
}

TEST(WriteWholeFile, NamesTheFileWhenItsDirectoryIsMissing) {
  const TemporaryDirectory directory;
  const auto status = WriteWholeFile(directory / "no" / "a.json", "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kCannotWrite);
  EXPECT_THAT(status.error().message, HasSubstr((directory / "no" / "a.json").string()));
}

TEST(WriteWholeFile, DoesNotPutAFileInThePlaceOfADirectory) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "a");
  EXPECT_EQ(WriteWholeFile(directory / "a", "x").error().code, ErrorCode::kCannotWrite);
  EXPECT_EQ(EntriesOf(directory.path()), 1);
}

TEST(ReadWholeFile, GivesBackTheBytes) {
  const TemporaryDirectory directory;
  for (const std::size_t size : {0u, 1u, 65535u, 65536u, 65537u, 300000u}) {
    const std::string bytes(size, 'x');
    PutFile(directory / "a", bytes);
    EXPECT_EQ(*ReadWholeFile(directory / "a"), bytes);
  }
}

TEST(ReadWholeFile, TellsAMissingFileFromOneThatCannotBeRead) {
  const TemporaryDirectory directory;
  const auto missing = ReadWholeFile(directory / "no");
  EXPECT_EQ(missing.error().code, ErrorCode::kNoInput);
  EXPECT_THAT(missing.error().message, HasSubstr((directory / "no").string()));
  EXPECT_EQ(ReadWholeFile(directory.path()).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace hyperlocal
