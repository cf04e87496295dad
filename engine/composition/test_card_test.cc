#include "engine/composition/test_card.h"

#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;
using ::testing::TestWithParam;
using ::testing::ValuesIn;

TEST(TestCard, IsReadInBothForms) {
  const TestCard expected{
      .width = 640, .height = 360, .fps = 30, .frames = 60, .pattern = TestCardPattern::kNoise};
  for (const char* text :
       {R"({"size": {"width": 640, "height": 360}, "fps": 30, "frames": 60, "pattern": "noise"})",
        R"({"width": 640.0, "height": 360, "fps": 30, "frames": 6e1, "pattern": "noise"})"}) {
    const Result<TestCard> card = ParseTestCard(text, "testcard.json");
    ASSERT_TRUE(card) << card.error().message;
    EXPECT_EQ(*card, expected);
  }
}

TEST(TestCard, WithoutAPatternHasBars) {
  const Result<TestCard> card =
      ParseTestCard(R"({"width":64,"height":36,"fps":24,"frames":1})", "testcard.json");
  ASSERT_TRUE(card) << card.error().message;
  EXPECT_EQ(card->pattern, TestCardPattern::kBars);
}

RC_GTEST_PROP(TestCard, ReadsBackFromItsOwnJson, ()) {
  const TestCard card{.width = 2 * *rc::gen::inRange(32, 3841),
                      .height = 2 * *rc::gen::inRange(18, 3841),
                      .fps = *rc::gen::element(24, 30, 60),
                      .frames = *rc::gen::inRange<std::int64_t>(1, kTestCardMaximumFrames + 1),
                      .pattern = static_cast<TestCardPattern>(*rc::gen::inRange(0, 4))};
  const Result<TestCard> read = ParseTestCard(TestCardToJson(card), "testcard.json");
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == card);
  RC_ASSERT(ValidateTestCard(card, "card").has_value());
}

struct BadCard {
  const char* name;
  const char* text;
  const char* message;  // all of it
};

void PrintTo(const BadCard& bad, std::ostream* out) {
  *out << bad.name;
}

constexpr BadCard kBadCards[] = {
    {.name = "OddWidth",
     .text = R"({"size":{"width":641,"height":360},"fps":30,"frames":60})",
     .message = "t.json: size.width is 641 but must be an even whole number from 64 to 7680"},
    {.name = "TooLow",
     .text = R"({"width":64,"height":34,"fps":30,"frames":60})",
     .message = "t.json: height is 34 but must be an even whole number from 36 to 7680"},
    {.name = "TooWide",
     .text = R"({"width":7682,"height":360,"fps":30,"frames":60})",
     .message = "t.json: width is 7682 but must be an even whole number from 64 to 7680"},
    {.name = "WidthAsText",
     .text = R"({"width":"640","height":360,"fps":30,"frames":60})",
     .message = R"(t.json: width is "640" but must be an even whole number from 64 to 7680)"},
    {.name = "HugeWidth",
     .text = R"({"width":1e300,"height":360,"fps":30,"frames":60})",
     .message = "t.json: width is 1e+300 but must be an even whole number from 64 to 7680"},
    {.name = "MissingHeight",
     .text = R"({"size":{"width":640},"fps":30,"frames":60})",
     .message = "t.json: size.height is missing; it must be an even whole number from 36 to 7680"},
    {.name = "MissingSize",
     .text = R"({"fps":30,"frames":60})",
     .message = "t.json: width is missing; it must be an even whole number from 64 to 7680"},
    {.name = "SizeTwice",
     .text = R"({"size":{"width":640,"height":360},"width":640,"fps":30,"frames":60})",
     .message = R"(t.json: size stands beside "width" or "height"; keep one of the two forms)"},
    {.name = "SizeAsText",
     .text = R"({"size":"640x360","fps":30,"frames":60})",
     .message =
         R"(t.json: size is "640x360" but must be an object like {"width": 640, "height": 360})"},
    {.name = "UnknownKey",
     .text = R"({"width":640,"height":360,"fps":30,"frames":60,"patern":"bars"})",
     .message = "t.json: patern (= \"bars\") is not a key of a test card; allowed: size, width, "
                "height, fps, frames, pattern"},
    {.name = "UnknownKeyInSize",
     .text = R"({"size":{"width":640,"height":360,"depth":3},"fps":30,"frames":60})",
     .message = "t.json: size.depth (= 3) is not a key of a test card; allowed: width, height"},
    {.name = "Fps25",
     .text = R"({"width":640,"height":360,"fps":25,"frames":60})",
     .message = "t.json: fps is 25 but must be one of 24, 30, 60"},
    {.name = "FpsAsFraction",
     .text = R"({"width":640,"height":360,"fps":29.97,"frames":60})",
     .message = "t.json: fps is 29.97 but must be one of 24, 30, 60"},
    {.name = "NoFrames",
     .text = R"({"width":640,"height":360,"fps":30,"frames":0})",
     .message = "t.json: frames is 0 but must be a whole number from 1 to 4294967296"},
    {.name = "MoreFramesThanTheBarcodeCounts",
     .text = R"({"width":640,"height":360,"fps":30,"frames":4294967297})",
     .message = "t.json: frames is 4294967297 but must be a whole number from 1 to 4294967296"},
    {.name = "MissingFrames",
     .text = R"({"width":640,"height":360,"fps":30})",
     .message = "t.json: frames is missing; it must be a whole number from 1 to 4294967296"},
    {.name = "UnknownPattern",
     .text = R"({"width":640,"height":360,"fps":30,"frames":60,"pattern":"stripes"})",
     .message = R"(t.json: pattern is "stripes" but must be one of bars, gradient, noise, slate)"},
    {.name = "NoObject", .text = "[]", .message = "t.json: a test card is a JSON object, not []"},
};

class BadTestCard : public TestWithParam<BadCard> {};

TEST_P(BadTestCard, IsRefusedWithFileKeyValueAndWhatIsAllowed) {
  const Result<TestCard> card = ParseTestCard(GetParam().text, "t.json");
  ASSERT_FALSE(card);
  EXPECT_EQ(card.error().code, ErrorCode::kInvalidComposition);
  EXPECT_EQ(card.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(All, BadTestCard, ValuesIn(kBadCards),
                         [](const auto& bad) { return std::string(bad.param.name); });

TEST(TestCard, ThatIsNotJsonNamesTheFile) {
  const Result<TestCard> card = ParseTestCard("{\"width\": ", "show/testcard.json");
  ASSERT_FALSE(card);
  EXPECT_EQ(card.error().code, ErrorCode::kInvalidComposition);
  EXPECT_THAT(card.error().message, HasSubstr("show/testcard.json"));
}

TEST(TestCard, IsReadFromTheEntryOrElseFromTestcardJson) {
  const testing::TemporaryDirectory project("card");
  std::filesystem::create_directory(project / "a");
  std::ofstream(project / "testcard.json") << R"({"width":64,"height":36,"fps":24,"frames":1})";
  std::ofstream(project / "a/testcard.json") << R"({"width":64,"height":36,"fps":24,"frames":2})";
  const Result<TestCard> of_default = ReadTestCard(project.path(), "index.html");
  ASSERT_TRUE(of_default) << of_default.error().message;
  EXPECT_EQ(of_default->frames, 1);
  const Result<TestCard> of_entry = ReadTestCard(project.path(), "a/testcard.json");
  ASSERT_TRUE(of_entry) << of_entry.error().message;
  EXPECT_EQ(of_entry->frames, 2);
  const Result<TestCard> missing = ReadTestCard(project / "b", "testcard.json");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNoInput);
}

TEST(TestCard, ValidationCoversCardsThatNoFileDescribed) {
  const TestCard good{.width = 64, .height = 36, .fps = 30, .frames = 1};
  EXPECT_TRUE(ValidateTestCard(good, "card"));
  for (const TestCard& bad : {TestCard{.width = 62, .height = 36, .fps = 30, .frames = 1},
                              TestCard{.width = 64, .height = 37, .fps = 30, .frames = 1},
                              TestCard{.width = 64, .height = 36, .fps = 0, .frames = 1},
                              TestCard{.width = 64, .height = 36, .fps = 30, .frames = -1}}) {
    const Status status = ValidateTestCard(bad, "card");
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidComposition);
  }
}

}  // namespace
}  // namespace hyperlocal
