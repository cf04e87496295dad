#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/json/canonical_json.h"
#include "tests/support/json_generators.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::string ErrorOf(std::string_view text) {
  const auto value = ParseJson(text, "plan.json");
  if (value) return "";
  EXPECT_EQ(value.error().code, ErrorCode::kInvalidJson);
  return value.error().message;
}

TEST(ParseJson, ReadsEveryKindOfValue) {
  const auto value =
      ParseJson(" {\"a\" : [ null, true ,false, -1, 2.5e1, \"x\" ], \"b\":{}} \n", "t");
  ASSERT_TRUE(value);
  EXPECT_EQ(*value, json::parse(R"({"a":[null,true,false,-1,25.0,"x"],"b":{}})"));
}

TEST(ParseJson, TheLastOfTwoEqualKeysWins) {
  EXPECT_EQ((*ParseJson(R"({"a":1,"\u0061":2})", "t"))["a"], 2);
}

TEST(ParseJson, KeepsSurrogatesWithoutAPartnerAndJoinsPairs) {
  EXPECT_EQ(ParseJson(R"("\ud83d\uDE00")", "t")->get<std::string>(), "\xF0\x9F\x98\x80");
  EXPECT_EQ(ParseJson(R"("\ud83d")", "t")->get<std::string>(), "\xED\xA0\xBD");
  EXPECT_EQ(ParseJson(R"("\ude00\ud83d")", "t")->get<std::string>(), "\xED\xB8\x80\xED\xA0\xBD");
}

TEST(ParseJson, NumbersBeyondTheRangeOfDoublesAreInfiniteOrZero) {
  EXPECT_EQ(ParseJson("1e999", "t")->get<double>(), HUGE_VAL);
  EXPECT_EQ(ParseJson("-1e99999999999999999999", "t")->get<double>(), -HUGE_VAL);
  EXPECT_EQ(ParseJson("1e-999", "t")->get<double>(), 0);
  EXPECT_EQ(ParseJson("0." + std::string(400, '0') + "1", "t")->get<double>(), 0);
  EXPECT_EQ(ParseJson("1" + std::string(400, '0'), "t")->get<double>(), HUGE_VAL);
  EXPECT_EQ(ParseJson("1" + std::string(400, '0') + "e-400", "t")->get<double>(), 1);
  EXPECT_EQ(ParseJson("18446744073709551616", "t")->get<double>(), 18446744073709551616.0);
}

TEST(ParseJson, NamesTheTextTheLineAndTheColumn) {
  EXPECT_EQ(ErrorOf("{\n  \"\u00e9\": x}"),
            "plan.json: not JSON at line 2, column 8: unexpected 'x'");
  EXPECT_EQ(ErrorOf("[1,\n2"),
            "plan.json: not JSON at line 2, column 2: the text ends in the middle of a value");
  EXPECT_EQ(ErrorOf("1 2"),
            "plan.json: not JSON at line 1, column 3: something follows the end of the value");
}

TEST(ParseJson, RefusesWhatJavaScriptRefuses) {
  for (const char* text : {"",
                           "  ",
                           "[1,]",
                           "{\"a\":1,}",
                           "[",
                           "{",
                           "\"",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\u12g4\"",
                           "01",
                           "-",
                           "1.",
                           ".5",
                           "+1",
                           "1e",
                           "1e+",
                           "nul",
                           "NaN",
                           "[1 2]",
                           "{\"a\" 1}",
                           "{a:1}",
                           "'a'",
                           "\"a\x01\"",
                           "[]x",
                           "-01",
                           "\"\\u-123\"",
                           "\"\xff\"",
                           "\"\xed\xa0\xbd\"",
                           "\"\xc0\x80\""}) {
    EXPECT_NE(ErrorOf(text), "") << text;
  }
  EXPECT_THAT(ErrorOf("\xEF\xBB\xBF{}"), HasSubstr("byte order mark"));
}

TEST(ParseJson, StopsAtTheDepthLimit) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_TRUE(ParseJson(nested(kJsonDepthLimit), "t"));
  EXPECT_THAT(ErrorOf(nested(kJsonDepthLimit + 1)), HasSubstr("512"));
  EXPECT_NE(ErrorOf(std::string(1'000'000, '[')), "");
  EXPECT_NE(ErrorOf(std::string(1'000'000, '{')), "");
}

RC_GTEST_PROP(ParseJson, GivesBackWhatPrettyJsonWrote, ()) {
  const testing::JsonSample sample = *testing::JsonSamples();
  const std::string canonical = *CanonicalJson(sample.value);
  const auto pretty = PrettyJson(nlohmann::ordered_json(sample.value));
  RC_ASSERT(pretty.has_value());
  const auto read = ParseJson(*pretty, "t");
  RC_ASSERT(read.has_value());
  RC_ASSERT(*CanonicalJson(*read) == canonical);
}

RC_GTEST_PROP(ParseJson, NeverCrashesOnDamagedText, ()) {
  std::string text = *CanonicalJson((*testing::JsonSamples()).value);
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  text[at] = static_cast<char>(*rc::gen::inRange(0, 256));
  const auto value = ParseJson(text, "t");
  if (value) RC_ASSERT(CanonicalJson(*value).has_value() || text.find('e') != std::string::npos);
}

}  // namespace
}  // namespace hyperlocal
