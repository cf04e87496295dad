#include "orchestrator/value/value_json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace hyperlocal::workflow {
namespace {

// Any value that JSON can hold.
rc::Gen<Value> AnyJson(int depth) {
  return rc::gen::exec([depth] {
    const int kind = *rc::gen::inRange(0, depth > 0 ? 7 : 5);
    switch (kind) {
      case 0:
        return Value();
      case 1:
        return Value(*rc::gen::arbitrary<bool>());
      case 2:
        return Value(*rc::gen::arbitrary<std::int64_t>());
      case 3: {
        const double number = *rc::gen::arbitrary<double>();
        // A whole double comes back as an integer.
        return Value(std::isfinite(number) ? number + 0.5 : 0.5);
      }
      case 4:
        return Value(*rc::gen::element<std::string>("", "text", "\"\\\n\t\r\x01", "gr\u00fcn",
                                                    "\U0001F600", "\u2028</script>"));
      case 5: {
        ValueList list;
        for (int i = *rc::gen::inRange(0, 4); i > 0; --i) list.push_back(*AnyJson(depth - 1));
        return Value(std::move(list));
      }
      default: {
        ValueMap map;
        for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
          map.Set(*rc::gen::element<std::string>("a", "b", "", "\u00e9", "a\"b"),
                  *AnyJson(depth - 1));
        }
        return Value(std::move(map));
      }
    }
  });
}

RC_GTEST_PROP(ValueJson, WhatIsWrittenReadsAsTheSame, ()) {
  const Value value = *AnyJson(4);
  const std::string text = JsonText(value).value();
  RC_ASSERT(ParseJsonValue(text).value() == value);
  const std::string indented = JsonText(value, JsonIndent{.prefix = "", .indent = " "}).value();
  RC_ASSERT(ParseJsonValue(indented).value() == value);
}

RC_GTEST_PROP(ValueJson, DamagedTextIsReadOrRefusedButNeverMore, ()) {
  std::string text = JsonText(*AnyJson(4)).value();
  for (int i = *rc::gen::inRange(1, 5); i > 0; --i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
    text.insert(at, 1,
                *rc::gen::element('{', '}', '[', ']', '"', '\\', ',', ':', '-', '.', 'e', '\0',
                                  '\x80', ' ', 'u', '0'));
  }
  const auto value = ParseJsonValue(text);
  if (value) RC_ASSERT(JsonText(value.value()).has_value());
}

TEST(ValueJson, WholeNumbersAreIntegersAndOthersDoubles) {
  EXPECT_TRUE(ParseJsonValue("1")->is_integer());
  EXPECT_TRUE(ParseJsonValue("-0")->is_integer());
  EXPECT_TRUE(ParseJsonValue("1.0")->is_double());
  EXPECT_TRUE(ParseJsonValue("1e2")->is_double());
  EXPECT_EQ(ParseJsonValue("9223372036854775807")->integer(), INT64_MAX);
  EXPECT_TRUE(ParseJsonValue("9223372036854775808")->is_double());
  EXPECT_EQ(ParseJsonValue("1e-999")->dbl(), 0);
}

TEST(ValueJson, TheLastOfTwoEqualKeysCounts) {
  EXPECT_EQ(JsonText(ParseJsonValue(R"({"a":1,"b":2,"a":3})").value()).value(), R"({"a":3,"b":2})");
}

TEST(ValueJson, HalvesOfSurrogatePairsBecomeReplacementCharacters) {
  EXPECT_EQ(ParseJsonValue(R"("\ud83d\ude00")")->string(), "\U0001F600");
  EXPECT_EQ(ParseJsonValue(R"("\ud83dx")")->string(), "\uFFFDx");
  EXPECT_EQ(ParseJsonValue(R"("\ud83d\u0041")")->string(),
            "\uFFFD"
            "A");
  EXPECT_EQ(ParseJsonValue("\"\xFF\"")->string(), "\uFFFD");
}

TEST(ValueJson, SaysWhatIsWrongAndWhere) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "ends where a value should be at byte 0"},
      {"tru", "not a JSON value at byte 0"},
      {"[1", "a comma or ] is missing at byte 2"},
      {"[1,]", "not a JSON value at byte 3"},
      {"{1:2}", "a key in quotes is missing at byte 1"},
      {"{\"a\" 1}", "a colon is missing"},
      {"{\"a\":1", "a comma or } is missing"},
      {"\"a", "a string is not closed"},
      {"\"a\nb\"", "a control character"},
      {"\"\\x\"", "an unknown escape"},
      {"\"\\u12\"", "four hexadecimal digits"},
      {"1.", "a digit must follow"},
      {"1e", "the exponent has no digits"},
      {"01", "more text after the value at byte 1"},
      {"1e999", "a number too large"},
      {"1 2", "more text after the value at byte 2"},
      {std::string(600, '['), "nested too deep"},
  };
  for (const auto& [text, message] : cases) {
    const auto value = ParseJsonValue(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, ErrorCode::kInvalidJson);
    EXPECT_NE(value.error().message.find(message), std::string::npos)
        << text << ": " << value.error().message;
  }
}

TEST(ValueJson, DoublesAreWrittenInTheShortestDigits) {
  EXPECT_EQ(DoubleText(0.1), "0.1");
  EXPECT_EQ(DoubleText(2.0), "2");
  EXPECT_EQ(DoubleText(1635892223.4459958), "1635892223.4459958");
  EXPECT_EQ(DoubleText(1e20), "100000000000000000000");
  EXPECT_EQ(DoubleText(1e21), "1e+21");
  EXPECT_EQ(DoubleText(1.5e-7), "1.5e-7");
  EXPECT_EQ(DoubleText(1e-100), "1e-100");
  EXPECT_EQ(DoubleText(std::numeric_limits<double>::infinity()), "+Inf");
}

TEST(ValueJson, RefusesWhatHasNoForm) {
  EXPECT_EQ(JsonText(Value::Bytes("x")).error().message, "bytes cannot be encoded as JSON");
  EXPECT_FALSE(JsonText(Value(ValueList{Value::Function("f")})));
  EXPECT_FALSE(JsonText(Value(std::numeric_limits<double>::quiet_NaN())));
}

TEST(ValueJson, SortsKeysAndBreaksLinesOnRequest) {
  const Value value = ParseJsonValue(R"({"b":[1,{}],"a":[]})").value();
  EXPECT_EQ(JsonText(value).value(), R"({"a":[],"b":[1,{}]})");
  EXPECT_EQ(JsonText(value, JsonIndent{.prefix = "", .indent = "  "}).value(),
            "{\n  \"a\": [],\n  \"b\": [\n    1,\n    {}\n  ]\n}");
}

}  // namespace
}  // namespace hyperlocal::workflow
