// The barcode through the codec that it is made for: drawn, encoded, decoded, read.
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "engine/av/video_reader.h"
#include "engine/av/video_writer.h"
#include "engine/capture/test_card_source.h"
#include "golden/frame_number.h"
#include "golden/picture_difference.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::golden {
namespace {

struct Encoding {
  const char* name;
  TestCard card;
  const char* preset;
  int crf;
  std::int64_t first_frame = 0;  // frames [first, first + kFrames)
};

void PrintTo(const Encoding& encoding, std::ostream* out) {
  *out << encoding.name;
}

constexpr std::int64_t kFrames = 24;

constexpr TestCard Card(int width, int height, TestCardPattern pattern) {
  return {.width = width,
          .height = height,
          .fps = 30,
          .frames = kTestCardMaximumFrames,
          .pattern = pattern};
}

const Encoding kEncodings[] = {
    {.name = "SmallestBars",
     .card = Card(64, 36, TestCardPattern::kBars),
     .preset = "medium",
     .crf = 28},
    {.name = "SmallestNoise",
     .card = Card(64, 36, TestCardPattern::kNoise),
     .preset = "medium",
     .crf = 28,
     .first_frame = 4'294'967'000},
    {.name = "DraftBars",
     .card = Card(66, 38, TestCardPattern::kBars),
     .preset = "ultrafast",
     .crf = 28,
     .first_frame = 0x5A5A5A00},
    {.name = "PortraitSlate",
     .card = Card(90, 160, TestCardPattern::kSlate),
     .preset = "medium",
     .crf = 28},
    {.name = "StandardGradient",
     .card = Card(320, 180, TestCardPattern::kGradient),
     .preset = "medium",
     .crf = 18},
    {.name = "WorstQualityNoise",
     .card = Card(320, 180, TestCardPattern::kNoise),
     .preset = "medium",
     .crf = 51},
};

Result<Frame> Draw(FrameSource& source, std::int64_t frame) {
  HYPERLOCAL_TRY(CapturedImage image, source.Capture(frame));
  return Frame{.width = image.width,
               .height = image.height,
               .layout = PixelLayout::kRgb24,
               .pixels = std::move(image.bytes)};
}

Status Encode(FrameSource& source, const Encoding& encoding, const std::filesystem::path& file) {
  HYPERLOCAL_TRY(const std::unique_ptr<VideoWriter> writer,
                 VideoWriter::Create(file, {.width = encoding.card.width,
                                            .height = encoding.card.height,
                                            .rate = {.num = encoding.card.fps, .den = 1},
                                            .encoder = VideoEncoder::kX264,
                                            .preset = encoding.preset,
                                            .crf = encoding.crf,
                                            .bitrate = std::nullopt,
                                            .gop_size = kFrames}));
  for (std::int64_t i = 0; i < kFrames; ++i) {
    HYPERLOCAL_TRY(const Frame frame, Draw(source, encoding.first_frame + i));
    HYPERLOCAL_TRY_STATUS(writer->Write(frame));
  }
  HYPERLOCAL_TRY([[maybe_unused]] const std::int64_t frames, writer->Finish());
  return Ok();
}

class FrameNumberThroughH264 : public ::testing::TestWithParam<Encoding> {};

TEST_P(FrameNumberThroughH264, ReadsBackFromEveryDecodedFrame) {
  const Encoding& encoding = GetParam();
  const testing::TemporaryDirectory directory("h264");
  const std::filesystem::path file = directory / "card.mp4";
  auto source = CreateTestCardSource(encoding.card);
  ASSERT_TRUE(source) << source.error().message;
  const Status encoded = Encode(**source, encoding, file);
  ASSERT_TRUE(encoded) << encoded.error().message;

  auto reader = VideoReader::Open(file);
  ASSERT_TRUE(reader) << reader.error().message;
  std::int64_t expected = encoding.first_frame;
  while (true) {
    const Result<std::optional<Frame>> frame = (*reader)->Next();
    ASSERT_TRUE(frame) << frame.error().message;
    if (!*frame) break;
    const Result<std::int64_t> number = ReadFrameNumber(**frame);
    ASSERT_TRUE(number) << "frame " << expected << ": " << number.error().message;
    EXPECT_EQ(*number, expected);

    // The encoding must really have lost something, or surviving it says nothing.
    const Result<Frame> drawn = Draw(**source, expected);
    ASSERT_TRUE(drawn) << drawn.error().message;
    const Result<PictureDifference> difference = ComparePictures(*drawn, **frame);
    ASSERT_TRUE(difference) << difference.error().message;
    EXPECT_GT(difference->mean_error, 0.1);
    ++expected;
  }
  EXPECT_EQ(expected, encoding.first_frame + kFrames);
}

INSTANTIATE_TEST_SUITE_P(All, FrameNumberThroughH264, ::testing::ValuesIn(kEncodings),
                         [](const auto& encoding) { return std::string(encoding.param.name); });

}  // namespace
}  // namespace hyperlocal::golden
