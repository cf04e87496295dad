#include "engine/json/canonical_json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "engine/json/utf16_order.h"
#include "tests/support/json_generators.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using testing::JsonSample;

std::string Canonical(const json& value) {
  const auto text = CanonicalJson(value);
  return text ? *text : "error: " + text.error().message;
}

std::string CanonicalText(std::string_view text) {
  const auto value = ParseJson(text, "text");
  return value ? Canonical(*value) : "error: " + value.error().message;
}

TEST(JavaScriptNumber, IsWrittenAsNumberToStringWritesIt) {
  const std::vector<std::pair<double, std::string>> cases = {
      {0.0, "0"},
      {-0.0, "0"},
      {1, "1"},
      {-1.5, "-1.5"},
      {100, "100"},
      {0.1, "0.1"},
      {0.30000000000000004, "0.30000000000000004"},
      {123456.789, "123456.789"},
      {1e20, "100000000000000000000"},
      {123456789012345680000.0, "123456789012345680000"},
      {1e21, "1e+21"},
      {1.5e300, "1.5e+300"},
      {0.000001, "0.000001"},
      {0.0000012345, "0.0000012345"},
      {1e-7, "1e-7"},
      {-1.25e-7, "-1.25e-7"},
      {5e-324, "5e-324"},
      {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
      {9007199254740993.0, "9007199254740992"},
      {std::numeric_limits<double>::infinity(), "Infinity"},
      {-std::numeric_limits<double>::infinity(), "-Infinity"},
      {std::nan(""), "NaN"},
  };
  for (const auto& [value, text] : cases) EXPECT_EQ(JavaScriptNumber(value), text);
}

RC_GTEST_PROP(JavaScriptNumber, ReadsBackToTheSameDouble, ()) {
  const double value = *testing::FiniteDoubles();
  RC_ASSERT(std::strtod(JavaScriptNumber(value).c_str(), nullptr) == value);
}

TEST(CanonicalJson, SortsKeysByUtf16CodeUnitsAtEveryDepth) {
  // U+1F600 is D83D DE00 in UTF-16 and so comes before U+E000; its UTF-8 bytes come after.
  const json value = {
      {"\xEE\x80\x80", 1},
      {"\xF0\x9F\x98\x80", {{"b", 1}, {"a", json::array({json{{"d", 1}, {"c", 2}}})}}},
      {"Z", 1},
      {"10", 1},
      {"9", 1}};
  EXPECT_EQ(Canonical(value),
            "{\"10\":1,\"9\":1,\"Z\":1,\"\xF0\x9F\x98\x80\":{\"a\":[{\"c\":2,\"d\":1}],\"b\":1},"
            "\"\xEE\x80\x80\":1}");
}

TEST(CanonicalJson, EscapesWhatJsonStringifyEscapesAndNothingElse) {
  EXPECT_EQ(Canonical(std::string("\"\\/\b\f\n\r\t\0\x1f\x7f", 11)),
            R"("\"\\/\b\f\n\r\t\u0000\u001f)"
            "\x7f\"");
  EXPECT_EQ(Canonical("\u2028\u00e9"), "\"\u2028\u00e9\"");
}

TEST(CanonicalJson, WritesIntegersAsTheDoublesTheyAreInJavaScript) {
  EXPECT_EQ(CanonicalText("[9007199254740993,18446744073709551615,-9223372036854775808,-0,1.0]"),
            "[9007199254740992,18446744073709552000,-9223372036854776000,0,1]");
}

TEST(CanonicalJson, RefusesNumbersThatAreNotFinite) {
  EXPECT_EQ(Canonical(json::array({std::nan("")})),
            "error: the number NaN cannot be written as JSON");
  EXPECT_EQ(CanonicalText("{\"a\":-1e999}"),
            "error: the number -Infinity cannot be written as JSON");
}

TEST(CanonicalJson, RefusesStringsThatAreNotUtf8) {
  EXPECT_EQ(CanonicalJson("\xff").error().code, ErrorCode::kInvalidJson);
  // A pair of surrogates as six bytes.
  EXPECT_EQ(CanonicalJson("\xED\xA0\xBD\xED\xB8\x80").error().code, ErrorCode::kInvalidJson);
}

TEST(PrettyJson, LooksLikeStringifyWithAnIndentOfTwo) {
  const nlohmann::ordered_json value = {{"z", {1, 2.5}},
                                        {"a", nlohmann::ordered_json::object()},
                                        {"m", nlohmann::ordered_json::array()},
                                        {"o", {{"k", nullptr}}}};
  EXPECT_EQ(*PrettyJson(value), R"({
  "z": [
    1,
    2.5
  ],
  "a": {},
  "m": [],
  "o": {
    "k": null
  }
})");
}

RC_GTEST_PROP(CanonicalJson, IsAFixedPointOfParsingAndWriting, ()) {
  const JsonSample sample = *testing::JsonSamples();
  const std::string once = Canonical(sample.value);
  RC_ASSERT(CanonicalText(once) == once);
}

RC_GTEST_PROP(CanonicalJson, EveryObjectIsInUtf16Order, ()) {
  const auto keys = *rc::gen::container<std::vector<std::string>>(testing::JavaScriptStrings());
  json object = json::object();
  for (const std::string& key : keys) object[key] = key;
  const std::string text = Canonical(object);
  std::vector<std::string> sorted = keys;
  std::sort(sorted.begin(), sorted.end(), Utf16Less);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::string expected;
  for (const std::string& key : sorted) {
    expected += (expected.empty() ? "" : ",") + Canonical(key) + ":" + Canonical(key);
  }
  RC_ASSERT(text == "{" + expected + "}");
}

}  // namespace
}  // namespace hyperlocal
