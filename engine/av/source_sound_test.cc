#include "engine/av/source_sound.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "engine/av/media_maker_test_support.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using testing::TemporaryDirectory;

// Silence, then a tone: where it begins tells whether the samples are where they belong.
const testing::MadeSound kLateTone{
    .tones = {{.seconds = 0.5, .hertz = 1000, .amplitude = 0}, {.seconds = 1, .hertz = 1000}}};

double OnsetOf(const std::filesystem::path& file, double from) {
  auto source = SourceSound::Open(file, from, 1);
  EXPECT_TRUE(source);
  if (!source) return -1;
  std::vector<float> samples(2 * kMixRate);
  const auto read = (*source)->Read(samples.data(), kMixRate);
  EXPECT_TRUE(read);
  for (std::size_t i = 0; i < 2 * read.value(); i += 2) {
    if (std::abs(samples[i]) > 0.1) return static_cast<double>(i / 2) / kMixRate;
  }
  return -1;
}

TEST(SourceSound, BeginsAtTheSampleInEveryContainer) {
  const TemporaryDirectory directory;
  for (const char* name : {"a.wav", "a.mov", "a.mkv", "a.mp4"}) {
    SCOPED_TRACE(name);
    testing::MadeSound sound = kLateTone;
    if (std::string(name) == "a.mp4") sound.codec = "aac";
    ASSERT_TRUE(testing::MakeMedia(directory / name, std::nullopt, sound));
    EXPECT_NEAR(OnsetOf(directory / name, 0), 0.5, 0.002);
    EXPECT_NEAR(OnsetOf(directory / name, 0.3), 0.2, 0.002);
  }
}

TEST(SourceSound, FarMomentsAreSought) {
  const TemporaryDirectory directory;
  testing::MadeSound sound{
      .tones = {{.seconds = 90, .amplitude = 0}, {.seconds = 2, .hertz = 1000}}};
  for (const char* name : {"a.wav", "a.mp4"}) {
    SCOPED_TRACE(name);
    if (std::string(name) == "a.mp4") sound.codec = "aac";
    ASSERT_TRUE(testing::MakeMedia(directory / name, std::nullopt, sound));
    EXPECT_NEAR(OnsetOf(directory / name, 89.75), 0.25, 0.002);
  }
}

TEST(SourceSound, EndsWhereTheContainerSays) {
  const TemporaryDirectory directory;
  const testing::MadeSound sound{.codec = "aac", .tones = {{.seconds = 0.25}}};
  ASSERT_TRUE(testing::MakeMedia(directory / "a.mp4", std::nullopt, sound));
  const auto source = SourceSound::Open(directory / "a.mp4", 0.05, 1).value();
  std::vector<float> samples(2 * kMixRate);
  // An AAC frame is 1024 samples: the last one is longer than what it is for.
  EXPECT_NEAR(static_cast<double>(source->Read(samples.data(), kMixRate).value()), 0.2 * kMixRate,
              48);
}

TEST(SourceSound, AFileWithoutSoundIsAnError) {
  const TemporaryDirectory directory;
  ASSERT_TRUE(
      testing::MakeMedia(directory / "a.mp4", testing::MadeVideo{.times = testing::EvenTimes(3)}));
  const auto source = SourceSound::Open(directory / "a.mp4", 0, 1);
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, ErrorCode::kMedia);
}

}  // namespace
}  // namespace hyperlocal
