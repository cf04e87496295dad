#include "engine/media/video_window.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/plan/plan_videos.h"

namespace hyperlocal {
namespace {

// What a plan's reader shows at a frame of the film, and where in the source that was taken; -1 for
// nothing.
double ShownAt(const VideoTiming& timing, std::int64_t frame, std::int64_t total, FrameRate rate) {
  const VideoWindow window = WindowOf(timing, total, rate);
  PlanVideo video;
  video.start_seconds = window.start_seconds;
  video.end_seconds = timing.end_seconds;
  video.media_start_seconds = window.media_start_seconds;
  video.loop = timing.loop;
  video.frames_per_second = static_cast<double>(rate.num) / rate.den;
  video.frame_count = window.frame_count;
  video.source_seconds = window.ReadersSourceSeconds(timing.loop);
  const auto shown = video.FrameAt(static_cast<double>(frame * rate.den) / rate.num);
  return shown ? window.SourceSecondsOf(*shown) : -1;
}

constexpr FrameRate k30{30, 1};

TEST(VideoWindow, EveryFrameIsTakenWhenTheFilmShowsIt) {
  // Starts on a frame and between two; at its own speed and at others.
  for (const double start : {0.0, 0.5, 0.51, 1.0 / 3, 0.123}) {
    for (const double rate : {1.0, 0.5, 1.7}) {
      SCOPED_TRACE(start);
      const VideoTiming timing{start, 4, 0.25, rate, false, 60};
      for (std::int64_t frame = 0; frame < 120; ++frame) {
        const double seconds = static_cast<double>(frame) / 30;
        const double shown = ShownAt(timing, frame, 120, k30);
        if (seconds < start - 1e-9) {
          EXPECT_EQ(shown, -1) << frame;
        } else {
          EXPECT_NEAR(shown, 0.25 + (seconds - start) * rate, 1e-9) << frame;
        }
      }
    }
  }
}

TEST(VideoWindow, TheLastPictureIsHeld) {
  const VideoTiming timing{0, 3, 0, 1, false, 1};
  EXPECT_EQ(WindowOf(timing, 90, k30).frame_count, 31);  // the end of the source is one of them
  EXPECT_NEAR(ShownAt(timing, 29, 90, k30), 29.0 / 30, 1e-9);
  EXPECT_NEAR(ShownAt(timing, 80, 90, k30), 1, 1e-9);
}

TEST(VideoWindow, ALoopIsTakenOnceAndGoesRoundInTheFilmsTime) {
  const VideoTiming timing{0.5, 4, 0.2, 2, true, 1};  // 0.8 s of the source last 0.4 s
  EXPECT_EQ(WindowOf(timing, 120, k30).frame_count, 12);
  EXPECT_NEAR(ShownAt(timing, 15, 120, k30), 0.2, 1e-9);
  EXPECT_NEAR(ShownAt(timing, 26, 120, k30), 0.2 + 11.0 / 30 * 2, 1e-9);
  EXPECT_NEAR(ShownAt(timing, 27, 120, k30), 0.2, 1e-9);  // round again
  EXPECT_NEAR(ShownAt(timing, 15 + 12 * 7 + 5, 120, k30), 0.2 + 5.0 / 30 * 2, 1e-9);
}

TEST(VideoWindow, ABeginBeforeTheFilmsIsCutOff) {
  const VideoTiming timing{-1, 1, 0, 1, false, 10};
  const VideoWindow window = WindowOf(timing, 60, k30);
  EXPECT_NEAR(window.first_seconds, 1, 1e-9);
  EXPECT_EQ(window.frame_count, 31);
}

TEST(VideoWindow, WhatIsNeverShownIsNotTaken) {
  EXPECT_EQ(WindowOf({5, 6, 0, 1, false, 10}, 60, k30).frame_count, 0);
  EXPECT_EQ(WindowOf({1, 1, 0, 1, false, 10}, 60, k30).frame_count, 0);
}

}  // namespace
}  // namespace hyperlocal
