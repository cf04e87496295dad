// Videos with alpha: WebM of VP9 and ProRes 4444, and directories of PNGs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/av/frame_directory.h"
#include "engine/av/image_codec.h"
#include "engine/av/moving_picture_test_support.h"
#include "engine/av/plane_reader.h"
#include "engine/av/video_joiner.h"
#include "engine/av/video_reader.h"
#include "engine/av/video_writer.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using testing::BytesOf;
using ::testing::HasSubstr;
using testing::MovingPicture;
using testing::NamesIn;
using testing::TemporaryDirectory;

namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

// The moving picture with a soft-edged hole, below which there is no colour, as Chrome has it, and
// a corner of every alpha there is.
Frame HolePicture(int width, int height, int index) {
  Frame frame = MovingPicture(width, height, index, PixelLayout::kRgba32);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = frame.pixels.data() + 4 * (y * width + x);
      const double distance = std::hypot(x - width / 2 - index, y - height / 2);
      pixel[3] = static_cast<std::uint8_t>(std::clamp(40 * (distance - height / 4.0), 0.0, 255.0));
      if (x < 16 && y < 16) pixel[3] = static_cast<std::uint8_t>(16 * y + x);
      if (pixel[3] == 0) pixel[0] = pixel[1] = pixel[2] = 0;
    }
  }
  return frame;
}

struct AlphaCase {
  const char* name;
  VideoEncoder encoder;
  OutputFormat format;
  const char* preset;
  FrameRate rate;
};
void PrintTo(const AlphaCase& each, std::ostream* out) {
  *out << each.name;
}

VideoSettings SettingsOf(const AlphaCase& each) {
  return VideoSettings{.width = 96,
                       .height = 64,
                       .rate = each.rate,
                       .encoder = each.encoder,
                       .preset = each.preset,
                       .crf = 15,
                       .bitrate = {},
                       .gop_size = 10};
}

Status WriteHoles(const fs::path& file, const VideoSettings& settings, int first, int count) {
  HYPERLOCAL_TRY(const auto writer, VideoWriter::Create(file, settings));
  for (int i = first; i < first + count; ++i) {
    HYPERLOCAL_TRY_STATUS(writer->Write(HolePicture(settings.width, settings.height, i)));
  }
  HYPERLOCAL_TRY([[maybe_unused]] const auto frames, writer->Finish());
  return Ok();
}

Result<std::vector<Frame>> ReadWithAlpha(const fs::path& file) {
  HYPERLOCAL_TRY(const auto reader, PlaneReader::Open(file, 1));
  std::vector<Frame> frames;
  for (;;) {
    HYPERLOCAL_TRY(const auto picture, reader->Next());
    if (!picture) return frames;
    HYPERLOCAL_TRY(Frame frame, ToRgb(*picture));
    frames.push_back(std::move(frame));
  }
}

std::vector<std::uint8_t> AlphaOf(const Frame& frame) {
  std::vector<std::uint8_t> alpha;
  for (std::size_t i = 3; i < frame.pixels.size(); i += 4) alpha.push_back(frame.pixels[i]);
  return alpha;
}

// What somebody sees who puts the frame over a grey wall.
Frame OverGrey(const Frame& frame) {
  Frame over{frame.width, frame.height, PixelLayout::kRgb24, {}};
  for (std::size_t i = 0; i < frame.pixels.size(); i += 4) {
    const int alpha = frame.pixels[i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      over.pixels.push_back(
          static_cast<std::uint8_t>((frame.pixels[i + c] * alpha + 128 * (255 - alpha)) / 255));
    }
  }
  return over;
}

class AlphaVideo : public ::testing::TestWithParam<AlphaCase> {};

TEST_P(AlphaVideo, KeepsAlphaToTheBitAndColoursAlmost) {
  const TemporaryDirectory directory("av");
  const Status status = WriteHoles(directory / "a", SettingsOf(GetParam()), 0, 7);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_THAT(NamesIn(directory.path()), ::testing::ElementsAre("a"));
  const auto frames = ReadWithAlpha(directory / "a");
  ASSERT_TRUE(frames) << frames.error().message;
  ASSERT_EQ(frames->size(), 7U);
  for (int i = 0; i < 7; ++i) {
    const Frame& read = frames->at(static_cast<std::size_t>(i));
    const Frame written = HolePicture(96, 64, i);
    ASSERT_EQ(read.layout, PixelLayout::kRgba32);
    EXPECT_EQ(AlphaOf(read), AlphaOf(written)) << i;
    EXPECT_GT(testing::PsnrOf(OverGrey(read), OverGrey(written)), 34) << i;
  }
}

TEST_P(AlphaVideo, SaysWhatItIs) {
  const TemporaryDirectory directory("av");
  ASSERT_TRUE(WriteHoles(directory / "a", SettingsOf(GetParam()), 0, 7));
  const auto facts = ProbeVideo(directory / "a");
  ASSERT_TRUE(facts) << facts.error().message;
  const bool is_vp9 = GetParam().encoder == VideoEncoder::kVp9;
  EXPECT_EQ(facts->codec, is_vp9 ? "vp9" : "prores");
  EXPECT_TRUE(facts->has_alpha);
  EXPECT_EQ(facts->color_matrix, "bt709");
  EXPECT_EQ(facts->color_primaries, "bt709");
  EXPECT_EQ(facts->color_transfer, "bt709");
  EXPECT_EQ(facts->color_range, "tv");
  EXPECT_EQ(facts->frame_count, 7);
  EXPECT_EQ(facts->average_rate, GetParam().rate);
  const std::string bytes = BytesOf(directory / "a");
  const auto has = [&bytes](const char* text) { return bytes.find(text) != std::string::npos; };
  EXPECT_EQ(has("ap4h"), !is_vp9);
  EXPECT_EQ(has("apl0"), !is_vp9);
  EXPECT_FALSE(has("Lavf5") || has("Lavc"));  // no versions
}

TEST_P(AlphaVideo, IsTheSameOnOneCoreAsOnAll) {
  const TemporaryDirectory directory("av");
  ASSERT_TRUE(WriteHoles(directory / "a", SettingsOf(GetParam()), 0, 10));
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  const Status status = WriteHoles(directory / "b", SettingsOf(GetParam()), 0, 10);
  ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
  ASSERT_TRUE(status);
  EXPECT_EQ(BytesOf(directory / "a"), BytesOf(directory / "b"));
}

TEST_P(AlphaVideo, IsItsChunksFrameByFrameWhenJoined) {
  const TemporaryDirectory directory("av");
  const VideoSettings settings = SettingsOf(GetParam());
  const Paths chunks = {directory / "0", directory / "1", directory / "2"};
  ASSERT_TRUE(WriteHoles(chunks[0], settings, 0, 10));
  ASSERT_TRUE(WriteHoles(chunks[1], settings, 10, 10));
  ASSERT_TRUE(WriteHoles(chunks[2], settings, 20, 1));
  const auto joined = JoinVideos(chunks, settings.rate, directory / "all",
                                 {.expected_frames = 21, .format = GetParam().format});
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(joined->frames, 21);

  std::vector<Frame> expected;
  for (const auto& chunk : chunks) {
    auto frames = ReadWithAlpha(chunk);
    ASSERT_TRUE(frames) << frames.error().message;
    std::move(frames->begin(), frames->end(), std::back_inserter(expected));
  }
  const auto frames = ReadWithAlpha(directory / "all");
  ASSERT_TRUE(frames) << frames.error().message;
  ASSERT_EQ(frames->size(), 21U);
  for (std::size_t i = 0; i < 21; ++i) EXPECT_EQ(frames->at(i).pixels, expected[i].pixels) << i;

  const auto facts = ProbeVideo(directory / "all");
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_TRUE(facts->has_alpha);
  EXPECT_EQ(facts->average_rate, settings.rate);
  EXPECT_EQ(facts->real_rate, settings.rate);
  EXPECT_EQ(facts->frame_count, 21);
  EXPECT_EQ(facts->color_matrix, "bt709");
  EXPECT_EQ(facts->color_range, "tv");
  // A WebM counts in milliseconds.
  EXPECT_NEAR(facts->duration_seconds, 21.0 * settings.rate.den / settings.rate.num,
              GetParam().format == OutputFormat::kWebm ? 0.0006 : 1e-9);
}

TEST_P(AlphaVideo, AChunkThatIsCutOffIsNamed) {
  const TemporaryDirectory directory("av");
  const VideoSettings settings = SettingsOf(GetParam());
  const Paths chunks = {directory / "0", directory / "1"};
  ASSERT_TRUE(WriteHoles(chunks[0], settings, 0, 10));
  ASSERT_TRUE(WriteHoles(chunks[1], settings, 10, 10));
  fs::resize_file(chunks[1], fs::file_size(chunks[1]) * 2 / 3);
  const auto joined = JoinVideos(chunks, settings.rate, directory / "all",
                                 {.expected_frames = 20, .format = GetParam().format});
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().code, ErrorCode::kMedia);
  EXPECT_THAT(joined.error().message, HasSubstr("chunk 1"));
  EXPECT_FALSE(fs::exists(directory / "all"));
}

INSTANTIATE_TEST_SUITE_P(
    All, AlphaVideo,
    ::testing::Values(
        AlphaCase{"WebmAt24", VideoEncoder::kVp9, OutputFormat::kWebm, "good", {24, 1}},
        AlphaCase{"WebmDraftAt60", VideoEncoder::kVp9, OutputFormat::kWebm, "realtime", {60, 1}},
        AlphaCase{"MovAt30", VideoEncoder::kProRes, OutputFormat::kMov, "4444", {30, 1}}),
    [](const auto& test) { return test.param.name; });

TEST(AlphaVideoColours, AtASoftEdgeAreNotMixedWithWhatNobodySees) {
  // Red that ends in nothing: half of the pixels of a chroma sample are transparent black.
  const TemporaryDirectory directory("av");
  VideoSettings settings =
      SettingsOf({"", VideoEncoder::kVp9, OutputFormat::kWebm, "good", {30, 1}});
  settings.crf = 0;
  Frame frame{96, 64, PixelLayout::kRgba32, std::vector<std::uint8_t>(96 * 64 * 4)};
  for (std::size_t i = 0; i < frame.pixels.size(); i += 4) {
    if (i / 4 % 96 < 49) {
      frame.pixels[i] = 220;
      frame.pixels[i + 3] = 255;
    }
  }
  auto writer = VideoWriter::Create(directory / "a", settings);
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->Write(frame));
  ASSERT_TRUE((*writer)->Finish());
  const auto frames = ReadWithAlpha(directory / "a");
  ASSERT_TRUE(frames);
  const std::uint8_t* edge = frames->at(0).pixels.data() + 4 * (32 * 96 + 48);
  EXPECT_EQ(edge[3], 255);
  EXPECT_NEAR(edge[0], 220, 40);
  EXPECT_LT(edge[1], 40);  // mixed with black, this would be a dark red: 128, 30, 30
}

TEST(FrameDirectory, HoldsEveryFrameToTheBit) {
  const TemporaryDirectory directory("av");
  for (const char* name : {"0", "1"}) {
    auto writer = CreateFrameDirectoryWriter(directory / name, 32, 24);
    ASSERT_TRUE(writer) << writer.error().message;
    for (int i = 0; i < 3; ++i) {
      // The second chunk is opaque, as a test card is.
      const bool opaque = name[0] == '1';
      ASSERT_TRUE((*writer)->Write(opaque ? MovingPicture(32, 24, i) : HolePicture(32, 24, i)));
    }
    EXPECT_THAT((*writer)->Finish().value(), 3);
  }
  std::ofstream(directory / "music.m4a") << "sound";
  const std::vector<std::int64_t> lengths{3, 3};
  const auto joined = JoinFrameDirectories(Paths{directory / "0", directory / "1"}, lengths, 32, 24,
                                           directory / "music.m4a", directory / "all");
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(joined->frames, 6);
  auto names = NamesIn(directory / "all");
  std::sort(names.begin(), names.end());
  EXPECT_THAT(names, ::testing::ElementsAre("audio.m4a", "frame_000001.png", "frame_000002.png",
                                            "frame_000003.png", "frame_000004.png",
                                            "frame_000005.png", "frame_000006.png"));
  std::int64_t bytes = 0;
  for (const std::string& name : names) {
    bytes += static_cast<std::int64_t>(fs::file_size(directory / "all" / name));
  }
  EXPECT_EQ(joined->size, bytes);
  for (int i = 0; i < 6; ++i) {
    const std::string png =
        BytesOf(directory / "all" / ("frame_00000" + std::to_string(i + 1) + ".png"));
    const auto frame =
        DecodeImage({ImageFormat::kPng, 32, 24, std::vector<std::uint8_t>(png.begin(), png.end())});
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->pixels, i < 3 ? HolePicture(32, 24, i).pixels
                                   : WithAlpha(MovingPicture(32, 24, i - 3)).pixels)
        << i;
  }
}

TEST(FrameDirectory, ReplacesAnEarlierRenderAndNothingElse) {
  const TemporaryDirectory directory("av");
  const auto write = [&](int count) -> Result<std::int64_t> {
    HYPERLOCAL_TRY(const auto writer, CreateFrameDirectoryWriter(directory / "out/", 32, 24));
    for (int i = 0; i < count; ++i) HYPERLOCAL_TRY_STATUS(writer->Write(HolePicture(32, 24, i)));
    return writer->Finish();
  };
  ASSERT_TRUE(write(5));
  ASSERT_TRUE(write(2));
  EXPECT_THAT(NamesIn(directory / "out"),
              ::testing::UnorderedElementsAre("frame_000001.png", "frame_000002.png"));
  EXPECT_THAT(NamesIn(directory.path()), ::testing::ElementsAre("out"));
  std::ofstream(directory / "out" / "notes.txt") << "mine";
  const auto refused = write(3);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCannotWrite);
  EXPECT_THAT(refused.error().message, HasSubstr("notes.txt"));
  EXPECT_TRUE(fs::exists(directory / "out" / "notes.txt"));
}

TEST(FrameDirectory, NotFinishedItLeavesNothing) {
  const TemporaryDirectory directory("av");
  {
    auto writer = CreateFrameDirectoryWriter(directory / "out", 32, 24);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->Write(HolePicture(32, 24, 0)));
    ASSERT_FALSE((*writer)->Write(HolePicture(34, 24, 0)));
  }
  EXPECT_THAT(NamesIn(directory.path()), ::testing::IsEmpty());
}

TEST(FrameDirectory, AChunkThatDoesNotFitIsNamed) {
  const TemporaryDirectory directory("av");
  auto writer = CreateFrameDirectoryWriter(directory / "0", 32, 24);
  ASSERT_TRUE((*writer)->Write(HolePicture(32, 24, 0)));
  ASSERT_TRUE((*writer)->Finish());
  const auto join = [&](std::int64_t length, int width, const char* chunk) {
    const auto joined = JoinFrameDirectories(Paths{directory / chunk}, std::vector{length}, width,
                                             24, {}, directory / "all");
    EXPECT_FALSE(joined);
    EXPECT_FALSE(fs::exists(directory / "all"));
    return joined ? std::string() : joined.error().message;
  };
  EXPECT_THAT(join(2, 32, "0"), ::testing::AllOf(HasSubstr("chunk 0"), HasSubstr("1 frames")));
  EXPECT_THAT(join(1, 40, "0"), HasSubstr("frame_000001.png is 32x24, the video is 40x24"));
  EXPECT_THAT(join(1, 32, "1"), HasSubstr("no such directory"));
}

}  // namespace
}  // namespace hyperlocal
