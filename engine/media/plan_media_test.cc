// Video and sound in a plan directory, without a browser.
#include "engine/media/plan_media.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/av/image_codec.h"
#include "engine/av/media_maker_test_support.h"
#include "engine/plan/plan_videos.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/tree_listing.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::EvenTimes;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TemporaryDirectory;

class PlanMediaTest : public ::testing::Test {
 protected:
  PlanMediaTest() {
    fs::create_directories(directory_ / "compiled");
    request_.plan_root = directory_.path();
    request_.total_frames = 30;
    request_.fps = {30, 1};
    request_.size_limit_bytes = 1 << 30;
    request_.gains = [] { return std::vector<std::vector<double>>(); };
    request_.warn = [this](std::string_view line) { warnings_.emplace_back(line); };
  }

  MediaElement& Add(const std::string& id, const std::string& source, bool is_video = true) {
    MediaElement element;
    element.name = element.id = id;
    element.source = source;
    element.is_video = is_video;
    element.timed = true;
    element.duration_seconds = 1;
    element.silent = is_video;
    request_.elements.push_back(element);
    return request_.elements.back();
  }
  void Make(const std::string& name, const testing::MadeVideo& video) {
    const auto made = testing::MakeMedia(directory_ / "compiled" / name, video);
    ASSERT_TRUE(made) << made.error().message;
  }
  void ExpectRefused(ErrorCode code, const std::string& said) {
    const auto planned = PlanMedia(request_);
    ASSERT_FALSE(planned);
    EXPECT_EQ(planned.error().code, code) << planned.error().message;
    EXPECT_THAT(planned.error().message, HasSubstr(said));
  }
  // The number in the picture of an extracted frame.
  int NumberOf(const PlanVideo& video, std::int64_t frame) {
    const fs::path file =
        ExtractedFramesDirectory(directory_.path(), video.id).value() / video.FrameName(frame);
    const std::string bytes = testing::FileContent(file);
    const bool png = file.extension() == ".png";
    const Frame picture = DecodeImage({png ? ImageFormat::kPng : ImageFormat::kJpeg, 0, 0,
                                       std::vector<std::uint8_t>(bytes.begin(), bytes.end())})
                              .value();
    return testing::ReadNumber(picture, 0, 0, picture.width, picture.height).value_or(-1);
  }

  TemporaryDirectory directory_{"plan-media"};
  PlanMediaRequest request_;
  std::vector<std::string> warnings_;
};

TEST_F(PlanMediaTest, AReaderFindsTheFramesOfEveryMoment) {
  Make("a.mp4", {.times = EvenTimes(60)});
  Add("clip", "a.mp4").media_start_seconds = 0.5;
  const auto planned = PlanMedia(request_);
  ASSERT_TRUE(planned) << planned.error().message;
  EXPECT_EQ(planned->videos, 1);
  EXPECT_FALSE(planned->has_audio);
  const auto videos = ReadPlanVideos(directory_.path()).value();
  ASSERT_EQ(videos.size(), 1U);
  EXPECT_EQ(videos[0].frame_pattern, "frame_%05d.jpg");
  EXPECT_EQ(videos[0].width, 64);
  for (const int frame : {0, 7, 29}) {
    EXPECT_EQ(NumberOf(videos[0], videos[0].FrameAt(frame / 30.0).value()), 15 + frame);
  }
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(PlanMediaTest, AlphaAndWhoAsksForItGetPng) {
  Make("a.webm",
       {.codec = "libvpx-vp9", .pixels = "yuva420p", .times = EvenTimes(30), .alpha = true});
  Make("b.mp4", {.times = EvenTimes(30)});
  Add("alpha", "a.webm");
  request_.video_frame_format = "jpg";
  ASSERT_TRUE(PlanMedia(request_));
  EXPECT_EQ(ReadPlanVideos(directory_.path()).value()[0].frame_pattern, "frame_%05d.png");

  fs::remove_all(directory_ / "video-frames");
  request_.elements.clear();
  Add("plain", "b.mp4");
  request_.video_frame_format = "png";
  ASSERT_TRUE(PlanMedia(request_));
  const auto videos = ReadPlanVideos(directory_.path()).value();
  EXPECT_EQ(videos[0].frame_pattern, "frame_%05d.png");
  EXPECT_EQ(NumberOf(videos[0], 9), 9);
}

TEST_F(PlanMediaTest, APictureThatLastsIsOneFileUnderManyNames) {
  Make("a.mp4", {.times = {0, 15}, .last_ticks = 15});
  Add("clip", "a.mp4");
  ASSERT_TRUE(PlanMedia(request_));
  EXPECT_TRUE(fs::equivalent(directory_ / "video-frames/clip/frame_00001.jpg",
                             directory_ / "video-frames/clip/frame_00015.jpg"));
  EXPECT_FALSE(fs::equivalent(directory_ / "video-frames/clip/frame_00015.jpg",
                              directory_ / "video-frames/clip/frame_00016.jpg"));
}

TEST_F(PlanMediaTest, ThePlanIsTheSameTwice) {
  Make("a.mp4", {.times = EvenTimes(40)});
  Add("clip", "a.mp4").playback_rate = 1.3;
  ASSERT_TRUE(PlanMedia(request_));
  const auto first = testing::FileContent(directory_ / "meta/videos.json") +
                     testing::FileContent(directory_ / "video-frames/clip/frame_00021.jpg");
  fs::remove_all(directory_ / "video-frames");
  ASSERT_TRUE(PlanMedia(request_));
  EXPECT_EQ(first, testing::FileContent(directory_ / "meta/videos.json") +
                       testing::FileContent(directory_ / "video-frames/clip/frame_00021.jpg"));
  EXPECT_EQ(first.find(directory_.path().string()), std::string::npos);  // no machine's paths
}

TEST_F(PlanMediaTest, WhatIsStrangeIsSaidWithTheElement) {
  Make("a.mp4", {.times = EvenTimes(10)});
  Add("short", "a.mp4");
  Add("behind", "a.mp4").start_seconds = 4;
  ASSERT_TRUE(PlanMedia(request_));
  EXPECT_THAT(
      warnings_,
      ElementsAre(
          AllOf(HasSubstr("<video id=\"short\"> (a.mp4)"), HasSubstr("0.333 s"), HasSubstr("held")),
          AllOf(HasSubstr("<video id=\"behind\">"), HasSubstr("4 s"), HasSubstr("data-start"))));
}

TEST_F(PlanMediaTest, SourcesThatCannotBeRendered) {
  Add("clip", "gone.mp4");
  ExpectRefused(ErrorCode::kVideoSourceUnrenderable, "<video id=\"clip\"> (gone.mp4)");
  request_.elements.clear();
  Add("clip", "https://videos.example/a.mp4");
  ExpectRefused(ErrorCode::kVideoSourceUnrenderable, "Put the file into the project");
  request_.elements.clear();
  ASSERT_TRUE(testing::MakeMedia(directory_ / "compiled/sound.wav", std::nullopt,
                                 testing::MadeSound{.tones = {{.seconds = 1}}}));
  Add("clip", "sound.wav");
  ExpectRefused(ErrorCode::kVideoSourceUnrenderable, "no video");
  request_.elements.clear();
  Make("a.mp4", {.times = EvenTimes(10)});
  Add("clip", "a.mp4", false);
  ExpectRefused(ErrorCode::kVideoSourceUnrenderable, "no sound");
  request_.elements.clear();
  Add("clip", "a.mp4").media_start_seconds = 3;
  ExpectRefused(ErrorCode::kVideoSourceUnrenderable, "data-media-start is 3 s");
  request_.elements.clear();
  Add("clip", "a.mp4").start_seconds = NAN;
  ExpectRefused(ErrorCode::kInvalidVideoMetadata, "<video id=\"clip\">");
}

TEST_F(PlanMediaTest, ADiskThatCannotBeWrittenIsWorthAnotherTry) {
  Make("a.mp4", {.times = EvenTimes(10)});
  testing::PutFile(directory_ / "video-frames", "a file is in the way");
  Add("clip", "a.mp4");
  ExpectRefused(ErrorCode::kVideoExtractionFailed, "<video id=\"clip\">");
}

TEST_F(PlanMediaTest, PicturesThatFillThePlanAreStoppedEarly) {
  Make("a.mp4", {.times = EvenTimes(30)});
  Add("clip", "a.mp4");
  request_.size_limit_bytes = 3000;
  ExpectRefused(ErrorCode::kPlanTooLarge, "planDirSizeLimitBytes");
}

}  // namespace
}  // namespace hyperlocal
