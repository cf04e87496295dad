#include "engine/hash/sha256.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using testing::TemporaryDirectory;

TEST(Sha256, GivesThePublishedDigests) {
  // FIPS 180-4 examples.
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

RC_GTEST_PROP(Sha256, PiecesHashLikeTheWhole, (const std::vector<std::string>& pieces)) {
  Sha256 hash;
  std::string whole;
  for (const std::string& piece : pieces) {
    hash.Update(piece);
    whole += piece;
  }
  RC_ASSERT(hash.HexDigest() == Sha256Hex(whole));
}

TEST(Sha256, BytesAndTextHashAlikeAndAMovedHashGoesOn) {
  const std::vector<std::uint8_t> bytes = {'a', 'b'};
  Sha256 first;
  first.Update(std::span<const std::uint8_t>(bytes));
  Sha256 second = std::move(first);
  EXPECT_EQ(second.Update("c").HexDigest(), Sha256Hex("abc"));
}

TEST(Sha256, AFileHashesAsItsBytesWhateverItsSize) {
  const TemporaryDirectory directory;
  for (const std::size_t size : {0u, 1u, (1u << 20) - 1, 1u << 20, (1u << 20) + 1, 3'000'000u}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 % 251);
    testing::PutFile(directory / "file", bytes);
    EXPECT_EQ(*Sha256HexOfFile(directory / "file"), Sha256Hex(bytes)) << size;
  }
}

TEST(Sha256, AMissingFileIsNoInput) {
  const TemporaryDirectory directory;
  EXPECT_EQ(Sha256HexOfFile(directory / "no").error().code, ErrorCode::kNoInput);
  EXPECT_EQ(Sha256HexOfFile(directory.path()).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace hyperlocal
