// The mix of a film, measured in what is decoded from the file: where, how loud and how high each
// clip sounds.
#include "engine/media/sound_mix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <numbers>
#include <string>
#include <vector>

#include "engine/av/media_maker_test_support.h"
#include "engine/av/media_probe.h"
#include "engine/av/source_sound.h"
#include "engine/hash/sha256.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;
using testing::MadeTone;
using testing::TemporaryDirectory;

constexpr FrameRate k30{30, 1};

// The left channel of a file.
std::vector<float> Decoded(const std::filesystem::path& file) {
  auto source = SourceSound::Open(file, 0, 1);
  if (!source) {
    ADD_FAILURE() << source.error().message;
    return {};
  }
  std::vector<float> left, some(9600);
  for (;;) {
    const auto read = (*source)->Read(some.data(), some.size() / 2);
    if (!read) {
      ADD_FAILURE() << read.error().message;
      return left;
    }
    for (std::size_t i = 0; i < *read; ++i) left.push_back(some[2 * i]);
    if (*read < some.size() / 2) return left;
  }
}

// How strong a pitch is between two moments: the amplitude of that sine.
double Strength(const std::vector<float>& sound, double hertz, double from, double to) {
  std::complex<double> sum = 0;
  const auto first = static_cast<std::size_t>(from * kMixRate);
  const auto last = std::min(sound.size(), static_cast<std::size_t>(to * kMixRate));
  for (std::size_t i = first; i < last; ++i) {
    const double angle = -2 * std::numbers::pi * hertz * static_cast<double>(i) / kMixRate;
    sum += std::polar(static_cast<double>(sound[i]), angle);
  }
  return 2 * std::abs(sum) / static_cast<double>(last - first);
}

double Peak(const std::vector<float>& sound, double from, double to) {
  double peak = 0;
  const auto last = std::min(sound.size(), static_cast<std::size_t>(to * kMixRate));
  for (auto i = static_cast<std::size_t>(from * kMixRate); i < last; ++i) {
    peak = std::max(peak, std::abs(static_cast<double>(sound[i])));
  }
  return peak;
}

// The first moment at which it is louder than that.
double Onset(const std::vector<float>& sound, double threshold) {
  for (std::size_t i = 0; i < sound.size(); ++i) {
    if (std::abs(sound[i]) > threshold) return static_cast<double>(i) / kMixRate;
  }
  return -1;
}

class SoundMixTest : public ::testing::Test {
 protected:
  SoundClip Clip(const std::string& name, std::vector<MadeTone> tones, double start, double end,
                 const std::string& codec = "pcm_s16le", int channels = 2,
                 int sample_rate = 48'000) {
    const testing::MadeSound sound{codec, sample_rate, channels, std::move(tones)};
    const auto made = testing::MakeMedia(directory_ / name, std::nullopt, sound);
    EXPECT_TRUE(made) << made.error().message;
    SoundClip clip;
    clip.element.name = clip.element.id = name;
    clip.element.source = name;
    clip.element.start_seconds = start;
    clip.end_seconds = end;
    clip.file = directory_ / name;
    return clip;
  }

  std::vector<float> Mix(const std::vector<SoundClip>& clips, std::int64_t frames,
                         const std::string& name = "mix.m4a") {
    const auto mixed = MixSound(clips, frames, k30, directory_ / name);
    EXPECT_TRUE(mixed) << mixed.error().message;
    return mixed ? Decoded(directory_ / name) : std::vector<float>();
  }

  TemporaryDirectory directory_{"sound-mix"};
};

TEST_F(SoundMixTest, LastsExactlyAsLongAsTheFilm) {
  for (const std::int64_t frames : {1, 30, 47, 100}) {
    const auto sound =
        Mix({Clip("a.wav", {{.seconds = 5}}, 0, 5)}, frames, std::to_string(frames) + ".m4a");
    EXPECT_NEAR(static_cast<double>(sound.size()), static_cast<double>(frames) * 1600, 48)
        << frames;
    const auto facts = ProbeMedia(directory_ / (std::to_string(frames) + ".m4a")).value();
    EXPECT_NEAR(facts.duration_seconds, static_cast<double>(frames) / 30, 0.001);
  }
}

TEST_F(SoundMixTest, AClipSoundsWhereItIsAndNowhereElse) {
  const auto sound = Mix({Clip("a.wav", {{.seconds = 1, .hertz = 1000}}, 0.5, 1.5)}, 60);
  EXPECT_NEAR(Onset(sound, 0.1), 0.5, 0.001);  // the encoder's delay is hidden
  EXPECT_NEAR(Strength(sound, 1000, 0.55, 1.45), 0.5, 0.01);
  EXPECT_EQ(Peak(sound, 0, 0.45), 0);  // true silence
  EXPECT_EQ(Peak(sound, 1.6, 2), 0);
}

TEST_F(SoundMixTest, ClipsAreAddedUp) {
  const auto sound =
      Mix({Clip("a.wav", {{.seconds = 2, .hertz = 500, .amplitude = 0.3}}, 0, 2),
           Clip("b.mov", {{.seconds = 2, .hertz = 900, .amplitude = 0.2}}, 0, 2, "aac"),
           Clip("c.wav", {{.seconds = 2, .hertz = 1700, .amplitude = 0.1}}, 0, 2, "pcm_s16le", 1,
                44'100)},
          60);
  EXPECT_NEAR(Strength(sound, 500, 0.1, 1.9), 0.3, 0.006);
  EXPECT_NEAR(Strength(sound, 900, 0.1, 1.9), 0.2, 0.006);
  EXPECT_NEAR(Strength(sound, 1700, 0.1, 1.9), 0.1, 0.006);  // a single channel keeps its strength
}

TEST_F(SoundMixTest, NothingClips) {
  std::vector<SoundClip> clips;
  for (int i = 0; i < 4; ++i) {
    clips.push_back(Clip("a" + std::to_string(i) + ".wav",
                         {{.seconds = 1, .hertz = 400, .amplitude = 0.9}}, 0, 1));
  }
  const auto sound = Mix(clips, 30);
  EXPECT_LT(Peak(sound, 0, 1), 1.0);
  EXPECT_GT(Peak(sound, 0.2, 0.8), 0.9);
  EXPECT_LT(Strength(sound, 1200, 0.1, 0.9), 0.01);  // turned down, not cut off
}

TEST_F(SoundMixTest, VolumeFollowsTheFramesEvenly) {
  SoundClip clip = Clip("a.wav", {{.seconds = 2, .hertz = 1000}}, 0, 2);
  for (int frame = 0; frame <= 60; ++frame) clip.gains.push_back(frame / 60.0);
  const auto sound = Mix({clip}, 60);
  for (const double at : {0.2, 0.7, 1.3, 1.8}) {
    EXPECT_NEAR(Strength(sound, 1000, at - 0.05, at + 0.05), 0.5 * at / 2, 0.01) << at;
  }
}

TEST_F(SoundMixTest, OtherSpeedsKeepThePitch) {
  SoundClip clip =
      Clip("a.wav", {{.seconds = 1.5, .hertz = 600}, {.seconds = 1.5, .hertz = 1500}}, 0, 2);
  clip.element.playback_rate = 1.5;  // 3 s in 2 s
  const auto sound = Mix({clip}, 60);
  EXPECT_NEAR(Strength(sound, 600, 0.1, 0.9), 0.5, 0.05);
  EXPECT_LT(Strength(sound, 900, 0.1, 0.9), 0.03);
  EXPECT_NEAR(Strength(sound, 1500, 1.1, 1.9), 0.5, 0.05);
  clip.element.playback_rate = 0.4;
  const auto slow = Mix({clip}, 60, "slow.m4a");
  EXPECT_NEAR(Strength(slow, 600, 0.1, 1.9), 0.5, 0.05);
}

TEST_F(SoundMixTest, MediaStartsWithinTheSource) {
  SoundClip clip =
      Clip("a.wav", {{.seconds = 1, .hertz = 600}, {.seconds = 1, .hertz = 1500}}, 0, 1);
  clip.element.media_start_seconds = 0.75;
  const auto sound = Mix({clip}, 30);
  EXPECT_NEAR(Strength(sound, 600, 0.02, 0.23), 0.5, 0.02);
  EXPECT_NEAR(Strength(sound, 1500, 0.3, 0.95), 0.5, 0.02);
}

TEST_F(SoundMixTest, ALoopGoesRoundToTheSample) {
  // 0.25 s hold whole waves of 400 Hz: round and round it is one tone.
  SoundClip clip = Clip("a.wav", {{.seconds = 0.25, .hertz = 400}}, 0, 2);
  clip.element.loop = true;
  const auto sound = Mix({clip}, 60);
  EXPECT_NEAR(Strength(sound, 400, 0.1, 1.9), 0.5, 0.01);
  clip.element.loop = false;
  EXPECT_EQ(Peak(Mix({clip}, 60, "once.m4a"), 0.4, 2), 0);
}

TEST_F(SoundMixTest, TwoHalvesOfARecordingAreWhatTheWholeIs) {
  SoundClip whole = Clip("a.wav", {{.seconds = 2, .hertz = 437}}, 0, 2);
  SoundClip first = whole, second = whole;
  first.end_seconds = 0.9;
  second.element.start_seconds = 0.9;
  second.element.media_start_seconds = 0.9;
  const auto one = Mix({whole}, 60, "one.m4a"), two = Mix({first, second}, 60, "two.m4a");
  ASSERT_EQ(one.size(), two.size());
  double largest = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(one[i]) - two[i]));
  }
  EXPECT_LT(largest, 0.01);
}

TEST_F(SoundMixTest, AClipThatIsCutEndsWithoutAClick) {
  // Cut at the top of a wave: a jump of half of full scale, if nothing smoothed it.
  const auto sound = Mix({Clip("a.wav", {{.seconds = 2, .hertz = 50}}, 0, 1.005)}, 60);
  double steepest = 0;
  for (std::size_t i = 1; i < sound.size(); ++i) {
    steepest = std::max(steepest, std::abs(static_cast<double>(sound[i]) - sound[i - 1]));
  }
  EXPECT_LT(steepest, 0.05);
}

TEST_F(SoundMixTest, TheSameMixIsTheSameBytes) {
  const std::vector<SoundClip> clips{Clip("a.wav", {{.seconds = 1}}, 0.1, 1.1),
                                     Clip("b.mov", {{.seconds = 1, .hertz = 660}}, 0, 1, "aac")};
  Mix(clips, 45, "one.m4a");
  Mix(clips, 45, "two.m4a");
  EXPECT_EQ(Sha256HexOfFile(directory_ / "one.m4a").value(),
            Sha256HexOfFile(directory_ / "two.m4a").value());
}

TEST_F(SoundMixTest, ADamagedSourceIsNamedAndNothingIsLeft) {
  SoundClip clip = Clip("a.wav", {{.seconds = 1}}, 0, 1);
  clip.file = directory_ / "gone.wav";
  const auto mixed = MixSound({clip}, 30, k30, directory_ / "mix.m4a");
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().code, ErrorCode::kVideoSourceUnrenderable);
  EXPECT_THAT(mixed.error().message, HasSubstr("<audio id=\"a.wav\">"));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
    if (entry.path().filename().string().find("mix") != std::string::npos) ++files;
  }
  EXPECT_EQ(files, 0U);
}

}  // namespace
}  // namespace hyperlocal
