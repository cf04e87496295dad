#include "engine/plan/encoder_ladder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;

PlanDirectory PlanWith(std::string encoder, OutputFormat format = OutputFormat::kMp4) {
  PlanDirectory plan;
  plan.width = 320;
  plan.height = 180;
  plan.fps = {30, 1};
  plan.format = format;
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
  EXPECT_EQ(settings->encoder, VideoEncoder::kX265);
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

TEST(EncoderLadder, EveryLockedEncoderIsThePublishedOneAndCanBeReadBack) {
  struct Case {
    OutputFormat format;
    VideoCodec codec;
    const char* name;
    const char* pixels;
    const char* preset;
    VideoEncoder encoder;
  };
  for (const Case& row : {Case{OutputFormat::kMp4, VideoCodec::kH264, "libx264-software", "yuv420p",
                               "medium", VideoEncoder::kX264},
                          Case{OutputFormat::kMp4, VideoCodec::kH265, "libx265-software", "yuv420p",
                               "medium", VideoEncoder::kX265},
                          Case{OutputFormat::kWebm, VideoCodec::kH264, "libvpx-vp9-software",
                               "yuva420p", "good", VideoEncoder::kVp9},
                          Case{OutputFormat::kMov, VideoCodec::kH264, "prores-software",
                               "yuva444p10le", "4444", VideoEncoder::kProRes}}) {
    const LockedEncoder locked = LockedEncoderOf(row.format, row.codec, Quality::kStandard);
    EXPECT_EQ(locked.name, row.name);
    EXPECT_EQ(locked.pixel_format, row.pixels);
    EXPECT_EQ(locked.preset, row.preset);
    EXPECT_EQ(locked.vp9_cpu_used.has_value(), row.format == OutputFormat::kWebm);
    EXPECT_EQ(VideoSettingsOf(PlanWith(row.name, row.format))->encoder, row.encoder);
  }
  const LockedEncoder frames =
      LockedEncoderOf(OutputFormat::kPngSequence, VideoCodec::kH264, Quality::kHigh);
  EXPECT_EQ(frames.name, "png-sequence");
  EXPECT_EQ(frames.pixel_format, "rgba");
  EXPECT_EQ(frames.preset, "lossless");
}

TEST(EncoderLadder, Vp9HasADeadlineASpeedAndACeilingOfQuality) {
  EXPECT_EQ(LockedEncoderOf(OutputFormat::kWebm, VideoCodec::kH264, Quality::kDraft).preset,
            "realtime");
  EXPECT_EQ(LockedEncoderOf(OutputFormat::kWebm, VideoCodec::kH264, Quality::kHigh).vp9_cpu_used,
            4);
  PlanDirectory plan = PlanWith("libvpx-vp9-software", OutputFormat::kWebm);
  plan.locked.preset = "realtime";
  plan.locked.quality = Quality::kDraft;
  plan.locked.vp9_cpu_used = 6;
  plan.locked.bitrate = "2M";
  const auto settings = VideoSettingsOf(plan);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->preset, "realtime");
  EXPECT_EQ(settings->crf, 28);
  EXPECT_EQ(settings->bitrate, "2M");
  EXPECT_EQ(settings->vp9_cpu_used, 6);
  plan.locked.vp9_cpu_used.reset();  // as older plans have it
  EXPECT_EQ(VideoSettingsOf(plan)->vp9_cpu_used, 2);
}

TEST(EncoderLadder, AnEncoderOfAnotherFormatIsNamed) {
  const auto settings = VideoSettingsOf(PlanWith("prores-software", OutputFormat::kMp4));
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ErrorCode::kFormatNotSupported);
  EXPECT_THAT(settings.error().message, HasSubstr("prores-software"));
}

}  // namespace
}  // namespace hyperlocal
