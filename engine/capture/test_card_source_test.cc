#include "engine/capture/test_card_source.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/capture/frame_barcode.h"
#include "engine/hash/sha256.h"

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;

TestCard Card(int width, int height, TestCardPattern pattern, std::int64_t frames = 1000) {
  return {.width = width, .height = height, .fps = 30, .frames = frames, .pattern = pattern};
}

std::vector<std::uint8_t> Draw(const TestCard& card, std::int64_t frame) {
  auto source = CreateTestCardSource(card);
  if (!source) return {};
  auto image = (*source)->Capture(frame);
  return image ? std::move(image->bytes) : std::vector<std::uint8_t>{};
}

std::string Sha(const std::vector<std::uint8_t>& bytes) {
  return Sha256().Update(std::span<const std::uint8_t>(bytes)).HexDigest();
}

// The barcode cells of uncompressed pixels: a cell counts only if all of it is the one colour.
std::optional<std::uint32_t> FrameIn(const std::vector<std::uint8_t>& pixels, int width,
                                     int height) {
  BarcodeCells cells{};
  for (int cell = 0; cell < kBarcodeCells; ++cell) {
    const PixelRectangle area = BarcodeCellAt(width, height, cell);
    std::size_t white = 0;
    std::size_t black = 0;
    for (int y = area.top; y < area.bottom; ++y) {
      for (int x = area.left * 3; x < area.right * 3; ++x) {
        const std::uint8_t value = pixels[static_cast<std::size_t>(y * width * 3 + x)];
        white += value == 255 ? 1 : 0;
        black += value == 0 ? 1 : 0;
      }
    }
    const auto bytes =
        static_cast<std::size_t>((area.right - area.left) * (area.bottom - area.top) * 3);
    if (white != bytes && black != bytes) return std::nullopt;
    cells[static_cast<std::size_t>(cell)] = white == bytes;
  }
  return DecodeBarcode(cells);
}

RC_GTEST_PROP(TestCardSource, EveryFrameOfEverySizeAndPatternCarriesItsNumber, ()) {
  const int width = 2 * *rc::gen::inRange(32, 200);
  const int height = 2 * *rc::gen::inRange(18, 200);
  const auto pattern = static_cast<TestCardPattern>(*rc::gen::inRange(0, 4));
  const auto frame = *rc::gen::inRange<std::int64_t>(0, kTestCardMaximumFrames);
  const auto pixels = Draw(Card(width, height, pattern, kTestCardMaximumFrames), frame);
  RC_ASSERT(pixels.size() == static_cast<std::size_t>(width * height * 3));
  RC_ASSERT(FrameIn(pixels, width, height) == static_cast<std::uint32_t>(frame));
}

TEST(TestCardSource, ExtremeShapesCarryTheirNumber) {
  const std::pair<int, int> sizes[] = {{64, 36}, {7680, 36}, {64, 7680}, {7680, 4320}};
  for (const auto& [width, height] : sizes) {
    const auto pixels = Draw(Card(width, height, TestCardPattern::kBars), 999);
    EXPECT_EQ(FrameIn(pixels, width, height), 999U) << width << 'x' << height;
  }
}

TEST(TestCardSource, AFrameDoesNotDependOnTheFramesBefore) {
  for (int pattern = 0; pattern < 4; ++pattern) {
    const TestCard card = Card(160, 90, static_cast<TestCardPattern>(pattern));
    auto source = CreateTestCardSource(card);
    ASSERT_TRUE(source);
    for (const std::int64_t frame : {7, 3, 999, 0, 7, 500}) {
      auto image = (*source)->Capture(frame);
      ASSERT_TRUE(image);
      EXPECT_EQ(image->bytes, Draw(card, frame)) << "pattern " << pattern << ", frame " << frame;
    }
  }
}

TEST(TestCardSource, NeighbouringFramesDifferAboveTheBarcodeToo) {
  for (int pattern = 0; pattern < 4; ++pattern) {
    const TestCard card = Card(160, 90, static_cast<TestCardPattern>(pattern));
    auto a = Draw(card, 41);
    auto b = Draw(card, 42);
    const std::size_t above = 160 * static_cast<std::size_t>(BarcodeTop(90)) * 3;
    a.resize(above);
    b.resize(above);
    EXPECT_NE(a, b) << "pattern " << pattern;
  }
}

// The pixels are a promise: golden data and frame hashes elsewhere rest on them.
TEST(TestCardSource, ThePixelsAreFrozen) {
  EXPECT_EQ(Sha(Draw(Card(640, 360, TestCardPattern::kBars), 42)),
            "e28e75ea0788566e87154f45b299c5530501604b8a76351b102b0fea81b0a38c");
  EXPECT_EQ(Sha(Draw(Card(640, 360, TestCardPattern::kGradient), 42)),
            "05cadd1c7930eb2ba0d988a3b6bc1f842f9cabbe17340766e9347608202bdfc1");
  EXPECT_EQ(Sha(Draw(Card(640, 360, TestCardPattern::kNoise), 42)),
            "53689024a431b8d560a6ccbcbb884c21758881c90ce5512b341288419c6c32c6");
  EXPECT_EQ(Sha(Draw(Card(640, 360, TestCardPattern::kSlate), 42)),
            "b00f408b091997dd9147d354523df907b26c487dc8f5828b621c2899a4453100");
}

TEST(TestCardSource, AFrameOutsideTheCardIsRefused) {
  auto source = CreateTestCardSource(Card(64, 36, TestCardPattern::kBars, 10));
  ASSERT_TRUE(source);
  EXPECT_TRUE((*source)->Capture(9));
  for (const std::int64_t frame : {std::int64_t{-1}, std::int64_t{10}, kTestCardMaximumFrames}) {
    const auto image = (*source)->Capture(frame);
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, ErrorCode::kInvalidComposition);
    EXPECT_THAT(image.error().message, HasSubstr("whose frames are 0 to 9"));
  }
}

TEST(TestCardSource, ACardTooSmallForTheBarcodeIsRefused) {
  const auto source = CreateTestCardSource(Card(62, 36, TestCardPattern::kBars));
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, ErrorCode::kInvalidComposition);
  EXPECT_THAT(source.error().message, HasSubstr("width is 62 but must be"));
}

}  // namespace
}  // namespace hyperlocal
