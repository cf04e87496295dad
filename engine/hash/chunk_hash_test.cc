#include "engine/hash/chunk_hash.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/hash/sha256.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using namespace std::string_literals;
using testing::PutFile;
using testing::TemporaryDirectory;

TEST(ChunkHash, OfAFileIsTheHashOfItsBytes) {
  const TemporaryDirectory directory;
  PutFile(directory / "0000.mp4", "abc");
  EXPECT_EQ(*ChunkHash(directory / "0000.mp4"), Sha256Hex("abc"));
}

TEST(ChunkHash, OfADirectoryIsOverItsImagesByName) {
  const TemporaryDirectory directory;
  PutFile(directory / "frame_000002.png", "two");
  PutFile(directory / "frame_000001.PNG", "one");
  PutFile(directory / "notes.txt", "not an image");
  PutFile(directory / "deeper/frame_000003.png", "not of this directory");
  EXPECT_EQ(*ChunkHash(directory.path()), Sha256Hex("frame_000001.PNG\0"s + Sha256Hex("one") +
                                                    "\0frame_000002.png\0"s + Sha256Hex("two")));
}

TEST(ChunkHash, OfNothingIsNoInput) {
  const TemporaryDirectory directory;
  EXPECT_EQ(ChunkHash(directory / "no").error().code, ErrorCode::kNoInput);
}

}  // namespace
}  // namespace hyperlocal
