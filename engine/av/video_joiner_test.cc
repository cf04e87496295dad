#include "engine/av/video_joiner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "engine/av/audio_reader.h"
#include "engine/av/libav_handles_internal.h"
#include "engine/av/moving_picture_test_support.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using ::testing::AllOf;
using testing::BytesOf;
using ::testing::HasSubstr;
using testing::NamesIn;
using testing::ReadAll;
using testing::SmallSettings;
using testing::TemporaryDirectory;
using testing::WriteMovingPicture;

using Paths = std::vector<std::filesystem::path>;

struct JoinCase {
  const char* name;
  VideoEncoder encoder;
  FrameRate rate;
};
void PrintTo(const JoinCase& join, std::ostream* out) {
  *out << join.name;
}

class JoinedVideos : public ::testing::TestWithParam<JoinCase> {};

TEST_P(JoinedVideos, AreTheirChunksFrameByFrame) {
  const TemporaryDirectory directory("av");
  VideoSettings settings = SmallSettings();
  settings.encoder = GetParam().encoder;
  settings.rate = GetParam().rate;
  const Paths chunks = {directory / "0.mp4", directory / "1.mp4", directory / "2.mp4"};
  ASSERT_TRUE(WriteMovingPicture(chunks[0], settings, 0, 10));
  ASSERT_TRUE(WriteMovingPicture(chunks[1], settings, 10, 10));
  ASSERT_TRUE(WriteMovingPicture(chunks[2], settings, 20, 3));

  const auto joined = JoinVideos(chunks, settings.rate, directory / "all.mp4");
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(joined->frames, 23);
  EXPECT_EQ(joined->file_size, static_cast<std::int64_t>(file_size(directory / "all.mp4")));

  std::vector<Frame> expected;
  for (const auto& chunk : chunks) {
    auto frames = ReadAll(chunk);
    ASSERT_TRUE(frames) << frames.error().message;
    std::move(frames->begin(), frames->end(), std::back_inserter(expected));
  }
  const auto frames = ReadAll(directory / "all.mp4");
  ASSERT_TRUE(frames) << frames.error().message;
  ASSERT_EQ(frames->size(), 23U);
  for (std::size_t i = 0; i < 23; ++i) EXPECT_EQ(frames->at(i).pixels, expected[i].pixels) << i;

  const auto facts = ProbeVideo(directory / "all.mp4");
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->average_rate, settings.rate);
  EXPECT_EQ(facts->real_rate, settings.rate);
  EXPECT_DOUBLE_EQ(facts->duration_seconds, 23.0 * settings.rate.den / settings.rate.num);
  EXPECT_EQ(facts->frame_count, 23);
  EXPECT_TRUE(facts->index_first);
  EXPECT_EQ(facts->color_matrix, "bt709");
  EXPECT_EQ(facts->color_range, "tv");
  const std::string bytes = BytesOf(directory / "all.mp4");
  EXPECT_THAT(bytes, AllOf(HasSubstr("colrnclx"), Not(HasSubstr("elst")), Not(HasSubstr("Lavf"))));
  EXPECT_THAT(bytes, HasSubstr(settings.encoder == VideoEncoder::kX264 ? "avc1" : "hvc1"));
}

INSTANTIATE_TEST_SUITE_P(All, JoinedVideos,
                         ::testing::Values(JoinCase{"H264At24", VideoEncoder::kX264, {24, 1}},
                                           JoinCase{"H264At30", VideoEncoder::kX264, {30, 1}},
                                           JoinCase{"H264At60", VideoEncoder::kX264, {60, 1}},
                                           JoinCase{"H265At30", VideoEncoder::kX265, {30, 1}}),
                         [](const auto& test) { return test.param.name; });

class RefusedJoin : public ::testing::Test {
 protected:
  RefusedJoin() {
    EXPECT_TRUE(WriteMovingPicture(first_, SmallSettings(), 0, 10));
    EXPECT_TRUE(WriteMovingPicture(second_, SmallSettings(), 10, 10));
  }

  // Joins first_ and second_, which must fail; nothing may be left where the output would be.
  Error Join() {
    const auto joined = JoinVideos(Paths{first_, second_}, {30, 1}, directory_ / "all.mp4");
    EXPECT_FALSE(joined);
    EXPECT_FALSE(exists(directory_ / "all.mp4"));
    EXPECT_THAT(NamesIn(directory_.path()), ::testing::Each(Not(HasSubstr("all.mp4"))));
    return joined ? Error{} : joined.error();
  }

  const TemporaryDirectory directory_{"av"};
  const std::filesystem::path first_ = directory_ / "first.mp4";
  const std::filesystem::path second_ = directory_ / "second.mp4";
};

TEST_F(RefusedJoin, NamesTheChunkThatIsMissing) {
  std::filesystem::remove(second_);
  const Error error = Join();
  EXPECT_EQ(error.code, ErrorCode::kMissingPlanArtifact);
  EXPECT_THAT(error.message, AllOf(HasSubstr("chunk 1"), HasSubstr(second_.string())));
}

TEST_F(RefusedJoin, NamesTheChunkOfAnotherSize) {
  VideoSettings settings = SmallSettings();
  settings.width = 32;
  ASSERT_TRUE(WriteMovingPicture(second_, settings, 10, 10));
  const Error error = Join();
  EXPECT_EQ(error.code, ErrorCode::kMedia);
  EXPECT_THAT(error.message, AllOf(HasSubstr("chunk 1"), HasSubstr("32x48"), HasSubstr("64x48")));
}

TEST_F(RefusedJoin, NamesTheChunkOfAnotherCodec) {
  VideoSettings settings = SmallSettings();
  settings.encoder = VideoEncoder::kX265;
  ASSERT_TRUE(WriteMovingPicture(second_, settings, 10, 10));
  const Error error = Join();
  EXPECT_EQ(error.code, ErrorCode::kMedia);
  EXPECT_THAT(error.message, AllOf(HasSubstr("chunk 1"), HasSubstr("hevc"), HasSubstr("h264")));
}

TEST_F(RefusedJoin, NamesTheChunkOfOtherSettings) {
  VideoSettings settings = SmallSettings();
  settings.preset = "medium";
  ASSERT_TRUE(WriteMovingPicture(second_, settings, 10, 10));
  const Error error = Join();
  EXPECT_EQ(error.code, ErrorCode::kMedia);
  EXPECT_THAT(error.message, AllOf(HasSubstr("chunk 1"), HasSubstr("headers")));
}

TEST_F(RefusedJoin, NamesTheChunkThatIsNoVideo) {
  std::ofstream(second_) << "hello";
  const Error error = Join();
  EXPECT_EQ(error.code, ErrorCode::kMedia);
  EXPECT_THAT(error.message, AllOf(HasSubstr("chunk 1"), HasSubstr(second_.string())));
}

TEST_F(RefusedJoin, NamesTheChunkThatIsCutOff) {
  // A chunk with its index first, so that only frames are missing.
  ASSERT_TRUE(JoinVideos(Paths{first_}, {30, 1}, second_));
  resize_file(second_, file_size(second_) - 100);
  const Error error = Join();
  EXPECT_EQ(error.code, ErrorCode::kMedia);
  EXPECT_THAT(error.message, HasSubstr("chunk 1"));
}

TEST_F(RefusedJoin, KeepsWhatWasThereBefore) {
  std::ofstream(directory_ / "old.mp4") << "old";
  std::filesystem::remove(second_);
  EXPECT_FALSE(JoinVideos(Paths{first_, second_}, {30, 1}, directory_ / "old.mp4"));
  EXPECT_EQ(BytesOf(directory_ / "old.mp4"), "old");
}

TEST_F(RefusedJoin, CountsTheFramesThatWereExpected) {
  const auto joined = JoinVideos(Paths{first_, second_}, {30, 1}, directory_ / "all.mp4", {21});
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().code, ErrorCode::kMedia);
  EXPECT_THAT(joined.error().message, AllOf(HasSubstr("20 frames"), HasSubstr("21")));
  EXPECT_FALSE(exists(directory_ / "all.mp4"));
  EXPECT_TRUE(JoinVideos(Paths{first_, second_}, {30, 1}, directory_ / "all.mp4", {20}));
}

TEST_F(RefusedJoin, OfNothingIsAnError) {
  const auto joined = JoinVideos({}, {30, 1}, directory_ / "all.mp4");
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().code, ErrorCode::kMedia);
}

TEST_F(RefusedJoin, CannotWriteIntoADirectoryThatDoesNotExist) {
  const auto joined = JoinVideos(Paths{first_}, {30, 1}, directory_ / "missing" / "all.mp4");
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().code, ErrorCode::kCannotWrite);
}

// A sine of 440 Hz in 16-bit PCM, as a WAV file (RIFF, one channel).
void WriteSine(const std::filesystem::path& file, int samples, int rate) {
  std::string bytes;
  const auto put = [&bytes](std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  };
  const auto data = static_cast<std::uint32_t>(2 * samples);
  bytes += "RIFF";
  put(36 + data, 4);
  bytes += "WAVEfmt ";
  put(16, 4);
  put(1, 2);
  put(1, 2);
  put(static_cast<std::uint32_t>(rate), 4);
  put(static_cast<std::uint32_t>(2 * rate), 4);
  put(2, 2);
  put(16, 2);
  bytes += "data";
  put(data, 4);
  for (int i = 0; i < samples; ++i) {
    put(static_cast<std::uint32_t>(std::lround(8000 * std::sin(2 * 3.14159265 * 440 * i / rate))) &
            0xffff,
        2);
  }
  testing::PutFile(file, bytes);
}

struct SoundFacts {
  double video_seconds = 0, audio_seconds = 0, audio_start = -1;
};

SoundFacts FactsOf(const std::filesystem::path& file) {
  AVFormatContext* raw = nullptr;
  EXPECT_GE(avformat_open_input(&raw, file.c_str(), nullptr, nullptr), 0);
  if (raw == nullptr) return {};
  avformat_find_stream_info(raw, nullptr);
  SoundFacts facts;
  for (unsigned i = 0; i < raw->nb_streams; ++i) {
    const AVStream* stream = raw->streams[i];
    const double unit = av_q2d(stream->time_base);
    const double seconds = static_cast<double>(stream->duration) * unit;
    if (stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO) facts.video_seconds = seconds;
    if (stream->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
    EXPECT_EQ(stream->codecpar->codec_id, AV_CODEC_ID_AAC);
    facts.audio_seconds = seconds;
    facts.audio_start = static_cast<double>(stream->start_time) * unit;
  }
  avformat_close_input(&raw);
  return facts;
}

class JoinedSound : public ::testing::TestWithParam<int> {};

TEST_P(JoinedSound, LastsExactlyAsLongAsThePictures) {
  const TemporaryDirectory directory("av");
  const Paths chunks = {directory / "0.mp4", directory / "1.mp4"};
  ASSERT_TRUE(WriteMovingPicture(chunks[0], SmallSettings(), 0, 10));
  ASSERT_TRUE(WriteMovingPicture(chunks[1], SmallSettings(), 10, 5));
  WriteSine(directory / "sine.wav", GetParam(), 44'100);
  for (int round = 0; round < 2; ++round) {
    const auto joined = JoinVideos(chunks, {30, 1}, directory / ("all" + std::to_string(round)),
                                   {15, directory / "sine.wav"});
    ASSERT_TRUE(joined) << joined.error().message;
  }
  const SoundFacts facts = FactsOf(directory / "all0");
  EXPECT_DOUBLE_EQ(facts.video_seconds, 0.5);
  EXPECT_NEAR(facts.audio_seconds, 0.5, 0.001);
  EXPECT_NEAR(facts.audio_start, 0, 0.001);
  EXPECT_EQ(testing::FileContent(directory / "all0"), testing::FileContent(directory / "all1"));
}

// Samples of 44,100 a second: a tenth of a second, exactly as long, three seconds.
INSTANTIATE_TEST_SUITE_P(All, JoinedSound, ::testing::Values(4'410, 22'050, 132'300));

TEST(SoundToJoin, IsOpusInAWebmAndAacInAMov) {
  const TemporaryDirectory directory("av");
  for (const bool is_webm : {true, false}) {
    VideoSettings settings = SmallSettings();
    settings.encoder = is_webm ? VideoEncoder::kVp9 : VideoEncoder::kProRes;
    settings.preset = "good";
    const Paths chunks = {directory / "0", directory / "1"};
    ASSERT_TRUE(WriteMovingPicture(chunks[0], settings, 0, 10));
    ASSERT_TRUE(WriteMovingPicture(chunks[1], settings, 10, 5));
    for (const int samples : {4'410, 22'050, 132'300}) {
      WriteSine(directory / "sine.wav", samples, 44'100);
      const auto joined = JoinVideos(
          chunks, {30, 1}, directory / "all",
          {15, directory / "sine.wav", is_webm ? OutputFormat::kWebm : OutputFormat::kMov});
      ASSERT_TRUE(joined) << joined.error().message;
      const auto sound = ReadSound(directory / "all");
      ASSERT_TRUE(sound && sound->has_value());
      EXPECT_EQ((*sound)->codec, is_webm ? "opus" : "aac");
      // The last packet of AAC holds more samples than the container wants played.
      EXPECT_NEAR((*sound)->seconds(), 0.5, is_webm ? 0.001 : 1024 / 44'100.0) << samples;
      const auto facts = ProbeVideo(directory / "all");
      EXPECT_EQ(facts->frame_count, 15);
      EXPECT_NEAR(facts->duration_seconds, 0.5, 0.0015) << "the pictures begin at 0";
    }
  }
}

TEST(SoundToJoin, ThatIsNoSoundIsRefusedByName) {
  const TemporaryDirectory directory("av");
  ASSERT_TRUE(WriteMovingPicture(directory / "0.mp4", SmallSettings(), 0, 10));
  testing::PutFile(directory / "noise.wav", "this is no sound");
  for (const char* name : {"noise.wav", "missing.wav", "0.mp4"}) {
    const auto joined = JoinVideos(Paths{directory / "0.mp4"}, {30, 1}, directory / "all.mp4",
                                   {10, directory / name});
    ASSERT_FALSE(joined) << name;
    EXPECT_THAT(joined.error().message, ::testing::HasSubstr(name));
    EXPECT_FALSE(std::filesystem::exists(directory / "all.mp4"));
  }
}

}  // namespace
}  // namespace hyperlocal
