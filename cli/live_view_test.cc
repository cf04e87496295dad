#include "cli/live_view.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "cli/progress_layout.h"
#include "cli/screen_test_support.h"

namespace hyperlocal::cli {
namespace {

using Kind = RenderEvent::Kind;
using std::chrono::milliseconds;

TimePoint At(std::int64_t ms) {
  return TimePoint(milliseconds(ms));
}

std::string Text(const std::vector<StyledLine>& lines) {
  std::string text;
  for (const StyledLine& line : lines) {
    std::string words = line.Text();
    while (words.ends_with(' ')) words.pop_back();
    text += words + '\n';
  }
  return text;
}

struct Fixture {
  TerminalSize size{60, 20};
  bool resumed = false;
  LiveView view{{.size = [this] { return size; },
                 .take_resumed = [this] { return std::exchange(resumed, false); },
                 .color = true,
                 .unicode = true}};
  RenderProgress progress{At(0)};

  std::vector<StyledLine> Expected(TimePoint now) const {
    return LayOutProgress(progress, now, {size.columns, size.rows, true});
  }
};

RenderEvent PageSays(std::string text) {
  RenderEvent event;
  event.kind = Kind::kPageMessage;
  event.text = std::move(text);
  return event;
}

void Plan(RenderProgress& progress, int chunks) {
  std::vector<ChunkSlice> slices;
  for (int i = 0; i < chunks; ++i) slices.push_back({i, i * 10, (i + 1) * 10});
  progress.Plan(slices, {30, 1}, 640, 360);
  progress.Stage(RenderStage::kChunks, At(1000));
}

TEST(LiveViewTest, ThePictureIsRedrawnInPlace) {
  Fixture f;
  Screen screen(60, 20);
  screen.Write("$ hyperlocal render film\r\n");
  f.progress.Stage(RenderStage::kPlan, At(0));
  for (int ms = 0; ms < 1000; ms += 100) screen.Write(f.view.Update({}, f.progress, At(ms)));
  Plan(f.progress, 6);
  for (int i = 0; i < 6; ++i) {
    f.progress.ChunkStart(i, 1, At(1000 + i * 100));
    screen.Write(f.view.Update({}, f.progress, At(1000 + i * 100)));
  }
  EXPECT_EQ(screen.Text(), "$ hyperlocal render film\n" + Text(f.Expected(At(1500))));
  f.progress.Stage(RenderStage::kAssemble, At(2000));
  screen.Write(f.view.Update({}, f.progress, At(2000)));  // fewer lines than before
  EXPECT_EQ(screen.Text(), "$ hyperlocal render film\n" + Text(f.Expected(At(2000))));
  f.progress.Stage(RenderStage::kDone, At(2500));
  screen.Write(f.view.End(f.progress, At(2500)) + "film.mp4\n");
  EXPECT_EQ(screen.Text(), "$ hyperlocal render film\n" +
                               Text(LayOutEnd(f.progress, At(2500), {60, 20, true})) +
                               "film.mp4\n");
}

TEST(LiveViewTest, WarningsScrollPastAboveThePicture) {
  Fixture f;
  Screen screen(60, 20);
  f.progress.Stage(RenderStage::kPlan, At(0));
  screen.Write(f.view.Update({}, f.progress, At(0)));
  screen.Write(f.view.Update({PageSays("a.html:1:1: one")}, f.progress, At(100)));
  screen.Write(f.view.Update({PageSays("a.html:2:1: two\nand more " + std::string(70, 'x'))},
                             f.progress, At(200)));
  EXPECT_EQ(screen.Text(),
            "warning: page: a.html:1:1: one\n"
            "warning: page: a.html:2:1: two\n"
            "  and more " +
                std::string(49, 'x') + "\n" + std::string(21, 'x') + "\n" +
                Text(f.Expected(At(200))));
}

TEST(LiveViewTest, AtTheFootOfTheScreenNothingPilesUp) {
  Fixture f;
  f.size = {60, 12};
  Screen screen(60, 12);
  for (int i = 0; i < 30; ++i) screen.Write("line\r\n");
  f.progress.Stage(RenderStage::kPlan, At(0));
  screen.Write(f.view.Update({}, f.progress, At(0)));
  Plan(f.progress, 5);
  for (int i = 0; i < 200; ++i) {
    f.progress.ChunkStart(i % 5, 1, At(1000));
    screen.Write(f.view.Update({}, f.progress, At(1000 + i * 100)));
  }
  std::string expected;
  for (int i = 0; i < 30; ++i) expected += "line\n";
  EXPECT_EQ(screen.Text(), expected + Text(f.Expected(At(1000 + 199 * 100))));
}

TEST(LiveViewTest, AnUnchangedPictureIsNotWrittenAgain) {
  Fixture f;
  f.progress.Stage(RenderStage::kPlan, At(0));
  EXPECT_NE(f.view.Update({}, f.progress, At(50)), "");
  EXPECT_EQ(f.view.Update({}, f.progress, At(60)), "");
}

// After a terminal has become narrower, the lines that were drawn take more rows: the view has to
// go up over them.
TEST(LiveViewTest, AfterShrinkingItGoesUpOverTheWrappedLines) {
  Fixture f;
  f.progress.Stage(RenderStage::kPlan, At(0));
  Plan(f.progress, 2);
  f.view.Update({}, f.progress, At(1000));
  const std::vector<StyledLine> drawn = f.Expected(At(1000));
  f.size = {30, 20};
  std::size_t rows = 0;
  for (std::size_t i = 0; i + 1 < drawn.size(); ++i) {
    rows += (std::max<std::size_t>(1, drawn[i].width()) + 29) / 30;
  }
  ASSERT_GT(rows, drawn.size());
  const std::string bytes = f.view.Update({}, f.progress, At(1000));
  EXPECT_TRUE(bytes.starts_with("\r\x1b[" + std::to_string(rows) + "A\x1b[J")) << rows;
}

TEST(LiveViewTest, AfterFgThePictureStartsAnew) {
  Fixture f;
  f.progress.Stage(RenderStage::kPlan, At(0));
  f.view.Update({}, f.progress, At(0));
  f.resumed = true;
  const std::string bytes = f.view.Update({}, f.progress, At(0));
  EXPECT_NE(bytes, "");
  EXPECT_EQ(bytes.find("\x1b[2A"), std::string::npos);
}

TEST(LiveViewTest, AStallIsToldOnceAFrame) {
  Fixture f;
  f.progress.Stage(RenderStage::kPlan, At(0));
  RenderEvent stall;
  stall.kind = Kind::kStall;
  stall.frame = 17;
  stall.duration = std::chrono::seconds(20);
  EXPECT_NE(f.view.Update({stall}, f.progress, At(0)).find("stalled"), std::string::npos);
  stall.duration = std::chrono::seconds(40);
  EXPECT_EQ(f.view.Update({stall}, f.progress, At(0)).find("stalled"), std::string::npos);
  stall.frame = 18;
  EXPECT_NE(f.view.Update({stall}, f.progress, At(0)).find("stalled"), std::string::npos);
}

TEST(LiveViewTest, APageThatNeverStopsComplainingIsCounted) {
  Fixture f;
  f.progress.Stage(RenderStage::kPlan, At(0));
  std::string bytes;
  for (int i = 0; i < 50; ++i) {
    bytes += f.view.Update({PageSays("message " + std::to_string(i))}, f.progress, At(0));
  }
  EXPECT_NE(bytes.find("message 19"), std::string::npos);
  EXPECT_EQ(bytes.find("message 20"), std::string::npos);
  EXPECT_NE(f.view.End(f.progress, At(0)).find("30 more warnings"), std::string::npos);
}

}  // namespace
}  // namespace hyperlocal::cli
