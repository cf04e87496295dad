#include "cli/progress_layout.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/golden_file.h"

namespace hyperlocal::cli {
namespace {

using std::chrono::milliseconds;

TimePoint At(std::int64_t ms) {
  return TimePoint(milliseconds(ms));
}

std::vector<ChunkSlice> Slices(int count, int frames) {
  std::vector<ChunkSlice> slices;
  for (int i = 0; i < count; ++i) slices.push_back({i, i * frames, (i + 1) * frames});
  return slices;
}

RenderProgress Planned(int chunks, int frames) {
  RenderProgress progress(At(0));
  progress.Stage(RenderStage::kPlan, At(0));
  progress.Plan(Slices(chunks, frames), {30, 1}, 1920, 1080);
  progress.Stage(RenderStage::kChunks, At(1200));
  return progress;
}

// Four chunks in each state there is: done, running a second time, stalled, waiting.
RenderProgress FourChunks() {
  RenderProgress progress = Planned(4, 75);
  progress.ChunkStart(0, 1, At(1300));
  progress.ChunkStart(1, 1, At(1300));
  progress.ChunkStart(2, 1, At(1300));
  for (int i = 1; i <= 20; ++i) {
    progress.ChunkFrames(0, i * 3);
    progress.ChunkFrames(2, i);
    progress.Tick(At(1300 + i * 200));
  }
  progress.ChunkRetry(1);
  progress.ChunkStart(1, 2, At(4000));
  progress.ChunkFrames(1, 7);
  progress.ChunkDone(0, At(6400));
  progress.Stall(2, std::chrono::seconds(31));
  return progress;
}

RenderProgress ManyChunks() {
  RenderProgress progress = Planned(64, 30);
  for (int i = 0; i < 12; ++i) {
    progress.ChunkStart(i, 1, At(1300));
    progress.ChunkDone(i, At(3000 + i * 100));
    progress.Tick(At(3000 + i * 100));
  }
  for (int i = 12; i < 16; ++i) {
    progress.ChunkStart(i, 1, At(4200));
    progress.ChunkFrames(i, (i - 11) * 6);
  }
  return progress;
}

std::string Picture(const std::vector<StyledLine>& lines) {
  std::string text;
  for (const StyledLine& line : lines) text += line.Text() + '\n';
  return text;
}

std::string Gallery(std::size_t columns, std::size_t rows, bool unicode) {
  const LayoutSize size{columns, rows, unicode};
  std::string text;
  const auto show = [&](std::string_view title, const std::vector<StyledLine>& lines) {
    text += fmt::format("== {}\n{}", title, Picture(lines));
  };
  RenderProgress start(At(0));
  start.Stage(RenderStage::kPlan, At(0));
  show("planning", LayOutProgress(start, At(640), size));
  show("no frame yet", LayOutProgress(Planned(4, 75), At(1900), size));
  show("chunks in every state", LayOutProgress(FourChunks(), At(7600), size));
  show("many chunks", LayOutProgress(ManyChunks(), At(65'400), size));
  RenderProgress stopping = FourChunks();
  stopping.Stopping();
  show("stopping", LayOutProgress(stopping, At(7600), size));
  RenderProgress failed = FourChunks();
  failed.Failed(At(7600));
  show("failed", LayOutEnd(failed, At(9000), size));
  RenderProgress done = Planned(1, 60);
  done.ChunkStart(0, 1, At(1300));
  done.ChunkDone(0, At(14'000));
  done.Stage(RenderStage::kAssemble, At(14'000));
  show("assembling", LayOutProgress(done, At(14'250), size));
  done.Stage(RenderStage::kDone, At(14'300));
  show("done", LayOutEnd(done, At(99'000), size));
  return text;
}

TEST(ProgressLayoutTest, At40Columns) {
  testing::ExpectGolden("cli/progress_40x15.txt", Gallery(40, 15, true));
}
TEST(ProgressLayoutTest, At80Columns) {
  testing::ExpectGolden("cli/progress_80x24.txt", Gallery(80, 24, true));
}
TEST(ProgressLayoutTest, At120Columns) {
  testing::ExpectGolden("cli/progress_120x40.txt", Gallery(120, 40, true));
}
TEST(ProgressLayoutTest, InAscii) {
  testing::ExpectGolden("cli/progress_ascii.txt", Gallery(80, 24, false));
}

TEST(ProgressLayoutTest, AsciiMeansAscii) {
  for (const char c : Gallery(80, 24, false)) EXPECT_GE(c, 0);
}

RC_GTEST_PROP(ProgressLayoutProperty, APictureFitsAnyTerminal, ()) {
  const auto columns = *rc::gen::inRange<std::size_t>(1, 200);
  const auto rows = *rc::gen::inRange<std::size_t>(1, 60);
  const auto chunks = *rc::gen::inRange(1, 300);
  const auto running = *rc::gen::inRange(0, chunks + 1);
  const bool unicode = *rc::gen::arbitrary<bool>();
  RenderProgress progress = Planned(chunks, *rc::gen::inRange(1, 4000));
  for (int i = 0; i < running; ++i) {
    progress.ChunkStart(i, *rc::gen::inRange(1, 3), At(1300));
    progress.ChunkFrames(i, *rc::gen::inRange(0, 4000));
    if (*rc::gen::arbitrary<bool>()) progress.ChunkDone(i, At(2000));
  }
  const LayoutSize size{columns, rows, unicode};
  const TimePoint now = At(*rc::gen::inRange(2000, 100'000'000));
  const std::vector<StyledLine> lines = LayOutProgress(progress, now, size);
  RC_ASSERT(lines.size() <= std::max<std::size_t>(1, rows - 1));
  const std::size_t widest = std::max<std::size_t>(columns - 1, 1);
  for (const StyledLine& line : lines) RC_ASSERT(line.width() <= widest);
  for (const StyledLine& line : LayOutEnd(progress, now, size)) RC_ASSERT(line.width() <= widest);
}

}  // namespace
}  // namespace hyperlocal::cli
