#include "golden/sound_comparison.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace hyperlocal::golden {
namespace {

// Speech-like: noise that comes and goes.
Sound Bursts(int samples, int late = 0, double gain = 1, unsigned seed = 1) {
  Sound sound;
  sound.sample_rate = 48000;
  sound.channels = 1;
  std::mt19937 random(seed);
  std::vector<double> noise(static_cast<std::size_t>(samples));
  double smooth = 0;
  for (double& value : noise) {
    smooth += 0.2 * (static_cast<double>(random() % 20001) - 10000 - smooth);
    value = smooth;
  }
  for (int i = 0; i < samples; ++i) {
    const int at = i - late;
    const double envelope = at < 0 ? 0 : std::pow(std::sin(at / 4000.0), 2);
    const double value = at < 0 || at >= samples ? 0 : noise[static_cast<std::size_t>(at)];
    sound.samples.push_back(static_cast<std::int16_t>(gain * envelope * value));
  }
  return sound;
}

TEST(SoundComparison, EqualSoundsCorrelateAtNoLag) {
  const Sound sound = Bursts(96000);
  const SoundComparison result = CompareSounds(sound, sound);
  EXPECT_NEAR(result.correlation, 1, 1e-6);
  EXPECT_EQ(result.lag_samples, 0);
  EXPECT_DOUBLE_EQ(result.level_a_db, result.level_b_db);
}

TEST(SoundComparison, ALagIsFoundToTheSample) {
  for (const int late : {1, 37, 1024, 1600, 9999}) {
    SCOPED_TRACE(late);
    SoundComparison result = CompareSounds(Bursts(96000), Bursts(96000, late));
    EXPECT_EQ(result.lag_samples, late);
    EXPECT_GT(result.correlation, 0.99);
    result = CompareSounds(Bursts(96000, late), Bursts(96000));
    EXPECT_EQ(result.lag_samples, -late);
  }
}

TEST(SoundComparison, ASteadyToneHasNoLagOfItsPeriod) {
  Sound tone;
  tone.sample_rate = 48000;
  for (int i = 0; i < 48000; ++i) {
    tone.samples.push_back(static_cast<std::int16_t>(8000 * std::sin(i * 2 * M_PI / 100)));
  }
  EXPECT_EQ(CompareSounds(tone, tone).lag_samples, 0);
}

TEST(SoundComparison, LevelsAndSilence) {
  const SoundComparison quieter = CompareSounds(Bursts(48000), Bursts(48000, 0, 0.5));
  EXPECT_NEAR(quieter.level_a_db - quieter.level_b_db, 6.02, 0.02);
  EXPECT_GT(quieter.correlation, 0.999);
  Sound silence = Bursts(48000);
  silence.samples.assign(48000, 0);
  const SoundComparison lost = CompareSounds(Bursts(48000), silence);
  EXPECT_TRUE(lost.silent_b);
  EXPECT_EQ(lost.correlation, 0);
  EXPECT_EQ(CompareSounds(silence, silence).correlation, 1);
}

TEST(SoundComparison, OtherSoundsAndOtherRatesAreNotAlike) {
  EXPECT_LT(CompareSounds(Bursts(96000), Bursts(96000, 0, 1, 7)).correlation, 0.3);
  Sound other = Bursts(96000);
  other.sample_rate = 44100;
  const SoundComparison result = CompareSounds(Bursts(96000), other);
  EXPECT_FALSE(result.same_rate);
  EXPECT_EQ(result.correlation, 0);
}

}  // namespace
}  // namespace hyperlocal::golden
