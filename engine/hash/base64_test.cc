#include "engine/hash/base64.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hyperlocal {
namespace {

std::vector<std::uint8_t> Bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST(Base64, GivesThePublishedTexts) {
  // RFC 4648, section 10.
  EXPECT_EQ(Base64(Bytes("")), "");
  EXPECT_EQ(Base64(Bytes("f")), "Zg==");
  EXPECT_EQ(Base64(Bytes("fo")), "Zm8=");
  EXPECT_EQ(Base64(Bytes("foo")), "Zm9v");
  EXPECT_EQ(Base64(Bytes("foob")), "Zm9vYg==");
  EXPECT_EQ(Base64(Bytes("fooba")), "Zm9vYmE=");
  EXPECT_EQ(Base64(Bytes("foobar")), "Zm9vYmFy");
  EXPECT_EQ(Base64(Bytes("\xFB\xFF\xBF")), "+/+/");
}

RC_GTEST_PROP(Base64, IsReadBack, (const std::vector<std::uint8_t>& bytes)) {
  RC_ASSERT(ParseBase64(Base64(bytes)) == bytes);
}

TEST(Base64, RefusesWhatItWouldNotWrite) {
  for (const std::string_view text : {"Z", "Zg", "Zg=", "Zg===", "====", "Z===", "Zh==", "Zm9=",
                                      "Zg==Zg==", "Zm9v\n", "Zm-_", " Zm9", "Zg=g", "Zm9v="}) {
    EXPECT_EQ(ParseBase64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace hyperlocal
