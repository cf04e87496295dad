#include "engine/hash/md5.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace hyperlocal {
namespace {

TEST(Md5, GivesThePublishedDigests) {
  // RFC 1321, appendix A.5.
  EXPECT_EQ(Md5Hex(Md5Of("")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(Md5Hex(Md5Of("abc")), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(Md5Hex(Md5Of("1234567890123456789012345678901234567890"
                         "1234567890123456789012345678901234567890")),
            "57edf4a22be3c955ac49da2e2107b67a");
}

RC_GTEST_PROP(Md5, PiecesHashLikeTheWhole, (const std::vector<std::string>& pieces)) {
  Md5Hash hash;
  std::string whole;
  for (const std::string& piece : pieces) {
    hash.Update(piece);
    whole += piece;
  }
  Md5Hash moved = std::move(hash);
  RC_ASSERT(moved.Digest() == Md5Of(whole));
}

TEST(Md5, TheBase64FormIsReadBackAndNothingElse) {
  const Md5Digest digest = Md5Of("abc");
  EXPECT_EQ(Md5Base64(digest), "kAFQmDzST7DWlj99KOF/cg==");
  EXPECT_EQ(ParseMd5Base64("kAFQmDzST7DWlj99KOF/cg=="), digest);
  EXPECT_EQ(ParseMd5Base64("kAFQmDzST7DWlj99KOF/"), std::nullopt);
  EXPECT_EQ(ParseMd5Base64("900150983cd24fb0d6963f7d28e17f72"), std::nullopt);
  EXPECT_EQ(ParseMd5Base64(""), std::nullopt);
}

}  // namespace
}  // namespace hyperlocal
