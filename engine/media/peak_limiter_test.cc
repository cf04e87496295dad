#include "engine/media/peak_limiter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace hyperlocal {
namespace {

constexpr int kRate = 48'000;

std::vector<float> Tone(double seconds, double amplitude) {
  std::vector<float> samples;
  const auto pairs = static_cast<int>(seconds * kRate);
  for (int i = 0; i < pairs; ++i) {
    const auto sample =
        static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * 440 * i / kRate));
    samples.insert(samples.end(), {sample, -sample});
  }
  return samples;
}

// What comes out when samples go in by so many at a time.
std::vector<float> Limited(const std::vector<float>& samples, std::size_t at_once) {
  PeakLimiter limiter(kRate);
  std::vector<float> out;
  for (std::size_t i = 0; i < samples.size(); i += at_once) {
    limiter.Push(std::span(samples).subspan(i, std::min(at_once, samples.size() - i)), out);
  }
  limiter.Finish(out);
  return out;
}

float Peak(const std::vector<float>& samples) {
  float peak = 0;
  for (const float sample : samples) peak = std::max(peak, std::abs(sample));
  return peak;
}

TEST(PeakLimiter, LeavesAloneWhatIsBelowTheCeiling) {
  const std::vector<float> samples = Tone(0.5, 0.97);
  EXPECT_EQ(Limited(samples, 9600), samples);
  EXPECT_EQ(Limited(Tone(0.001, 0.5), 2), Tone(0.001, 0.5));  // shorter than it looks ahead
  EXPECT_TRUE(Limited({}, 2).empty());
}

TEST(PeakLimiter, NothingIsAboveTheCeiling) {
  std::vector<float> samples = Tone(0.2, 0.5);
  const std::vector<float> loud = Tone(0.2, 2.5), end = Tone(0.6, 0.5);
  samples.insert(samples.end(), loud.begin(), loud.end());
  samples.insert(samples.end(), end.begin(), end.end());
  samples[20'001] = 3;  // a single one
  const std::vector<float> limited = Limited(samples, 4800);
  ASSERT_EQ(limited.size(), samples.size());
  EXPECT_LE(Peak(limited), 0.98001F);
  EXPECT_GT(Peak(limited), 0.95F);
  // Before and long after, it is what it was.
  for (std::size_t i = 0; i < 15'000; ++i) ASSERT_EQ(limited[i], samples[i]) << i;
  const std::size_t last = samples.size() - 1000;
  EXPECT_NEAR(limited[last], samples[last], 0.002);
}

TEST(PeakLimiter, DoesNotHangOnHowTheSamplesCome) {
  const std::vector<float> samples = Tone(0.3, 1.8);
  EXPECT_EQ(Limited(samples, 2), Limited(samples, 9600));
}

}  // namespace
}  // namespace hyperlocal
