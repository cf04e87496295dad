#include "engine/plan_project.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace hyperlocal {
namespace {

TEST(FramesOf, IsTheNearestWholeNumberOrTheNextOne) {
  struct Case {
    double seconds;
    FrameRate rate;
    std::int64_t frames;
  };
  for (const Case& row : {
           Case{0, {30, 1}, 0},
           Case{1, {30, 1}, 30},
           Case{0.1, {30, 1}, 3},
           Case{0.7, {30, 1}, 21},  // 20.999999999999996
           Case{1.1, {30, 1}, 33},  // 33.00000000000001
           Case{1.0 / 3, {30, 1}, 10},
           Case{1.00003, {30, 1}, 30},
           Case{1.00004, {30, 1}, 31},
           Case{1.02, {30, 1}, 31},
           Case{1e-9, {30, 1}, 0},
           Case{0.01, {30, 1}, 1},
           Case{10, {30000, 1001}, 300},  // 299.7
           Case{10.01, {30000, 1001}, 300},
           Case{3600, {60, 1}, 216000},
       }) {
    EXPECT_EQ(FramesOf(row.seconds, row.rate), row.frames) << row.seconds;
  }
}

TEST(FramesOf, StaysANumberHoweverLongATimelineRepeats) {
  EXPECT_GT(FramesOf(1e300, {60, 1}), 0);
  EXPECT_GE(FramesOf(1e300, {60, 1}), FramesOf(1e12, {60, 1}));
}

RC_GTEST_PROP(FramesOf, GivesBackTheFramesOfAWholeNumberOfThem, ()) {
  const auto frames = *rc::gen::inRange<std::int64_t>(0, 10'000'000);
  const auto rate = *rc::gen::element(FrameRate{24, 1}, FrameRate{30, 1}, FrameRate{60, 1},
                                      FrameRate{30000, 1001});
  const double seconds = static_cast<double>(frames) * rate.den / rate.num;
  RC_ASSERT(FramesOf(seconds, rate) == frames);
}

}  // namespace
}  // namespace hyperlocal
