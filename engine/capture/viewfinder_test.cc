#include "engine/capture/viewfinder.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/capture/changed_part.h"

namespace hyperlocal {
namespace {

constexpr int kWidth = 1920, kHeight = 1080;

PixelRectangle At(int left, int top, int width = 96, int height = 64) {
  return {left, top, left + width, top + height};
}

TEST(Viewfinder, LooksAtNothingAtFirst) {
  EXPECT_EQ(Viewfinder(kWidth, kHeight).view(), std::nullopt);
}

TEST(Viewfinder, LooksAtWhatChanged) {
  Viewfinder finder(kWidth, kHeight);
  finder.Follow(At(160, 320));
  EXPECT_EQ(finder.view(), At(160, 320));
  finder.Follow(At(160, 320));
  EXPECT_EQ(finder.view(), At(160, 320));
}

TEST(Viewfinder, LooksAheadOfWhatMoves) {
  Viewfinder finder(kWidth, kHeight);
  finder.Follow(At(160, 320, 144));
  finder.Follow(At(176, 320, 144));
  EXPECT_EQ(finder.view(), (PixelRectangle{176, 320, 176 + 144 + 8 * 16, 384}));
  // It stays until that is used up.
  const auto view = finder.view();
  for (int frame = 2; frame <= 8; ++frame) {
    finder.Follow(At(160 + 16 * frame, 320, 144));
    EXPECT_EQ(finder.view(), view) << frame;
  }
  finder.Follow(At(160 + 16 * 9, 320, 144));
  EXPECT_NE(finder.view(), view);
}

TEST(Viewfinder, KeepsItsSize) {
  Viewfinder finder(kWidth, kHeight);
  finder.Follow(At(160, 320, 256, 96));
  finder.Follow(At(128, 304, 160, 64));  // it goes on to the left and upwards
  EXPECT_EQ(finder.view(), (PixelRectangle{0, 240, 288, 368}));
  finder.Follow(At(800, 640, 160, 64));
  finder.Follow(At(800, 640, 160, 64));
  EXPECT_EQ(finder.view()->width(), 320);
  EXPECT_EQ(finder.view()->height(), 128);
}

TEST(Viewfinder, KeepsItsSizeAtTheEdgesAsFarAsBlocksAllow) {
  Viewfinder finder(kWidth, kHeight);
  finder.Follow(At(160, 320, 320, 128));
  finder.Follow({1744, 992, 1920, 1072});
  // The last row of blocks is half a block.
  EXPECT_EQ(finder.view(), (PixelRectangle{1600, 944, 1920, 1080}));
}

TEST(Viewfinder, DoesNotKeepASizeThatIsMuchTooLarge) {
  Viewfinder finder(kWidth, kHeight);
  finder.Follow(At(160, 320, 640, 480));
  finder.Follow(At(800, 320));
  finder.Follow(At(1600, 320));
  EXPECT_LE(finder.view()->width() * finder.view()->height(), 4 * 96 * 2 * 64 * 2);
}

TEST(Viewfinder, LooksAtNoMoreThanIsWorthIt) {
  Viewfinder finder(kWidth, kHeight);
  const PixelRectangle large{0, 0, 960, 480};
  finder.Follow({0, 0, 640, 480});
  finder.Follow(large);  // eight frames on it would be everything
  EXPECT_EQ(finder.view(), large);
}

RC_GTEST_PROP(Viewfinder, SeesWhatChangedInWholeBlocksOfThePage, ()) {
  Viewfinder finder(kWidth, kHeight);
  for (int frame = 0; frame < 30; ++frame) {
    const int left = *rc::gen::inRange(0, 110) * kBlockPixels;
    const int top = *rc::gen::inRange(0, 60) * kBlockPixels;
    const PixelRectangle changed{left, top,
                                 std::min(kWidth, left + *rc::gen::inRange(1, 60) * kBlockPixels),
                                 std::min(kHeight, top + *rc::gen::inRange(1, 34) * kBlockPixels)};
    finder.Follow(changed);
    const PixelRectangle view = finder.view().value();
    RC_ASSERT(view.contains(changed));
    RC_ASSERT((PixelRectangle{0, 0, kWidth, kHeight}.contains(view)));
    RC_ASSERT(view.left % kBlockPixels == 0 && view.top % kBlockPixels == 0);
    RC_ASSERT(view.right % kBlockPixels == 0);
    RC_ASSERT(view.bottom % kBlockPixels == 0 || view.bottom == kHeight);
    RC_ASSERT(IsWorthAPart(view, kWidth, kHeight) || view == changed);
  }
}

}  // namespace
}  // namespace hyperlocal
