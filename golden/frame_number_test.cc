#include "golden/frame_number.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/capture/frame_barcode.h"
#include "engine/capture/test_card_source.h"

namespace hyperlocal::golden {
namespace {

using ::testing::HasSubstr;

Frame Draw(int width, int height, std::int64_t frame) {
  auto source = CreateTestCardSource({.width = width,
                                      .height = height,
                                      .fps = 30,
                                      .frames = kTestCardMaximumFrames,
                                      .pattern = TestCardPattern::kBars});
  if (!source) return {};
  auto image = (*source)->Capture(frame);
  if (!image) return {};
  return {.width = width,
          .height = height,
          .layout = PixelLayout::kRgb24,
          .pixels = std::move(image->bytes)};
}

void Paint(Frame& frame, const PixelRectangle& area, std::uint8_t value) {
  for (int y = area.top; y < area.bottom; ++y) {
    for (int x = area.left * 3; x < area.right * 3; ++x) {
      frame.pixels[static_cast<std::size_t>(y) * frame.row_bytes() + static_cast<std::size_t>(x)] =
          value;
    }
  }
}

void ExpectDamage(const Frame& frame, const char* message) {
  const Result<std::int64_t> number = ReadFrameNumber(frame);
  ASSERT_FALSE(number) << "read " << *number;
  EXPECT_EQ(number.error().code, ErrorCode::kMedia);
  EXPECT_THAT(number.error().message, HasSubstr(message));
}

RC_GTEST_PROP(FrameNumber, OfACardOfAnySizeReadsBack, ()) {
  const int width = 2 * *rc::gen::inRange(32, 200);
  const int height = 2 * *rc::gen::inRange(18, 200);
  const auto frame = *rc::gen::inRange<std::int64_t>(0, kTestCardMaximumFrames);
  const Result<std::int64_t> number = ReadFrameNumber(Draw(width, height, frame));
  RC_ASSERT(number.has_value());
  RC_ASSERT(*number == frame);
}

TEST(FrameNumber, ReadsBackFromAPictureWithAlpha) {
  const Frame opaque = Draw(128, 72, 77);
  Frame frame{.width = 128, .height = 72, .layout = PixelLayout::kRgba32, .pixels = {}};
  for (std::size_t i = 0; i < opaque.pixels.size(); i += 3) {
    frame.pixels.insert(frame.pixels.end(),
                        {opaque.pixels[i], opaque.pixels[i + 1], opaque.pixels[i + 2], 255});
  }
  const Result<std::int64_t> number = ReadFrameNumber(frame);
  ASSERT_TRUE(number) << number.error().message;
  EXPECT_EQ(*number, 77);
}

RC_GTEST_PROP(FrameNumber, SurvivesLowContrastAndNoise, ()) {
  const auto frame = *rc::gen::inRange<std::int64_t>(0, kTestCardMaximumFrames);
  Frame picture = Draw(320, 180, frame);
  std::uint32_t random = *rc::gen::arbitrary<std::uint32_t>();
  for (std::uint8_t& value : picture.pixels) {
    random = random * 1664525U + 1013904223U;
    value = static_cast<std::uint8_t>(60 + value / 3 + (random >> 24) / 6);
  }
  const Result<std::int64_t> number = ReadFrameNumber(picture);
  RC_ASSERT(number.has_value());
  RC_ASSERT(*number == frame);
}

TEST(FrameNumber, OfAScaledPictureReadsBack) {
  const Frame large = Draw(1280, 720, 123'456);
  Frame small{.width = 214, .height = 120, .layout = PixelLayout::kRgb24, .pixels = {}};
  for (int y = 0; y < small.height; ++y) {
    for (int x = 0; x < small.width; ++x) {
      const std::size_t from = static_cast<std::size_t>(y * 6) * large.row_bytes() +
                               static_cast<std::size_t>(x * 1280 / 214) * 3;
      for (std::size_t i = 0; i < 3; ++i) small.pixels.push_back(large.pixels[from + i]);
    }
  }
  const Result<std::int64_t> number = ReadFrameNumber(small);
  ASSERT_TRUE(number) << number.error().message;
  EXPECT_EQ(*number, 123'456);
}

TEST(FrameNumber, OfAPictureWithoutABarcodeIsAnError) {
  Frame grey = Draw(320, 180, 5);
  Paint(grey, {.left = 0, .top = 0, .right = 320, .bottom = 180}, 128);
  ExpectDamage(grey,
               "no frame number can be read from this 320x180 picture: its sync marks are missing");
}

TEST(FrameNumber, OfABlendOfTwoFramesIsAnErrorThatNamesTheCell) {
  Frame blend = Draw(320, 180, 2);
  const Frame next = Draw(320, 180, 3);
  for (std::size_t i = 0; i < blend.pixels.size(); ++i) {
    blend.pixels[i] = static_cast<std::uint8_t>((blend.pixels[i] + next.pixels[i]) / 2);
  }
  ExpectDamage(blend, "row 2, column 17 of the barcode is neither black nor white (127 of 255");
}

TEST(FrameNumber, AWrongCellIsAnErrorAndNeverAnotherNumber) {
  const Frame good = Draw(320, 180, 1000);
  const BarcodeCells cells = EncodeBarcode(1000);
  for (int cell = 0; cell < kBarcodeCells; ++cell) {
    Frame damaged = good;
    const bool white = cells[static_cast<std::size_t>(cell)];
    Paint(damaged, BarcodeCellAt(320, 180, cell), white ? 0 : 255);
    ExpectDamage(damaged, "");
    if (!BarcodeSyncMark(cell)) {
      ExpectDamage(damaged, "the checksum in the barcode does not match its number");
    }
  }
}

TEST(FrameNumber, ASyncMarkOfTheWrongColourIsNamed) {
  Frame damaged = Draw(320, 180, 1000);
  Paint(damaged, BarcodeCellAt(320, 180, 0), 0);
  ExpectDamage(damaged,
               "the sync mark at row 1, column 1 of the barcode is black instead of white");
}

TEST(FrameNumber, OfAPictureThatIsTooSmallOrIncompleteIsAnError) {
  ExpectDamage({.width = 62, .height = 36, .layout = PixelLayout::kRgb24, .pixels = {}},
               "the barcode needs at least 64x36");
  Frame cut = Draw(64, 36, 0);
  cut.pixels.pop_back();
  ExpectDamage(cut, "it has 6911 bytes of pixels instead of 6912");
}

}  // namespace
}  // namespace hyperlocal::golden
