// A frame is the same picture whichever frames were drawn before it, and the right one: for every
// way of animating a page that the project promises.
#include <algorithm>
#include <memory>
#include <numeric>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/browser/browser_slot.h"
#include "engine/capture/open_frame_source.h"
#include "engine/profile/profile.h"
#include "tests/browser/page_fixture.h"

namespace hyperlocal {
namespace {

using testing::PageFixture;

constexpr std::uint32_t kRed = 0xff2020, kGreen = 0x20ff60, kBlue = 0x2060ff, kYellow = 0xffe020,
                        kPink = 0xff40ff, kWhite = 0xffffff, kGround = 0x101828;

struct Pixel {
  std::int64_t frame;
  int x, y;
  std::uint32_t colour;
};

struct Page {
  std::string name;
  int fps = 30;
  std::int64_t frames = 30;
  std::size_t distinct = 30;  // pictures among the frames
  // What holds of the frames that may have been drawn before one: any (kShuffled); earlier ones
  // only, as a library of the page does not go back (kRising); all earlier ones, as the page
  // carries state from frame to frame and chunks have to replay it (kEvery).
  enum Order { kShuffled, kRising, kEvery } order = kShuffled;
  std::vector<Pixel> pixels;
};

void PrintTo(const Page& page, std::ostream* out) {
  *out << page.name;
}

// The red box of most pages runs 300 px in a second: at frame f of 30 it begins at x = 10 f.
Pixel Red(std::int64_t frame, int y) {
  return {frame, static_cast<int>(frame) * 10 + 10, y, kRed};
}
Pixel GroundBehind(std::int64_t frame, int y) {
  return {frame, static_cast<int>(frame) * 10 - 6, y, kGround};
}
Pixel GroundAhead(std::int64_t frame, int y) {
  return {frame, static_cast<int>(frame) * 10 + 26, y, kGround};
}

const std::vector<Page>& Pages() {
  static const std::vector<Page> pages{
      {.name = "gsap",
       .pixels = {Red(0, 20),
                  Red(15, 20),
                  GroundBehind(15, 20),
                  GroundAhead(15, 20),
                  Red(29, 20),
                  {14, 90, 140, kGround},
                  {29, 90, 140, 0x20f75f}}},
      {.name = "layer-owners-out-of-reach", .pixels = {{0, 40, 22, 0x2060ff}}},
      // No outline: what the driver changes of a style is gone before the page is drawn.
      {.name = "layer-owners",
       .pixels = {{29, 213, 100, kYellow}, {15, 269, 140, kGround}, {2, 9, 108, kGround}}},
      {.name = "standing-still",
       .frames = 72,
       .distinct = 18,
       .pixels = {{7, 39, 17, kBlue}, {8, 39, 17, kRed}}},
      {.name = "css-animation",
       // Clips begin their animations when they begin: #flow at 0.4 s, 600 px a second.
       .pixels = {Red(0, 10),
                  Red(15, 10),
                  GroundBehind(15, 10),
                  Red(29, 10),
                  {11, 10, 40, kGround},
                  {12, 10, 40, kGreen},
                  {21, 190, 40, kGreen},
                  {21, 170, 40, kGround},
                  {27, 310, 40, kGround},
                  {8, 10, 70, kGround},
                  {9, 10, 70, kBlue},
                  {18, 190, 70, kBlue},
                  {18, 170, 70, kGround},
                  {24, 310, 70, kGround}}},
      {.name = "css-transition",
       .distinct = 16,
       .order = Page::kEvery,
       .pixels = {{5, 10, 30, kRed},
                  {6, 10, 30, kRed},
                  {15, 190, 30, kRed},
                  {15, 170, 30, kGround},
                  {22, 310, 30, kRed},
                  {29, 310, 30, kRed}}},
      {.name = "late-animation",
       // Set off in frame 9 (by a class) and 12 (by a call), 300 px a second from there.
       .order = Page::kEvery,
       .pixels = {Red(15, 10),
                  {8, 10, 50, kGreen},
                  {9, 10, 50, kGreen},
                  {15, 70, 50, kGreen},
                  {15, 50, 50, kGround},
                  {26, 160, 50, kGreen},
                  {11, 10, 90, kBlue},
                  {29, 160, 90, kBlue},
                  {29, 140, 90, kGround}}},
      {.name = "web-animation",
       .pixels = {Red(0, 20),
                  Red(15, 20),
                  GroundBehind(15, 20),
                  GroundAhead(15, 20),
                  Red(29, 20),
                  {6, 160, 50, kGreen},
                  {20, 310, 50, kGreen},
                  {14, 10, 80, kBlue},
                  {29, 278, 80, kBlue}}},
      {.name = "lottie",
       .pixels = {Red(0, 30),
                  Red(15, 30),
                  GroundBehind(15, 30),
                  GroundAhead(15, 30),
                  {15, 160, 90, kGreen},
                  {15, 144, 90, kGround},
                  {15, 160, 150, kGreen},
                  {15, 144, 150, kGround},
                  {29, 300, 150, kGreen}}},
      {.name = "canvas-loop",
       .pixels = {Red(0, 30),
                  Red(15, 30),
                  GroundBehind(15, 30),
                  GroundAhead(15, 30),
                  Red(29, 30),
                  {0, 220, 110, kGreen}}},
      {.name = "drawn-elements",
       .pixels = {Red(0, 30),
                  Red(15, 30),
                  GroundBehind(15, 30),
                  GroundAhead(15, 30),
                  Red(29, 30),
                  {0, 160, 130, kGreen},
                  {29, 160, 130, kGreen}}},
      // Parts of pictures (decision 18), where they will do and where not.
      {.name = "moved-layers",
       .frames = 60,
       .distinct = 57,
       .pixels = {{0, 190, 50, kRed},
                  {11, 58, 50, kRed},
                  {11, 30, 70, kGreen},
                  {11, 50, 70, kBlue},
                  {47, 90, 70, kYellow},
                  {47, 90, 114, kWhite}}},
      {.name = "stateful-loop",
       .order = Page::kEvery,
       .pixels = {Red(0, 20),
                  Red(15, 20),
                  GroundBehind(15, 20),
                  Red(29, 20),
                  {0, 264, 104, 0xff3300},
                  {29, 264, 104, 0xff3300}}},
      {.name = "clock-and-chance",
       .pixels = {Red(0, 20),
                  Red(15, 20),
                  GroundBehind(15, 20),
                  Red(29, 20),
                  {15, 160, 50, kGreen},
                  {15, 144, 50, kGround}}},
      {.name = "child-frame",
       .pixels = {Red(0, 15),
                  Red(15, 15),
                  GroundBehind(15, 15),
                  {15, 160, 50, kGreen},
                  {15, 144, 50, 0x182840},
                  {15, 160, 90, kBlue},
                  {15, 144, 90, 0x182840},
                  {15, 160, 130, kYellow},
                  {29, 300, 130, kYellow}}},
      {.name = "svg-smil",
       .pixels = {Red(0, 20),
                  Red(15, 20),
                  GroundBehind(15, 20),
                  Red(29, 20),
                  {14, 30, 150, kGround},
                  {15, 30, 150, kYellow},
                  {29, 30, 150, kYellow},
                  {0, 160, 60, kBlue},
                  {9, 280, 60, kBlue}}},
      {.name = "animejs",
       // Sought backwards, it leaves the first value of a later tween on its target.
       .order = Page::kRising,
       .pixels = {Red(0, 20),
                  Red(15, 20),
                  GroundBehind(15, 20),
                  GroundAhead(15, 20),
                  Red(29, 20),
                  {15, 210, 70, kGreen},
                  {29, 160, 110, kBlue}}},
      {.name = "d3-transitions",
       // Over before the first frame.
       .pixels = {Red(0, 20),
                  Red(15, 20),
                  GroundBehind(15, 20),
                  Red(29, 20),
                  {0, 290, 70, kGreen},
                  {15, 290, 70, kGreen},
                  {15, 310, 70, kGround}}},
      {.name = "three-webgl",
       .frames = 15,
       .distinct = 15,
       .pixels =
           {{0, 10, 20, kRed}, {7, 150, 20, kRed}, {7, 130, 20, kGround}, {14, 290, 20, kRed}}},
      {.name = "nested",
       .pixels = {Red(0, 30),
                  Red(15, 30),
                  GroundBehind(15, 30),
                  Red(29, 30),
                  {14, 10, 90, kGround},
                  {15, 10, 90, kGreen},
                  {24, 70, 90, kGreen},
                  {24, 50, 90, kGround}}},
      {.name = "own-driver",
       .pixels = {Red(0, 30), Red(15, 30), GroundBehind(15, 30), GroundAhead(15, 30), Red(29, 30)}},
      {.name = "own-driver-gsap",
       .frames = 9,
       .distinct = 9,
       .pixels = {Red(0, 30), Red(8, 30), GroundBehind(8, 30)}},
      {.name = "worker",
       .frames = 15,
       .distinct = 15,
       .pixels = {Red(0, 10), Red(14, 10), {0, 10, 50, kGreen}, {0, 10, 90, kBlue}}},
      {.name = "promoted-layers",
       .pixels = {Red(0, 10), Red(15, 10), GroundBehind(15, 10), GroundAhead(15, 10), Red(29, 10)}},
      {.name = "grid-root",
       .pixels = {Red(0, 10), Red(15, 10), GroundBehind(15, 10), GroundAhead(15, 10), Red(29, 10)}},
      {.name = "late-font",
       // At 60 px the second W of the bold sans covers 190 px; the narrow mono ends before it.
       .pixels = {Red(0, 20), Red(15, 20), GroundBehind(15, 20), {14, 12, 100, kGround}}},
      {.name = "late-images",
       .pixels = {Red(0, 10),
                  Red(15, 10),
                  GroundBehind(15, 10),
                  {11, 50, 80, kRed},
                  {12, 50, 80, kBlue},
                  {20, 50, 80, kBlue},
                  {21, 50, 80, kYellow},
                  {14, 150, 80, kGround},
                  {15, 150, 80, kGreen},
                  {17, 250, 100, kPink},
                  {18, 250, 100, kGround},
                  {18, 250, 60, kPink}}},
      // Twice and less often than the runtime's own 30 a second: every frame its own picture.
      {.name = "gsap",
       .fps = 60,
       .frames = 60,
       .distinct = 60,
       .pixels = {{1, 15, 20, kRed}, {1, 2, 20, kGround}, {59, 305, 20, kRed}}},
      {.name = "css-animation",
       .fps = 24,
       .frames = 24,
       .distinct = 24,
       .pixels = {{12, 160, 10, kRed}, {23, 297, 10, kRed}, {23, 284, 10, kGround}}},
  };
  return pages;
}

// The frames in as wild an order as the page stands.
std::vector<std::int64_t> MixedOrder(const Page& page) {
  std::vector<std::int64_t> order;
  switch (page.order) {
    case Page::kShuffled:
      order.resize(static_cast<std::size_t>(page.frames));
      std::iota(order.begin(), order.end(), 0);
      std::shuffle(order.begin(), order.end(), std::mt19937(20));
      // And once more over frames drawn already, after quite other ones.
      for (std::int64_t frame = page.frames - 1; frame >= 0; frame -= 5) order.push_back(frame);
      break;
    case Page::kRising:
      for (std::int64_t frame = 2; frame < page.frames; frame += 1 + frame % 5) {
        order.push_back(frame);
        order.push_back(frame);  // the same once more is the same
      }
      break;
    case Page::kEvery:
      for (std::int64_t frame = 0; frame < page.frames; ++frame) {
        order.insert(order.end(), frame % 3 == 0 ? 2 : 1, frame);
      }
      break;
  }
  return order;
}

// Two browsers for all pages: one draws in order, the other in every other way.
class PageFramesTest : public ::testing::TestWithParam<Page> {
 protected:
  static void SetUpTestSuite() {
    one_ = new BrowserSlot(CancellationToken());
    other_ = new BrowserSlot(CancellationToken());
  }
  static void TearDownTestSuite() {
    delete std::exchange(one_, nullptr);
    delete std::exchange(other_, nullptr);
  }

  static void ExpectSame(const std::vector<Frame>& frames, const std::vector<Frame>& reference,
                         const std::vector<std::int64_t>& order, const char* how) {
    ASSERT_EQ(frames.size(), order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      const std::string difference =
          testing::Difference(frames[i], reference[static_cast<std::size_t>(order[i])]);
      EXPECT_EQ(difference, "") << "frame " << order[i] << ", " << how;
    }
  }

  static BrowserSlot* one_;
  static BrowserSlot* other_;
};

BrowserSlot* PageFramesTest::one_ = nullptr;
BrowserSlot* PageFramesTest::other_ = nullptr;

TEST_P(PageFramesTest, FramesAreRightAndDoNotDependOnHistory) {
  const Page& page = GetParam();
  auto fixture = PageFixture::Plan(page.name, page.fps, *one_);
  ASSERT_TRUE(fixture) << fixture.error().message;
  ASSERT_EQ((*fixture)->plan().total_frames, page.frames);
  for (const std::string& line : (*fixture)->messages()) ADD_FAILURE() << "the page said: " << line;

  std::vector<std::int64_t> order(static_cast<std::size_t>(page.frames));
  std::iota(order.begin(), order.end(), 0);
  const auto in_order = (*fixture)->Draw(order, *one_);
  ASSERT_TRUE(in_order) << in_order.error().message;
  EXPECT_EQ(testing::CountDistinct(*in_order), page.distinct);
  for (const Pixel& pixel : page.pixels) {
    const std::uint32_t colour =
        testing::ColourAt((*in_order)[static_cast<std::size_t>(pixel.frame)], pixel.x, pixel.y);
    EXPECT_PRED2(testing::AlmostEqual, colour, pixel.colour)
        << std::hex << colour << " where " << pixel.colour << " should be: " << std::dec << "frame "
        << pixel.frame << ", x " << pixel.x << ", y " << pixel.y;
  }

  const auto chunks = (*fixture)->DrawAsChunks(7, *other_);
  ASSERT_TRUE(chunks) << chunks.error().message;
  ExpectSame(*chunks, *in_order, order, "in chunks of 7");
  const std::vector<std::int64_t> mixed = MixedOrder(page);
  const auto drawn = (*fixture)->Draw(mixed, *other_);
  ASSERT_TRUE(drawn) << drawn.error().message;
  ExpectSame(*drawn, *in_order, mixed, "mixed");
}

TEST(KeptPage, IsOpenedOnceForChunksInARowAndAnewForOneBefore) {
  BrowserSlot slot{CancellationToken()};
  const auto fixture = PageFixture::Plan("gsap", 30, slot);
  ASSERT_TRUE(fixture) << fixture.error().message;
  Profile::Start();
  for (const std::int64_t first : {0, 10, 5}) {
    auto source = OpenFrameSource((*fixture)->plan(), {0, first, first + 3}, slot);
    ASSERT_TRUE(source) << source.error().message;
    for (std::int64_t frame = first; frame < first + 3; ++frame) {
      ASSERT_TRUE((*source)->Capture(frame));
    }
  }
  int opened = 0, all_rebuilt = 0;
  for (const ProfileSpan& span : Profile::Stop()) {
    opened += span.name == "open the composition" ? 1 : 0;
    all_rebuilt += span.detail.find(",true,") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(opened, 2);
  EXPECT_EQ(all_rebuilt, 0);  // the owners of its layers are in reach
}

TEST(MovedLayers, AreTakenInPartWhereNothingShinesBeyondThem) {
  BrowserSlot slot{CancellationToken()};
  const auto fixture = PageFixture::Plan("moved-layers", 30, slot);
  ASSERT_TRUE(fixture) << fixture.error().message;
  const PlanDirectory& plan = (*fixture)->plan();
  auto source = OpenFrameSource(plan, {0, 0, plan.total_frames}, slot);
  ASSERT_TRUE(source) << source.error().message;
  std::set<std::int64_t> parts;
  for (std::int64_t frame = 0; frame < plan.total_frames; ++frame) {
    const auto image = (*source)->Capture(frame);
    ASSERT_TRUE(image) << image.error().message;
    // Or nothing is new in it: in frames 12 and 24 nothing changes.
    if (image->part || image->again) parts.insert(frame);
  }
  // The first ones are whole. Frame 36 is the first with a filter.
  for (std::int64_t frame = 3; frame < 36; ++frame) EXPECT_EQ(parts.count(frame), 1U) << frame;
  for (std::int64_t frame = 36; frame < 60; ++frame) EXPECT_EQ(parts.count(frame), 0U) << frame;
}

TEST(StandingStill, IsSeenWithoutAPicture) {
  BrowserSlot slot{CancellationToken()};
  const auto fixture = PageFixture::Plan("standing-still", 30, slot);
  ASSERT_TRUE(fixture) << fixture.error().message;
  const PlanDirectory& plan = (*fixture)->plan();
  auto source = OpenFrameSource(plan, {0, 0, plan.total_frames}, slot);
  ASSERT_TRUE(source) << source.error().message;
  Profile::Start();
  int again = 0;
  for (std::int64_t frame = 0; frame < plan.total_frames; ++frame) {
    const auto image = (*source)->Capture(frame);
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(image->again, frame % 4 != 0 || frame > 68) << frame;
    EXPECT_EQ(image->bytes.empty(), image->again) << frame;
    again += image->again ? 1 : 0;
  }
  int looks = 0, pictures = 0;
  for (const ProfileSpan& span : Profile::Stop()) {
    looks += span.name == "look for a change" ? 1 : 0;
    pictures += span.name == "picture" ? 1 : 0;
  }
  // Of each stay of four frames one picture shows what is new, and one that nothing is.
  EXPECT_EQ(pictures, 2 * 18);
  EXPECT_EQ(looks, 72 - 2 * 18 + 17);  // the last one of each shows the end of the stay
  EXPECT_EQ(again, 72 - 18);
}

INSTANTIATE_TEST_SUITE_P(Pages, PageFramesTest, ::testing::ValuesIn(Pages()),
                         [](const auto& parameter) {
                           std::string name =
                               parameter.param.name + "_at_" + std::to_string(parameter.param.fps);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace hyperlocal
