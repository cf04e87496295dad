#include "cli/render_progress.h"

#include <gtest/gtest.h>

namespace hyperlocal::cli {
namespace {

using std::chrono::milliseconds;

TimePoint At(std::int64_t ms) {
  return TimePoint(milliseconds(ms));
}

RenderProgress Planned() {
  RenderProgress progress(At(0));
  progress.Stage(RenderStage::kPlan, At(0));
  progress.Plan({{0, 0, 10}, {1, 10, 20}, {2, 20, 25}}, {30, 1}, 640, 360);
  progress.Stage(RenderStage::kChunks, At(1000));
  return progress;
}

TEST(RenderProgressTest, AStageEndsWhenTheNextBegins) {
  RenderProgress progress = Planned();
  EXPECT_EQ(progress.Elapsed(RenderStage::kPlan, At(5000)), milliseconds(1000));
  EXPECT_EQ(progress.Elapsed(RenderStage::kChunks, At(5000)), milliseconds(4000));
  EXPECT_EQ(progress.Elapsed(RenderStage::kAssemble, At(5000)), milliseconds(0));
  progress.Stage(RenderStage::kAssemble, At(6000));
  progress.Stage(RenderStage::kDone, At(6500));
  EXPECT_EQ(progress.Elapsed(RenderStage::kAssemble, At(9000)), milliseconds(500));
}

TEST(RenderProgressTest, AFailureStopsTheClockOfItsStage) {
  RenderProgress progress = Planned();
  progress.Failed(At(3000));
  EXPECT_EQ(progress.Elapsed(RenderStage::kChunks, At(9000)), milliseconds(2000));
}

TEST(RenderProgressTest, FramesAddUpOverChunks) {
  RenderProgress progress = Planned();
  progress.ChunkStart(0, 1, At(1000));
  progress.ChunkStart(1, 1, At(1000));
  progress.ChunkFrames(0, 4);
  progress.ChunkFrames(1, 7);
  EXPECT_EQ(progress.frames_done(), 11);
  EXPECT_EQ(progress.total_frames(), 25);
  progress.ChunkDone(0, At(2000));
  EXPECT_EQ(progress.frames_done(), 17);
  EXPECT_EQ(progress.CountOf(ChunkState::kDone), 1);
  EXPECT_EQ(progress.CountOf(ChunkState::kRunning), 1);
  EXPECT_EQ(progress.CountOf(ChunkState::kWaiting), 1);
}

TEST(RenderProgressTest, ARetryTakesItsFramesBackButNotTheSpeed) {
  RenderProgress progress = Planned();
  progress.ChunkStart(0, 1, At(1000));
  for (int i = 1; i <= 8; ++i) {
    progress.ChunkFrames(0, i);
    progress.Tick(At(1000 + i * 250));
  }
  const double before = *progress.speed().speed();
  progress.ChunkRetry(0);
  progress.ChunkStart(0, 2, At(3000));
  EXPECT_EQ(progress.frames_done(), 0);
  for (int i = 1; i <= 8; ++i) {
    progress.ChunkFrames(0, i);
    progress.Tick(At(3000 + i * 250));
  }
  EXPECT_NEAR(*progress.speed().speed(), before, 0.01);
}

TEST(RenderProgressTest, AFrameEndsAStall) {
  RenderProgress progress = Planned();
  progress.ChunkStart(1, 1, At(1000));
  progress.Stall(1, std::chrono::seconds(31));
  EXPECT_TRUE(progress.chunk(1)->idle.has_value());
  progress.ChunkFrames(1, 1);
  EXPECT_FALSE(progress.chunk(1)->idle.has_value());
}

TEST(RenderProgressTest, WhatIsSaidOfAnUnknownChunkIsIgnored) {
  RenderProgress progress = Planned();
  progress.ChunkStart(7, 1, At(1000));
  progress.ChunkFrames(7, 3);
  progress.ChunkDone(7, At(1000));
  progress.ChunkFrames(0, 1000);  // more than it has
  EXPECT_EQ(progress.frames_done(), 10);
}

}  // namespace
}  // namespace hyperlocal::cli
