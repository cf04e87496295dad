#include "engine/av/video_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "engine/av/image_codec.h"
#include "engine/av/moving_picture_test_support.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using testing::FlatPicture;
using ::testing::HasSubstr;
using testing::MovingPicture;
using testing::ReadAll;
using testing::SmallSettings;
using testing::TemporaryDirectory;
using testing::WriteMovingPicture;

TEST(VideoReader, ReadsASingleImageToTheLastBit) {
  const TemporaryDirectory directory("av");
  for (const PixelLayout layout : {PixelLayout::kRgb24, PixelLayout::kRgba32}) {
    const auto png = EncodePng(MovingPicture(33, 21, 3, layout));
    ASSERT_TRUE(png);
    std::ofstream(directory / "a.png", std::ios::binary)
        .write(reinterpret_cast<const char*>(png->data()),
               static_cast<std::streamsize>(png->size()));
    const auto frames = ReadAll(directory / "a.png");
    ASSERT_TRUE(frames) << frames.error().message;
    ASSERT_EQ(frames->size(), 1U);
    EXPECT_EQ(frames->at(0).pixels, MovingPicture(33, 21, 3).pixels);
  }
}

TEST(VideoReader, GivesAnEncodedColourChartBackWithinThree) {
  // One for the conversion, the rest for the encoder; the wrong matrix is 20 and more off.
  const TemporaryDirectory directory("av");
  VideoSettings settings = SmallSettings();
  settings.crf = 1;
  const std::vector<Frame> chart = {
      FlatPicture(64, 48, 255, 0, 0),   FlatPicture(64, 48, 0, 255, 0),
      FlatPicture(64, 48, 0, 0, 255),   FlatPicture(64, 48, 0, 255, 255),
      FlatPicture(64, 48, 255, 0, 255), FlatPicture(64, 48, 255, 255, 0),
      FlatPicture(64, 48, 255, 128, 0), FlatPicture(64, 48, 128, 128, 128)};
  auto writer = VideoWriter::Create(directory / "a.mp4", settings);
  ASSERT_TRUE(writer);
  for (const Frame& patch : chart) ASSERT_TRUE((*writer)->Write(patch));
  ASSERT_TRUE((*writer)->Finish());
  const auto frames = ReadAll(directory / "a.mp4");
  ASSERT_TRUE(frames);
  ASSERT_EQ(frames->size(), chart.size());
  for (std::size_t i = 0; i < chart.size(); ++i) {
    for (std::size_t c = 0; c < chart[i].pixels.size(); ++c) {
      ASSERT_NEAR(frames->at(i).pixels[c], chart[i].pixels[c], 3) << "patch " << i;
    }
  }
}

TEST(VideoReader, SaysThatAFileDoesNotExist) {
  const auto reader = VideoReader::Open("/nonexistent/a.mp4");
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::kNoInput);
  EXPECT_THAT(reader.error().message, HasSubstr("/nonexistent/a.mp4"));
  const auto facts = ProbeVideo("/nonexistent/a.mp4");
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, ErrorCode::kNoInput);
}

TEST(VideoReader, SaysThatAFileIsNoMedia) {
  const TemporaryDirectory directory("av");
  std::ofstream(directory / "a.mp4") << "hello";
  const auto reader = VideoReader::Open(directory / "a.mp4");
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::kMedia);
  EXPECT_THAT(reader.error().message, HasSubstr("a.mp4"));
}

TEST(ProbeVideo, SaysThatAChunksIndexComesLast) {
  const TemporaryDirectory directory("av");
  ASSERT_TRUE(WriteMovingPicture(directory / "a.mp4", SmallSettings(), 0, 3));
  const auto facts = ProbeVideo(directory / "a.mp4");
  ASSERT_TRUE(facts);
  EXPECT_FALSE(facts->index_first);
  EXPECT_EQ(facts->width, 64);
  EXPECT_EQ(facts->height, 48);
}

}  // namespace
}  // namespace hyperlocal
