#include "engine/config/output_resolution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;

TEST(OutputResolution, KnowsThePublishedNamesAndAliases) {
  struct Case {
    const char* text;
    const char* name;
    bool follows;
  };
  for (const Case& row :
       {Case{"landscape", "landscape", false}, Case{"portrait-4k", "portrait-4k", false},
        Case{"square", "square", false}, Case{"1080p", "landscape", true},
        Case{"hd", "landscape", true}, Case{"4K", "landscape-4k", true},
        Case{"UHD", "landscape-4k", true}, Case{"1080p-portrait", "portrait", false},
        Case{"portrait-1080p", "portrait", false}, Case{"4k-portrait", "portrait-4k", false},
        Case{"square-1080p", "square", false}, Case{"4k-square", "square-4k", false}}) {
    const auto wish = ParseResolutionWish(row.text);
    ASSERT_TRUE(wish) << row.text;
    EXPECT_EQ(WireName(wish->resolution), row.name) << row.text;
    EXPECT_EQ(wish->follows_orientation, row.follows) << row.text;
    EXPECT_THAT(ResolutionNames(), HasSubstr(WireName(wish->resolution)));
  }
  for (const char* text : {"", "8k", "landscape ", "1080", "720p"}) {
    EXPECT_FALSE(ParseResolutionWish(text)) << text;
  }
}

TEST(OutputResolution, IsReachedByAWholeFactor) {
  const auto scale = [](const char* wish, int width, int height) {
    return DeviceScaleOf(*ParseResolutionWish(wish), {width, height});
  };
  EXPECT_EQ(*scale("landscape", 1920, 1080), 1);
  EXPECT_EQ(*scale("landscape-4k", 1920, 1080), 2);
  EXPECT_EQ(*scale("landscape", 640, 360), 3);
  EXPECT_EQ(*scale("4k", 1080, 1920), 2) << "a portrait stays one";
  EXPECT_EQ(*scale("1080p", 540, 540), 2) << "and a square";
  EXPECT_EQ(*scale("hd", 1080, 1920), 1);
}

TEST(OutputResolution, WhatCannotBeReachedIsRefusedWithTheReason) {
  const auto refusal = [](const char* wish, int width, int height) {
    const auto scale = DeviceScaleOf(*ParseResolutionWish(wish), {width, height});
    EXPECT_FALSE(scale) << wish;
    EXPECT_EQ(scale.error().code, ErrorCode::kInvalidConfig);
    EXPECT_EQ(scale.error().field, "config.outputResolution");
    return scale.error().message;
  };
  EXPECT_THAT(refusal("landscape-4k", 1080, 1920), HasSubstr("portrait-4k fits"));
  EXPECT_THAT(refusal("4k", 1000, 700), HasSubstr("no resolution has the composition's"));
  EXPECT_THAT(refusal("landscape", 3840, 2160), HasSubstr("smaller"));
  EXPECT_THAT(refusal("landscape", 1280, 720), HasSubstr("1.5 times as large"));
}

}  // namespace
}  // namespace hyperlocal
