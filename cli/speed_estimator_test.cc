#include "cli/speed_estimator.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace hyperlocal::cli {
namespace {

using std::chrono::milliseconds;

TimePoint At(std::int64_t ms) {
  return TimePoint(milliseconds(ms));
}

TEST(SpeedEstimatorTest, SaysNothingBeforeItHasSeenASecond) {
  SpeedEstimator speed;
  EXPECT_EQ(speed.speed(), std::nullopt);
  speed.Sample(At(0), 0);
  speed.Sample(At(900), 30);
  EXPECT_EQ(speed.speed(), std::nullopt);
  EXPECT_EQ(speed.TimeFor(10), std::nullopt);
}

RC_GTEST_PROP(SpeedEstimatorProperty, ASteadySpeedIsFoundWhateverTheRhythm, ()) {
  const auto step = *rc::gen::inRange(100, 700);
  const auto frames_per_step = *rc::gen::inRange(1, 100);
  SpeedEstimator speed;
  const int steps = 3000 / step + 1;
  for (int i = 0; i <= steps; ++i) speed.Sample(At(1000 + i * step), i * frames_per_step);
  const double expected = 1000.0 * frames_per_step / step;
  RC_ASSERT(speed.speed().has_value());
  RC_ASSERT(*speed.speed() > expected * 0.999 && *speed.speed() < expected * 1.001);
}

TEST(SpeedEstimatorTest, AHiccupMovesItOnlyALittle) {
  SpeedEstimator speed;
  for (int i = 0; i <= 200; ++i) speed.Sample(At(i * 100), i * 3);  // 30 a second for 20 s
  speed.Sample(At(20'500), 600);                                    // then half a second of nothing
  EXPECT_GT(*speed.speed(), 25);
  EXPECT_LT(*speed.speed(), 30);
}

TEST(SpeedEstimatorTest, AStandstillMakesTheForecastGrowAndThenEnd) {
  SpeedEstimator speed;
  for (int i = 0; i <= 50; ++i) speed.Sample(At(i * 100), i * 3);
  const auto before = speed.TimeFor(300);
  ASSERT_TRUE(before.has_value());
  EXPECT_NEAR(static_cast<double>(before->count()), 10'000, 100);
  for (int i = 51; i <= 100; ++i) speed.Sample(At(i * 100), 150);
  EXPECT_GT(*speed.TimeFor(300), *before * 2);
  for (int i = 101; i <= 800; ++i) speed.Sample(At(i * 100), 150);
  EXPECT_EQ(speed.TimeFor(300), std::nullopt);
}

}  // namespace
}  // namespace hyperlocal::cli
