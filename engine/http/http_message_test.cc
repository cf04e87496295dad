#include "engine/http/http_message.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace hyperlocal {
namespace {

TEST(HttpHeaders, CompareNamesWithoutCaseAndKeepTheirOrder) {
  HttpHeaders headers{{"Host", "x"}, {"accept", "a"}, {"Accept", "b"}};
  EXPECT_EQ(headers.Get("ACCEPT"), "a");
  EXPECT_EQ(headers.Get("Acc"), "");
  EXPECT_TRUE(headers.Has("hOST"));
  EXPECT_FALSE(headers.Find("Accept2"));
  headers.Set("ACCEPT", "c");
  EXPECT_EQ(headers, (HttpHeaders{{"Host", "x"}, {"ACCEPT", "c"}}));
  headers.Add("Host", "y");
  headers.Remove("host");
  EXPECT_EQ(headers, (HttpHeaders{{"ACCEPT", "c"}}));
}

TEST(SameHeaderName, KnowsLettersOnly) {
  EXPECT_TRUE(SameHeaderName("x-GOOG-1", "X-goog-1"));
  EXPECT_FALSE(SameHeaderName("@", "`"));  // as far apart as A and a
  EXPECT_FALSE(SameHeaderName("[", "{"));
}

TEST(PercentEncode, LeavesUnreservedCharactersAndThoseThatItIsTold) {
  EXPECT_EQ(PercentEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(PercentEncode("a/b c\n\xc3\xa4+%"), "a%2Fb%20c%0A%C3%A4%2B%25");
  EXPECT_EQ(PercentEncode("a/b c", "/"), "a/b%20c");
}

TEST(PercentDecode, RefusesAPercentSignWithoutTwoDigits) {
  EXPECT_EQ(PercentDecode("a%2fb%2F+%00").value(), std::string("a/b/+\0", 6));
  for (const char* text : {"%", "%a", "%4", "a%", "%zz", "%4g", "%-1", "%%41"}) {
    EXPECT_FALSE(PercentDecode(text)) << text;
  }
}

RC_GTEST_PROP(PercentDecode, UndoesEncoding, (const std::string& text)) {
  RC_ASSERT(PercentDecode(PercentEncode(text)) == text);
  RC_ASSERT(PercentDecode(PercentEncode(text, "/:")) == text);
}

}  // namespace
}  // namespace hyperlocal
