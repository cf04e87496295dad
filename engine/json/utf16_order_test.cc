#include "engine/json/utf16_order.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/json/wtf8_internal.h"
#include "tests/support/json_generators.h"

namespace hyperlocal {
namespace {

std::u16string ToUtf16(std::string_view text) {
  std::u16string out;
  while (!text.empty()) {
    const DecodedCode next = DecodeWtf8(text);
    text.remove_prefix(next.bytes);
    if (next.code < 0x10000) {
      out += static_cast<char16_t>(next.code);
    } else {
      out += static_cast<char16_t>(0xD800 + ((next.code - 0x10000) >> 10));
      out += static_cast<char16_t>(0xDC00 + (next.code & 0x3FF));
    }
  }
  return out;
}

TEST(Utf16Less, PutsTheAstralPlanesBeforeTheEndOfTheBasicOne) {
  const std::vector<std::string> sorted = {
      "",       "0",          "9",          "A",          "a",      "a.txt", "aa",
      "\u00e9", "\U00010000", "\U0001F600", "\U0010FFFF", "\uE000", "\uFFFF"};
  std::vector<std::string> shuffled(sorted.rbegin(), sorted.rend());
  std::sort(shuffled.begin(), shuffled.end(), Utf16Less);
  EXPECT_EQ(shuffled, sorted);
}

RC_GTEST_PROP(Utf16Less, ComparesTheCodeUnits, ()) {
  const std::string a = *testing::JavaScriptStrings();
  const std::string b =
      *rc::gen::oneOf(testing::JavaScriptStrings(),
                      rc::gen::map(testing::JavaScriptStrings(), [a](const std::string& tail) {
                        std::string out = a;
                        // A tail that would pair up with the end of `a` is left out.
                        if (tail.empty() || !IsLowSurrogate(DecodeWtf8(tail).code)) out += tail;
                        return out;
                      }));
  RC_ASSERT(Utf16Less(a, b) == (ToUtf16(a) < ToUtf16(b)));
  RC_ASSERT(Utf16Less(b, a) == (ToUtf16(b) < ToUtf16(a)));
}

TEST(IsUtf8, RefusesSurrogatesLongFormsAndWhatIsBeyondUnicode) {
  EXPECT_TRUE(IsUtf8("a\u00e9\uFFFF\U0010FFFF"));
  for (const char* bad : {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "a\xff"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

}  // namespace
}  // namespace hyperlocal
