#include "fakes/gcs/server/gcs_query_internal.h"

#include <gtest/gtest.h>

#include <string>

namespace hyperlocal::gcs {
namespace {

GcsQuery Parsed(std::string_view text) {
  return GcsQuery::Parse(text).value();
}

TEST(GcsQuery, DecodesNamesAndValues) {
  const GcsQuery query = Parsed("prefix=a%2Fb&start%4Fffset=x+y&delimiter=%C3%A4");
  EXPECT_EQ(query.Get("prefix"), "a/b");
  EXPECT_EQ(query.Get("startOffset"), "x y");
  EXPECT_EQ(query.Get("delimiter"), "ä");
}

TEST(GcsQuery, AParameterWithoutAValueIsAbsent) {
  const GcsQuery query = Parsed("pageToken=&delimiter&prefix=p");
  EXPECT_FALSE(query.Find("pageToken"));
  EXPECT_FALSE(query.Find("delimiter"));
  EXPECT_TRUE(query.Has("delimiter"));
  EXPECT_EQ(query.Get("prefix"), "p");
}

TEST(GcsQuery, ATrailingQuestionMarkIsNoParameter) {
  EXPECT_TRUE(Parsed("").empty());
  EXPECT_TRUE(Parsed("&&").empty());
}

TEST(GcsQuery, OfSeveralTheFirstCounts) {
  EXPECT_EQ(Parsed("a=1&a=2").Get("a"), "1");
}

TEST(GcsQuery, BrokenPercentEncodingIsRefused) {
  for (const char* text : {"a=%", "a=%2", "a=%zz", "%=1"}) {
    EXPECT_FALSE(GcsQuery::Parse(text)) << text;
  }
}

TEST(GcsQuery, NumbersAndFlagsAreReadOrNamedInTheError) {
  const GcsQuery query = Parsed("n=12&m=1x&big=9223372036854775808&yes=true&no=false&odd=maybe");
  EXPECT_EQ(query.Integer("n").value(), 12);
  EXPECT_EQ(query.Integer("absent").value(), std::nullopt);
  EXPECT_NE(query.Integer("m").error().message.find("\"1x\""), std::string::npos);
  EXPECT_EQ(query.Integer("m").error().field, "m");
  EXPECT_FALSE(query.Integer("big"));
  EXPECT_EQ(query.Boolean("yes").value(), true);
  EXPECT_EQ(query.Boolean("no").value(), false);
  EXPECT_FALSE(query.Boolean("odd"));
}

TEST(GcsQuery, PreconditionsOfTargetAndSource) {
  const GcsQuery query = Parsed(
      "ifGenerationMatch=0&ifMetagenerationNotMatch=4&ifSourceGenerationNotMatch=7&"
      "ifSourceMetagenerationMatch=8");
  EXPECT_EQ(PreconditionsOf(query).value(),
            (ObjectPreconditions{.if_generation_match = 0,
                                 .if_generation_not_match = {},
                                 .if_metageneration_match = {},
                                 .if_metageneration_not_match = 4}));
  EXPECT_EQ(SourcePreconditionsOf(query).value(),
            (ObjectPreconditions{.if_generation_match = {},
                                 .if_generation_not_match = 7,
                                 .if_metageneration_match = 8,
                                 .if_metageneration_not_match = {}}));
}

}  // namespace
}  // namespace hyperlocal::gcs
