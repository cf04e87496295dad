#include "fakes/gcs/server/fields_mask_internal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "fakes/gcs/server/json_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

// A listing with one object of everything that a mask can meet.
std::string Shown(std::string_view fields) {
  const auto mask = FieldsMask::Parse(fields);
  if (!mask) return mask.error().message;
  JsonWriter json(&*mask);
  json.BeginObject();
  json.Member("kind", "list");
  json.Member("nextPageToken", "t");
  if (json.BeginArray("items")) {
    json.BeginObject();
    json.Member("name", "n");
    json.QuotedMember("size", 5);
    json.JsonMember("metadata", R"({"a":"1","b":{"c":[true,{"d":2}]}})");
    json.EndObject();
    json.EndArray();
  }
  json.EndObject();
  return std::move(json).Take();
}

struct MaskCase {
  const char* name;
  const char* fields;
  const char* shown;
};

class FieldsMaskCases : public ::testing::TestWithParam<MaskCase> {};

TEST_P(FieldsMaskCases, ShowsWhatItNames) {
  EXPECT_EQ(Shown(GetParam().fields), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(
    All, FieldsMaskCases,
    ::testing::Values(
        MaskCase{"OneField", "kind", R"({"kind":"list"})"},
        MaskCase{"Several", "items(name,size),nextPageToken",
                 R"({"nextPageToken":"t","items":[{"name":"n","size":"5"}]})"},
        MaskCase{"Path", "items/name", R"({"items":[{"name":"n"}]})"},
        MaskCase{"PathIntoTree", "items/metadata/b/c",
                 R"({"items":[{"metadata":{"b":{"c":[true,{"d":2}]}}}]})"},
        MaskCase{"ListInsidePath", "items/metadata(a,b/c/d)",
                 R"({"items":[{"metadata":{"a":"1","b":{"c":[true,{"d":2}]}}}]})"},
        MaskCase{"Star", "items/*",
                 R"({"items":[{"name":"n","size":"5",)"
                 R"("metadata":{"a":"1","b":{"c":[true,{"d":2}]}}}]})"},
        MaskCase{"StarInTheMiddle", "*/size",
                 R"({"kind":"list","nextPageToken":"t",)"
                 R"("items":[{"size":"5"}]})"},
        MaskCase{
            "WholeBeatsPart", "items,items/name",
            R"({"items":[{"name":"n","size":"5","metadata":{"a":"1","b":{"c":[true,{"d":2}]}}}]})"},
        MaskCase{"PartsAdd", "items/name,items/size", R"({"items":[{"name":"n","size":"5"}]})"},
        MaskCase{"Unknown", "nothing", "{}"}),
    [](const auto& test) { return test.param.name; });

TEST(FieldsMask, WhatIsNoMaskIsRefusedWithThePlace) {
  EXPECT_EQ(FieldsMask::Parse("items(name").error().message,
            "Invalid field selection \"items(name\": expected a comma or ) at character 11");
  EXPECT_EQ(FieldsMask::Parse("items(name").error().field, "fields");
  for (const char* text : {"", ",", "a,", "a/", "a()", "a)", "a b", "(a)", "a//b", "a(b))"}) {
    EXPECT_FALSE(FieldsMask::Parse(text)) << text;
  }
  EXPECT_FALSE(FieldsMask::Parse(std::string(100000, '(')));
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "a/";
  EXPECT_FALSE(FieldsMask::Parse(deep + "a"));
}

TEST(JsonWriter, EscapesWhatJsonCannotHold) {
  JsonWriter json;
  json.BeginObject();
  json.Member("a\"b", "\x01\n\r\t\\\"/ ä");
  json.EndObject();
  EXPECT_EQ(std::move(json).Take(), R"({"a\"b":"\u0001\n\r\t\\\"/ ä"})");
}

TEST(JsonWriter, WhatIsNoUtf8IsShownAsTheReplacementCharacter) {
  const auto quoted = [](std::string_view text) {
    JsonWriter json;
    json.Text(text);
    return std::move(json).Take();
  };
  for (const char* good : {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(quoted(good), "\"" + std::string(good) + "\"");
  }
  EXPECT_EQ(quoted("a\x80z"), R"("a\ufffdz")");
  EXPECT_EQ(quoted("\xC3"), R"("\ufffd")");
  for (const char* bad : {"\xC0\xAF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF0\x90\x80", "\xFF\xFF"}) {
    const auto parsed = quoted(bad);
    EXPECT_NE(parsed.find("\\ufffd"), std::string::npos);
    EXPECT_TRUE(std::all_of(parsed.begin(), parsed.end(), [](char c) { return (c & 0x80) == 0; }));
  }
}

TEST(JsonWriter, PrettyPrintIndentsByTwo) {
  JsonWriter json(nullptr, true);
  json.BeginObject();
  json.Member("a", 1);
  json.BeginArray("b");
  json.Text("c");
  json.EndArray();
  json.BeginArray("none");
  json.EndArray();
  json.EndObject();
  EXPECT_EQ(std::move(json).Take(),
            "{\n  \"a\": 1,\n  \"b\": [\n    \"c\"\n  ],\n  \"none\": []\n}");
}

}  // namespace
}  // namespace hyperlocal::gcs
