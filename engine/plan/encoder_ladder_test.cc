#include "engine/plan/encoder_ladder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;

PlanDirectory PlanWith(std::string encoder) {
  PlanDirectory plan;
  plan.width = 320;
  plan.height = 180;
  plan.fps = {30, 1};
  plan.locked.encoder = std::move(encoder);
  plan.locked.device_scale_factor = 1.5;
  plan.locked.gop_size = 40;
  return plan;
}

TEST(EncoderLadder, IsThePublishedOne) {
  struct Case {
    Quality quality;
    const char* preset;
    int crf;
  };
  for (const Case& row :
       {Case{Quality::kDraft, "ultrafast", 28}, Case{Quality::kStandard, "medium", 18},
        Case{Quality::kHigh, "slow", 15}}) {
    EXPECT_EQ(RungOf(row.quality).preset, row.preset);
    EXPECT_EQ(RungOf(row.quality).crf, row.crf);
    PlanDirectory plan = PlanWith("libx264-software");
    plan.locked.quality = row.quality;
    const auto settings = VideoSettingsOf(plan);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->preset, row.preset);
    EXPECT_EQ(settings->crf, row.crf);
  }
}

TEST(EncoderLadder, SettingsAreThoseOfThePlan) {
  const auto settings = VideoSettingsOf(PlanWith("libx265-software"));
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->codec, VideoCodec::kH265);
  EXPECT_EQ(settings->width, 480);
  EXPECT_EQ(settings->height, 270);
  EXPECT_EQ(settings->rate.num, 30);
  EXPECT_EQ(settings->gop_size, 40);
  EXPECT_EQ(settings->bitrate, std::nullopt);
}

TEST(EncoderLadder, AWishedQualityOrRateReplacesTheRungs) {
  PlanDirectory plan = PlanWith("libx264-software");
  plan.locked.crf = 0;
  EXPECT_EQ(VideoSettingsOf(plan)->crf, 0);
  plan.locked.crf.reset();
  plan.locked.bitrate = "4M";
  EXPECT_EQ(VideoSettingsOf(plan)->crf, std::nullopt);
  EXPECT_EQ(VideoSettingsOf(plan)->bitrate, "4M");
}

TEST(EncoderLadder, EveryLockedEncoderCanBeReadBack) {
  for (const VideoCodec codec : {VideoCodec::kH264, VideoCodec::kH265}) {
    const auto name = LockedEncoderName(OutputFormat::kMp4, codec);
    ASSERT_TRUE(name);
    EXPECT_EQ(VideoSettingsOf(PlanWith(std::string(*name)))->codec, codec);
  }
}

TEST(EncoderLadder, NamesWhatThisBuildDoesNotEncode) {
  for (const OutputFormat format :
       {OutputFormat::kMov, OutputFormat::kWebm, OutputFormat::kPngSequence}) {
    const auto name = LockedEncoderName(format, VideoCodec::kH264);
    ASSERT_FALSE(name);
    EXPECT_EQ(name.error().code, ErrorCode::kFormatNotSupported);
    EXPECT_THAT(name.error().message, HasSubstr(std::string(WireName(format))));
  }
  const auto settings = VideoSettingsOf(PlanWith("prores-software"));
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ErrorCode::kFormatNotSupported);
  EXPECT_THAT(settings.error().message, HasSubstr("prores-software"));
}

}  // namespace
}  // namespace hyperlocal
