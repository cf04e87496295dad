#include "engine/hash/md5.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstddef>
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

TEST(Md5, TheEndIsPaddedWhateverIsLeftOfABlock) {
  // As md5sum has them.
  struct Case {
    std::size_t size;
    const char* digest;
  };
  for (const Case& row :
       {Case{1, "0cc175b9c0f1b6a831c399e269772661"}, Case{55, "ef1772b6dff9a122358552954ad0df65"},
        Case{56, "3b0c8ac703f828b04c6c197006d17218"}, Case{57, "652b906d60af96844ebd21b674f35e93"},
        Case{63, "b06521f39153d618550606be297466d5"}, Case{64, "014842d480b571495a4a0363793f7367"},
        Case{65, "c743a45e0d2e6a95cb859adae0248435"}, Case{119, "8a7bd0732ed6a28ce75f6dabc90e1613"},
        Case{120, "5f61c0ccad4cac44c75ff505e1f1e537"},
        Case{128, "e510683b3f5ffe4093d021808bc6ff70"},
        Case{1000000, "7707d6ae4e027c70eea2a935c2296f21"}}) {
    EXPECT_EQ(Md5Hex(Md5Of(std::string(row.size, 'a'))), row.digest) << row.size;
  }
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
