// A frame that is written again is the same as one that is given again, in every format.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/av/frame_directory.h"
#include "engine/av/moving_picture_test_support.h"
#include "engine/av/video_writer.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

using testing::BytesOf;
using testing::MovingPicture;
using testing::TemporaryDirectory;

constexpr int kWidth = 64, kHeight = 48;

struct Format {
  const char* name;
  VideoEncoder encoder;
  const char* preset;
};
void PrintTo(const Format& format, std::ostream* out) {
  *out << format.name;
}

// The pictures 0 0 0 1 2 2 3.
Status WriteRepetitions(VideoWriter& writer, bool again) {
  int before = -1;
  for (const int picture : {0, 0, 0, 1, 2, 2, 3}) {
    HYPERLOCAL_TRY_STATUS(again && picture == before
                              ? writer.WriteAgain()
                              : writer.Write(MovingPicture(kWidth, kHeight, picture)));
    before = picture;
  }
  HYPERLOCAL_TRY(const std::int64_t frames, writer.Finish());
  EXPECT_EQ(frames, 7);
  return Ok();
}

class RepeatedFrame : public ::testing::TestWithParam<Format> {};

TEST_P(RepeatedFrame, IsTheSameAsTheFrameGivenAgain) {
  const TemporaryDirectory directory("av");
  const VideoSettings settings{.width = kWidth,
                               .height = kHeight,
                               .rate = {30, 1},
                               .encoder = GetParam().encoder,
                               .preset = GetParam().preset,
                               .crf = 20,
                               .bitrate = {},
                               .gop_size = 10};
  for (const char* const name : {"given", "again"}) {
    const auto writer = VideoWriter::Create(directory / name, settings);
    ASSERT_TRUE(writer) << writer.error().message;
    const Status written = WriteRepetitions(**writer, name == std::string("again"));
    ASSERT_TRUE(written) << written.error().message;
  }
  EXPECT_EQ(BytesOf(directory / "given") == BytesOf(directory / "again"), true);
}

INSTANTIATE_TEST_SUITE_P(All, RepeatedFrame,
                         ::testing::Values(Format{"H264", VideoEncoder::kX264, "medium"},
                                           Format{"H265", VideoEncoder::kX265, "ultrafast"},
                                           Format{"Vp9", VideoEncoder::kVp9, "good"},
                                           Format{"ProRes", VideoEncoder::kProRes, ""}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(RepeatedFrame, IsAFileOfItsOwnInADirectoryOfFrames) {
  const TemporaryDirectory directory("av");
  for (const char* const name : {"given", "again"}) {
    const auto writer = CreateFrameDirectoryWriter(directory / name, kWidth, kHeight);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE(WriteRepetitions(**writer, name == std::string("again")));
  }
  for (int frame = 1; frame <= 7; ++frame) {
    const std::string file = "frame_00000" + std::to_string(frame) + ".png";
    EXPECT_EQ(BytesOf(directory / "given" / file) == BytesOf(directory / "again" / file), true)
        << file;
  }
}

TEST(RepeatedFrame, NeedsAFrameBeforeIt) {
  const TemporaryDirectory directory("av");
  const auto frames = CreateFrameDirectoryWriter(directory / "frames", kWidth, kHeight);
  ASSERT_TRUE(frames);
  EXPECT_FALSE((*frames)->WriteAgain());
  const auto video = VideoWriter::Create(directory / "video", testing::SmallSettings());
  ASSERT_TRUE(video);
  EXPECT_FALSE((*video)->WriteAgain());
}

}  // namespace
}  // namespace hyperlocal
