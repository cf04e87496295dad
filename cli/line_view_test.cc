#include "cli/line_view.h"

#include <gtest/gtest.h>

namespace hyperlocal::cli {
namespace {

using Kind = RenderEvent::Kind;
using std::chrono::milliseconds;

TimePoint At(std::int64_t ms) {
  return TimePoint(milliseconds(ms));
}

RenderEvent Event(Kind kind, std::int64_t ms) {
  RenderEvent event;
  event.kind = kind;
  event.at = At(ms);
  return event;
}

RenderProgress Planned() {
  RenderProgress progress(At(0));
  progress.Stage(RenderStage::kPlan, At(0));
  progress.Plan({{0, 0, 75}, {1, 75, 150}}, {30, 1}, 640, 360);
  progress.Stage(RenderStage::kChunks, At(1200));
  return progress;
}

LineView View(LogLevel level) {
  return LineView({.level = level, .color = false, .unicode = true});
}

TEST(LineViewTest, EveryEventIsALineWithItsTime) {
  const RenderProgress progress = Planned();
  std::vector<RenderEvent> events{Event(Kind::kStage, 0), Event(Kind::kPlan, 1200),
                                  Event(Kind::kStage, 1200), Event(Kind::kChunkStart, 1300),
                                  Event(Kind::kChunkDone, 6400)};
  events[2].stage = RenderStage::kChunks;
  events[3].chunk = 1;
  events[3].attempt = 2;
  events[4].chunk = 1;
  events[4].frame = 75;
  events[4].duration = milliseconds(5100);
  events[4].chunks_done = 1;
  LineView view = View(LogLevel::kInfo);
  EXPECT_EQ(view.Update(events, progress, At(6500)),
            "    0.0 s  plan: reading the composition\n"
            "    1.2 s  plan: 150 frames in 2 chunks, 640×360 at 30 fps\n"
            "    1.2 s  chunks: rendering 2 chunks\n"
            "    1.3 s  chunk 1 started, attempt 2\n"
            "    6.4 s  chunk 1 done: 75 frames in 5.1 s (1 of 2 chunks)\n");
}

TEST(LineViewTest, WarningsSayWhatHappenedInAllTheirLines) {
  RenderEvent retry = Event(Kind::kChunkRetry, 2000);
  retry.chunk = 3;
  retry.attempt = 1;
  retry.text = "BROWSER_CRASHED: Chrome was killed by signal 9\nlast line\n";
  RenderEvent stall = Event(Kind::kStall, 3000);
  stall.chunk = 2;
  stall.frame = 17;
  stall.duration = std::chrono::seconds(31);
  stall.text = "Chrome's last line: \x1b[31mGPU";
  RenderEvent page = Event(Kind::kPageMessage, 4000);
  page.text = "index.html:12:5: oh";
  LineView view = View(LogLevel::kWarning);
  EXPECT_EQ(view.Update({retry, stall, page, Event(Kind::kChunkStart, 4100)}, Planned(), At(4200)),
            "    2.0 s  warning: chunk 3: attempt 1 failed and is tried again: BROWSER_CRASHED: "
            "Chrome was killed by signal 9\n"
            "           last line\n"
            "    3.0 s  warning: chunk 2 stalled: nothing for 31 s at frame 17; Chrome's last "
            "line: ?[31mGPU\n"
            "    4.0 s  warning: page: index.html:12:5: oh\n");
}

// However the events fall, somebody who looks on at the view's own period sees something every five
// seconds.
TEST(LineViewTest, NeverSilentForFiveSeconds) {
  RenderProgress progress = Planned();
  progress.ChunkStart(0, 1, At(1300));
  LineView view = View(LogLevel::kInfo);
  std::int64_t last = 0;
  for (std::int64_t ms = 0; ms <= 60'000; ms += view.Period().count()) {
    progress.ChunkFrames(0, ms / 1000);
    progress.Tick(At(ms));
    std::vector<RenderEvent> events;
    if (ms == 7'000 || ms == 10'500) events.push_back(Event(Kind::kChunkStart, ms));
    if (view.Update(events, progress, At(ms)).empty()) continue;
    EXPECT_LT(ms - last, 5'000);
    last = ms;
  }
  EXPECT_GT(last, 55'000);
}

TEST(LineViewTest, TheSignOfLifeTellsTheStateOfTheRender) {
  RenderProgress progress = Planned();
  LineView view = View(LogLevel::kInfo);
  view.Update({}, progress, At(1200));
  progress.ChunkStart(0, 1, At(1300));
  for (int i = 1; i <= 40; ++i) {
    progress.ChunkFrames(0, i);
    progress.Tick(At(1300 + i * 100));
  }
  EXPECT_EQ(view.Update({}, progress, At(5300)),
            "    5.3 s  chunks: 40 of 150 frames, 10.0 frames/s, about 11 s left\n");
  RenderProgress planning(At(0));
  planning.Stage(RenderStage::kPlan, At(0));
  LineView other = View(LogLevel::kInfo);
  other.Update({}, planning, At(0));
  EXPECT_EQ(other.Update({}, planning, At(4000)), "    4.0 s  plan: still at work\n");
}

TEST(LineViewTest, DebugShowsTheFramesOfEachChunkOnceASecond) {
  RenderProgress progress = Planned();
  progress.ChunkStart(0, 1, At(1300));
  progress.ChunkStart(1, 1, At(1300));
  LineView view = View(LogLevel::kDebug);
  progress.ChunkFrames(0, 5);
  EXPECT_EQ(view.Update({}, progress, At(2000)), "    2.0 s  chunk 0: 5/75, chunk 1: 0/75\n");
  progress.ChunkFrames(1, 2);
  EXPECT_EQ(view.Update({}, progress, At(2500)), "");
  EXPECT_EQ(view.Update({}, progress, At(3000)), "    3.0 s  chunk 0: 5/75, chunk 1: 2/75\n");
}

TEST(LineViewTest, ColourMarksTimeAndWarning) {
  RenderEvent page = Event(Kind::kPageMessage, 4000);
  page.text = "oh";
  LineView view({.level = LogLevel::kInfo, .color = true, .unicode = true});
  EXPECT_EQ(view.Update({page}, Planned(), At(4000)),
            "\x1b[2m    4.0 s  \x1b[0m\x1b[33mwarning: \x1b[0mpage: oh\n");
}

}  // namespace
}  // namespace hyperlocal::cli
