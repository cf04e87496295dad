#include "engine/av/video_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <csignal>
#include <string>

#include "engine/av/libav_version.h"
#include "engine/av/moving_picture_test_support.h"
#include "engine/av/video_reader.h"
#include "tests/support/temporary_directory.h"

// libx265 3.5 does not free all of an encoder (3 KB each). Only the leak sanitizer calls this.
extern "C" [[gnu::visibility("default")]] const char* __lsan_default_suppressions();  // NOLINT
const char* __lsan_default_suppressions() {
  return "leak:libx265.so\n";
}  // NOLINT

namespace hyperlocal {
namespace {

using testing::BytesOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MovingPicture;
using testing::NamesIn;
using testing::PsnrOf;
using testing::ReadAll;
using testing::SmallSettings;
using testing::TemporaryDirectory;
using testing::WriteMovingPicture;

class VideoWriterCodecs : public ::testing::TestWithParam<VideoEncoder> {};

TEST_P(VideoWriterCodecs, WriteWhatComesBackWhenRead) {
  const TemporaryDirectory directory("av");
  VideoSettings settings = SmallSettings();
  settings.encoder = GetParam();
  settings.preset = "medium";
  const Status status = WriteMovingPicture(directory / "a.mp4", settings, 0, 8);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_THAT(NamesIn(directory.path()), ElementsAre("a.mp4"));

  const auto frames = ReadAll(directory / "a.mp4");
  ASSERT_TRUE(frames) << frames.error().message;
  ASSERT_EQ(frames->size(), 8U);
  for (int i = 0; i < 8; ++i) {
    EXPECT_GT(PsnrOf(frames->at(static_cast<std::size_t>(i)), MovingPicture(64, 48, i)), 33) << i;
  }
}

TEST_P(VideoWriterCodecs, TagTheFileAsWhatItIs) {
  const TemporaryDirectory directory("av");
  VideoSettings settings = SmallSettings();
  settings.encoder = GetParam();
  settings.rate = {24, 1};
  ASSERT_TRUE(WriteMovingPicture(directory / "a.mp4", settings, 0, 7));
  const auto facts = ProbeVideo(directory / "a.mp4");
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->codec, GetParam() == VideoEncoder::kX264 ? "h264" : "hevc");
  EXPECT_EQ(facts->pixel_format, "yuv420p");
  EXPECT_EQ(facts->color_matrix, "bt709");
  EXPECT_EQ(facts->color_primaries, "bt709");
  EXPECT_EQ(facts->color_transfer, "bt709");
  EXPECT_EQ(facts->color_range, "tv");
  EXPECT_EQ(facts->frame_count, 7);
  EXPECT_EQ(facts->average_rate, (FrameRate{24, 1}));
  EXPECT_DOUBLE_EQ(facts->duration_seconds, 7.0 / 24);
  const std::string bytes = BytesOf(directory / "a.mp4");
  EXPECT_THAT(bytes, HasSubstr("colrnclx"));
  EXPECT_THAT(bytes, HasSubstr(GetParam() == VideoEncoder::kX264 ? "avc1" : "hvc1"));
  // Nothing of the encoders' versions and options, and no edit list.
  EXPECT_THAT(bytes, Not(HasSubstr("x264")));
  EXPECT_THAT(bytes, Not(HasSubstr("x265")));
  EXPECT_THAT(bytes, Not(HasSubstr("Lav")));
  EXPECT_THAT(bytes, Not(HasSubstr("elst")));
}

TEST_P(VideoWriterCodecs, WriteTheSameBytesOnOneCoreAsOnAll) {
  const TemporaryDirectory directory("av");
  VideoSettings settings = SmallSettings();
  settings.encoder = GetParam();
  settings.preset = "medium";
  ASSERT_TRUE(WriteMovingPicture(directory / "a.mp4", settings, 0, 10));
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  const Status status = WriteMovingPicture(directory / "b.mp4", settings, 0, 10);
  ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
  ASSERT_TRUE(status);
  EXPECT_EQ(BytesOf(directory / "a.mp4"), BytesOf(directory / "b.mp4"));
}

TEST_P(VideoWriterCodecs, WriteTheSameBytesWhateverWasEncodedBefore) {
  const TemporaryDirectory directory("av");
  VideoSettings settings = SmallSettings();
  settings.preset = "medium";
  settings.encoder = GetParam();
  VideoSettings other = settings;
  other.encoder = GetParam() == VideoEncoder::kX264 ? VideoEncoder::kX265 : VideoEncoder::kX264;
  ASSERT_TRUE(WriteMovingPicture(directory / "first.mp4", settings, 0, 10));
  for (int round = 0; round < 40; ++round) {
    ASSERT_TRUE(WriteMovingPicture(directory / "other.mp4", other, 0, 10));
    ASSERT_TRUE(WriteMovingPicture(directory / "again.mp4", settings, 0, 10));
    ASSERT_EQ(BytesOf(directory / "first.mp4") == BytesOf(directory / "again.mp4"), true) << round;
  }
}

INSTANTIATE_TEST_SUITE_P(All, VideoWriterCodecs,
                         ::testing::Values(VideoEncoder::kX264, VideoEncoder::kX265),
                         [](const auto& test) {
                           return test.param == VideoEncoder::kX264 ? "H264" : "H265";
                         });

TEST(VideoWriter, RgbaAndRgbGiveTheSameVideo) {
  const TemporaryDirectory directory("av");
  ASSERT_TRUE(WriteMovingPicture(directory / "rgb.mp4", SmallSettings(), 0, 2));
  auto writer = VideoWriter::Create(directory / "rgba.mp4", SmallSettings());
  ASSERT_TRUE(writer);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE((*writer)->Write(MovingPicture(64, 48, i, PixelLayout::kRgba32)));
  }
  const auto frames = (*writer)->Finish();
  ASSERT_TRUE(frames);
  EXPECT_EQ(*frames, 2);
  EXPECT_EQ(BytesOf(directory / "rgb.mp4"), BytesOf(directory / "rgba.mp4"));
}

TEST(VideoWriter, ABitrateDecidesTheSizeAndItsUnitCounts) {
  const TemporaryDirectory directory("av");
  VideoSettings settings = SmallSettings();
  settings.crf = {};
  const auto bytes_at = [&](const char* bitrate) {
    settings.bitrate = bitrate;
    EXPECT_TRUE(WriteMovingPicture(directory / "a.mp4", settings, 0, 10));
    return BytesOf(directory / "a.mp4");
  };
  EXPECT_LT(bytes_at("20k").size(), bytes_at("1.5M").size());
  EXPECT_EQ(bytes_at("300000"), bytes_at("300k"));
  EXPECT_EQ(bytes_at("300000"), bytes_at("0.3M"));
  EXPECT_NE(bytes_at("300000"), bytes_at("30k"));
  settings.bitrate = "fast";
  const auto refused = VideoWriter::Create(directory / "c.mp4", settings);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("\"fast\""));
}

TEST(VideoWriter, DestroyedUnfinishedItLeavesNothing) {
  const TemporaryDirectory directory("av");
  {
    auto writer = VideoWriter::Create(directory / "a.mp4", SmallSettings());
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->Write(MovingPicture(64, 48, 0)));
    // Meanwhile: one hidden file, beside the target.
    const auto names = NamesIn(directory.path());
    ASSERT_EQ(names.size(), 1U);
    EXPECT_THAT(names[0], ::testing::StartsWith(".a.mp4."));
  }
  EXPECT_THAT(NamesIn(directory.path()), IsEmpty());
}

TEST(VideoWriter, KeepsAnOlderFileUntilTheNewOneIsComplete) {
  const TemporaryDirectory directory("av");
  ASSERT_TRUE(WriteMovingPicture(directory / "a.mp4", SmallSettings(), 0, 2));
  const std::string before = BytesOf(directory / "a.mp4");
  {
    auto writer = VideoWriter::Create(directory / "a.mp4", SmallSettings());
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->Write(MovingPicture(64, 48, 5)));
    EXPECT_EQ(BytesOf(directory / "a.mp4"), before);
  }
  EXPECT_EQ(BytesOf(directory / "a.mp4"), before);
  ASSERT_TRUE(WriteMovingPicture(directory / "a.mp4", SmallSettings(), 5, 2));
  EXPECT_NE(BytesOf(directory / "a.mp4"), before);
}

TEST(VideoWriter, WithoutFramesThereIsNoVideo) {
  const TemporaryDirectory directory("av");
  {
    auto writer = VideoWriter::Create(directory / "a.mp4", SmallSettings());
    ASSERT_TRUE(writer);
    const auto frames = (*writer)->Finish();
    ASSERT_FALSE(frames);
    EXPECT_EQ(frames.error().code, ErrorCode::kMedia);
  }
  EXPECT_THAT(NamesIn(directory.path()), IsEmpty());
}

TEST(VideoWriter, AFrameOfAnotherSizeIsRefusedByNumber) {
  const TemporaryDirectory directory("av");
  auto writer = VideoWriter::Create(directory / "a.mp4", SmallSettings());
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->Write(MovingPicture(64, 48, 0)));
  const Status status = (*writer)->Write(MovingPicture(32, 48, 1));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kMedia);
  EXPECT_THAT(status.error().message, HasSubstr("frame 1"));
  EXPECT_THAT(status.error().message, HasSubstr("32x48"));
}

TEST(VideoWriter, APlaceThatDoesNotExistCannotBeWritten) {
  const TemporaryDirectory directory("av");
  const auto writer = VideoWriter::Create(directory / "missing" / "a.mp4", SmallSettings());
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::kCannotWrite);
  EXPECT_THAT(writer.error().message, HasSubstr((directory / "missing" / "a.mp4").string()));
  const auto onto_directory = VideoWriter::Create(directory.path(), SmallSettings());
  ASSERT_FALSE(onto_directory);
  EXPECT_EQ(onto_directory.error().code, ErrorCode::kCannotWrite);
}

TEST(VideoWriter, AnUnknownPresetIsNamed) {
  const TemporaryDirectory directory("av");
  VideoSettings settings = SmallSettings();
  settings.preset = "nonesuch";
  const auto writer = VideoWriter::Create(directory / "a.mp4", settings);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::kMedia);
  EXPECT_THAT(writer.error().message, HasSubstr("nonesuch"));
  EXPECT_THAT(NamesIn(directory.path()), IsEmpty());
}

// While it lives no file of this process grows past `bytes`: writing on fails as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(VideoWriter, AFullDiskIsAnIoErrorAndLeavesNothing) {
  const TemporaryDirectory directory("av");
  Status status = Ok();
  {
    const FileSizeLimit limit(1000);
    status = WriteMovingPicture(directory / "a.mp4", SmallSettings(), 0, 10);
  }
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kIo) << status.error().message;
  EXPECT_THAT(status.error().message, HasSubstr("a.mp4"));
  EXPECT_THAT(NamesIn(directory.path()), IsEmpty());
}

TEST(FfmpegVersion, BeginsTheFirstLineOfTheCommand) {
  EXPECT_THAT(FfmpegVersion(), ::testing::MatchesRegex("ffmpeg version [^ ]+"));
  EXPECT_TRUE(FfmpegVersionLine().starts_with(FfmpegVersion()));
  EXPECT_TRUE(IsFfmpegVersionHere(FfmpegVersionLine()));
  EXPECT_TRUE(IsFfmpegVersionHere(FfmpegVersion()));
  EXPECT_TRUE(IsFfmpegVersionHere(FfmpegVersion() + " Copyright (c) 2000-2021 others"));
  EXPECT_FALSE(IsFfmpegVersionHere(FfmpegVersion() + "1"));
  EXPECT_FALSE(IsFfmpegVersionHere(""));
}

}  // namespace
}  // namespace hyperlocal
