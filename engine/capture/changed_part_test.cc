#include "engine/capture/changed_part.h"

#include <gtest/gtest.h>

namespace hyperlocal {
namespace {

constexpr int kWidth = 640, kHeight = 360;

PageLayer Layer(const char* id, int owner, double left, double top, double right, double bottom) {
  return {.id = id,
          .owner = owner,
          .has_content = true,
          .paintings = 1,
          .has_place = true,
          .left = left,
          .top = top,
          .right = right,
          .bottom = bottom};
}
PageLayer Own() {
  return Layer("own", 1, 0, 0, kWidth, kHeight);
}
// What holds the page: as large as it, without content.
PageLayer Holder() {
  PageLayer layer = Own();
  layer.id = "holder";
  layer.has_content = false;
  return layer;
}
std::optional<PixelRectangle> Part(const std::vector<PageLayer>& before,
                                   const std::vector<PageLayer>& now) {
  return ChangedPart(before, now, kWidth, kHeight);
}

TEST(ChangedPart, IsWhereALayerWasAndIsInWholeBlocks) {
  const auto part = Part({Holder(), Own(), Layer("a", 7, 100, 50, 140, 90)},
                         {Holder(), Own(), Layer("b", 7, 120.5, 50, 160.5, 90)});
  // 98 to 162.5 across, 48 to 92 down.
  EXPECT_EQ(part, (PixelRectangle{96, 48, 176, 96}));
}

TEST(ChangedPart, HoldsLayersThatDoNotMoveToo) {
  const PageLayer still = Layer("still", 9, 300, 200, 320, 220);
  EXPECT_EQ(Part({Own(), still}, {Own(), still}), (PixelRectangle{288, 192, 336, 224}));
}

TEST(ChangedPart, EndsAtThePicture) {
  EXPECT_EQ(Part({Own()}, {Own(), Layer("a", 7, 630, 350, 700, 400)}),
            (PixelRectangle{624, 336, 640, 360}));
  EXPECT_EQ(Part({Own()}, {Own(), Layer("a", 7, 700, 350, 720, 400)}), std::nullopt);
}

TEST(ChangedPart, IsUnknownWhenThePageItselfChanged) {
  const PageLayer mover = Layer("a", 7, 100, 50, 140, 90);
  PageLayer painted = Own();
  ++painted.paintings;
  PageLayer scrolled = Own();
  scrolled.top -= 10;
  PageLayer another = Own();
  another.id = "other";
  for (const PageLayer& own : {painted, scrolled, another, mover}) {
    EXPECT_EQ(Part({Own(), mover}, {own, mover}), std::nullopt) << own.id << own.paintings;
  }
  EXPECT_EQ(Part({}, {}), std::nullopt);
}

TEST(ChangedPart, IsUnknownOfALayerThatIsPartlyBehindTheViewer) {
  PageLayer placeless = Layer("a", 7, 100, 50, 140, 90);
  placeless.has_place = false;
  EXPECT_EQ(Part({Own()}, {Own(), placeless}), std::nullopt);
}

TEST(ChangedPart, OfMuchOfThePictureIsNotWorthIt) {
  EXPECT_TRUE(Part({Own()}, {Own(), Layer("a", 7, 10, 10, 280, 180)}));
  EXPECT_EQ(Part({Own()}, {Own(), Layer("a", 7, 10, 10, 400, 180)}), std::nullopt);
}

}  // namespace
}  // namespace hyperlocal
