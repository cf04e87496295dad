#include "orchestrator/value/utf8.h"

#include <gtest/gtest.h>

namespace hyperlocal::workflow {
namespace {

TEST(Utf8, RefusesWhatIsNotShortestOrNoCharacter) {
  for (const char* text :
       {"\x80", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xE2\x82"}) {
    EXPECT_FALSE(IsValidUtf8(text));
  }
  EXPECT_TRUE(IsValidUtf8("a\u00e9\u20ac\U0001F600"));
}

TEST(Utf8, ReplacesByteByByte) {
  std::string text;
  AppendValidUtf8("a\xE2\x82z", text);
  EXPECT_EQ(text, "a\uFFFD\uFFFDz");
}

TEST(Utf8, EncodesWhatItDecodes) {
  for (const std::uint32_t code :
       {0U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
    std::string text;
    AppendUtf8(code, text);
    EXPECT_EQ(DecodeUtf8(text).code, code);
    EXPECT_EQ(DecodeUtf8(text).bytes, text.size());
  }
}

TEST(Utf8, CountsAndFindsCharacters) {
  EXPECT_EQ(CountCharacters("gr\u00fcn"), 4U);
  EXPECT_EQ(ByteOfCharacter("gr\u00fcn", 3), 4U);
  EXPECT_EQ(ByteOfCharacter("gr\u00fcn", 9), 5U);
}

}  // namespace
}  // namespace hyperlocal::workflow
