#include "engine/capture/frame_barcode.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hyperlocal {
namespace {

TEST(FrameBarcode, TheCodeOfANumberIsFrozen) {
  // CRC-16/CCITT-FALSE of the bytes 12 34 56 78 is 30EC (a published test value of the polynomial).
  std::string picture;
  for (const bool white : EncodeBarcode(0x12345678)) picture += white ? '#' : '.';
  EXPECT_EQ(picture,
            "#"
            "...#..#...##.#.."
            "."
            "#"
            ".#.#.##..####..."
            "."
            "."
            "..##....###.##.."
            "#");
}

RC_GTEST_PROP(FrameBarcode, EveryNumberReadsBack, (std::uint32_t frame)) {
  RC_ASSERT(DecodeBarcode(EncodeBarcode(frame)) == frame);
}

TEST(FrameBarcode, EveryErrorOfUpToThreeCellsIsFound) {
  const BarcodeCells good = EncodeBarcode(29);
  BarcodeCells cells = good;
  for (std::size_t a = 0; a < kBarcodeCells; ++a) {
    for (std::size_t b = a; b < kBarcodeCells; ++b) {
      for (std::size_t c = b; c < kBarcodeCells; ++c) {
        cells = good;
        for (const std::size_t cell : {a, b, c})
          cells[cell] = !good[cell];  // not !cells: a may equal b
        ASSERT_EQ(DecodeBarcode(cells), std::nullopt) << a << ' ' << b << ' ' << c;
      }
    }
  }
}

TEST(FrameBarcode, AMirroredOrTurnedBarcodeIsRefused) {
  for (std::uint32_t frame = 0; frame < 5000; ++frame) {
    const BarcodeCells good = EncodeBarcode(frame);
    BarcodeCells mirrored = good;
    for (auto row = mirrored.begin(); row != mirrored.end(); row += kBarcodeColumns) {
      std::reverse(row, row + kBarcodeColumns);
    }
    BarcodeCells turned = good;
    std::reverse(turned.begin(), turned.end());
    BarcodeCells upside_down = mirrored;
    std::reverse(upside_down.begin(), upside_down.end());
    ASSERT_EQ(DecodeBarcode(mirrored), std::nullopt);
    ASSERT_EQ(DecodeBarcode(turned), std::nullopt);
    ASSERT_EQ(DecodeBarcode(upside_down), std::nullopt);
  }
}

RC_GTEST_PROP(FrameBarcode, TheCellsTileTheLowestThirdOfThePicture, ()) {
  const int width = *rc::gen::inRange(kBarcodeMinimumWidth, 600);
  const int height = *rc::gen::inRange(kBarcodeMinimumHeight, 600);
  std::vector<int> covered(static_cast<std::size_t>(width * height), 0);
  for (int cell = 0; cell < kBarcodeCells; ++cell) {
    const PixelRectangle area = BarcodeCellAt(width, height, cell);
    RC_ASSERT(area.right - area.left >= 3);
    RC_ASSERT(area.bottom - area.top >= 4);
    for (int y = area.top; y < area.bottom; ++y) {
      for (int x = area.left; x < area.right; ++x)
        ++covered[static_cast<std::size_t>(y * width + x)];
    }
  }
  const auto strip = covered.begin() + BarcodeTop(height) * width;
  RC_ASSERT(BarcodeTop(height) % 2 == 0);
  RC_ASSERT(std::count(covered.begin(), strip, 0) == BarcodeTop(height) * width);
  RC_ASSERT(std::count(strip, covered.end(), 1) == covered.end() - strip);
}

}  // namespace
}  // namespace hyperlocal
