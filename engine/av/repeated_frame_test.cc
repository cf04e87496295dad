// A frame that is written again is the same as one that is given again, in every format; and one of
// which a part is written is the same as the whole.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/av/frame_directory.h"
#include "engine/av/moving_picture_test_support.h"
#include "engine/av/video_writer.h"
#include "engine/frame/paste.h"
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

// The part of a picture in that place.
Frame CutOut(const Frame& whole, const PixelRectangle& place) {
  Frame part{
      .width = place.width(), .height = place.height(), .layout = whole.layout, .pixels = {}};
  for (int row = place.top; row < place.bottom; ++row) {
    const auto begin = whole.pixels.begin() + static_cast<std::ptrdiff_t>(whole.row_bytes()) * row +
                       static_cast<std::ptrdiff_t>(BytesPerPixel(whole.layout)) * place.left;
    part.pixels.insert(part.pixels.end(), begin,
                       begin + static_cast<std::ptrdiff_t>(part.row_bytes()));
  }
  return part;
}

class PartOfAFrame : public ::testing::TestWithParam<Format> {};

TEST_P(PartOfAFrame, IsTheSameAsTheWholeWithItInPlace) {
  const TemporaryDirectory directory("av");
  VideoSettings settings = testing::SmallSettings();
  settings.width = kWidth;
  settings.height = kHeight;
  settings.encoder = GetParam().encoder;
  settings.preset = GetParam().preset;
  const auto whole = VideoWriter::Create(directory / "whole", settings);
  const auto parts = VideoWriter::Create(directory / "parts", settings);
  ASSERT_TRUE(whole && parts);
  Frame shown = MovingPicture(kWidth, kHeight, 0);
  ASSERT_TRUE((*whole)->Write(shown) && (*parts)->Write(shown));
  int picture = 0;
  for (const PixelRectangle& place :
       {PixelRectangle{16, 16, 48, 32}, {0, 0, 2, 2}, {30, 40, kWidth, kHeight}}) {
    const Frame part = CutOut(MovingPicture(kWidth, kHeight, ++picture), place);
    ASSERT_TRUE(Paste(part, place, shown));
    ASSERT_TRUE((*whole)->Write(shown));
    const Status written = (*parts)->WritePart(part, place);
    ASSERT_TRUE(written) << written.error().message;
  }
  ASSERT_TRUE((*whole)->Finish() && (*parts)->Finish());
  EXPECT_EQ(BytesOf(directory / "whole") == BytesOf(directory / "parts"), true);
}

INSTANTIATE_TEST_SUITE_P(Opaque, PartOfAFrame,
                         ::testing::Values(Format{"H264", VideoEncoder::kX264, "medium"},
                                           Format{"H265", VideoEncoder::kX265, "ultrafast"}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(PartOfAFrame, NeedsAFrameThatItFitsInto) {
  const TemporaryDirectory directory("av");
  const VideoSettings settings = testing::SmallSettings();
  const auto video = VideoWriter::Create(directory / "video", settings);
  ASSERT_TRUE(video);
  const Frame part = MovingPicture(4, 4, 0);
  EXPECT_FALSE((*video)->WritePart(part, {0, 0, 4, 4}));
  ASSERT_TRUE((*video)->Write(MovingPicture(settings.width, settings.height, 0)));
  EXPECT_TRUE((*video)->WritePart(part, {0, 0, 4, 4}));
  for (const PixelRectangle& place : {PixelRectangle{1, 0, 5, 4},
                                      {0, 0, 4, 6},
                                      {-2, 0, 2, 4},
                                      {settings.width - 2, 0, settings.width + 2, 4}}) {
    const Status written = (*video)->WritePart(part, place);
    ASSERT_FALSE(written) << place.left;
    EXPECT_EQ(written.error().code, ErrorCode::kMedia);
  }
}

TEST(PartOfAFrame, IsNotTakenWithAlpha) {
  const TemporaryDirectory directory("av");
  const auto frames = CreateFrameDirectoryWriter(directory / "frames", kWidth, kHeight);
  VideoSettings settings = testing::SmallSettings();
  settings.encoder = VideoEncoder::kVp9;
  settings.preset = "good";
  const auto video = VideoWriter::Create(directory / "video", settings);
  ASSERT_TRUE(frames && video);
  ASSERT_TRUE((*frames)->Write(MovingPicture(kWidth, kHeight, 0)));
  ASSERT_TRUE((*video)->Write(MovingPicture(settings.width, settings.height, 0)));
  const Frame part = MovingPicture(4, 4, 0);
  EXPECT_FALSE((*frames)->WritePart(part, {0, 0, 4, 4}));
  EXPECT_FALSE((*video)->WritePart(part, {0, 0, 4, 4}));
}

}  // namespace
}  // namespace hyperlocal
