#include "golden/picture_difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>

namespace hyperlocal::golden {
namespace {

using ::testing::HasSubstr;

Frame Grey(int width, int height, std::uint8_t value, PixelLayout layout = PixelLayout::kRgb24) {
  Frame frame{.width = width, .height = height, .layout = layout, .pixels = {}};
  frame.pixels.assign(frame.row_bytes() * static_cast<std::size_t>(height), value);
  return frame;
}

TEST(PictureDifference, EqualPicturesHaveNoErrorAndInfinitePsnr) {
  const auto difference = ComparePictures(Grey(8, 6, 77), Grey(8, 6, 77));
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->mean_error, 0);
  EXPECT_EQ(difference->max_error, 0);
  EXPECT_TRUE(std::isinf(difference->psnr_db));
}

TEST(PictureDifference, AnOffsetOfFiveEverywhereIsAMeanErrorOfFive) {
  for (const int direction : {-5, 5}) {
    const auto difference =
        ComparePictures(Grey(8, 6, 100), Grey(8, 6, static_cast<std::uint8_t>(100 + direction)));
    ASSERT_TRUE(difference);
    EXPECT_DOUBLE_EQ(difference->mean_error, 5);
    EXPECT_EQ(difference->max_error, 5);
    EXPECT_NEAR(difference->psnr_db, 34.1514, 1e-4);  // 20 log10(255 / 5)
  }
}

TEST(PictureDifference, TheWorstPixelIsNamed) {
  Frame actual = Grey(10, 4, 50);
  actual.pixels[actual.row_bytes() * 2 + 7 * 3 + 1] = 255;  // green of (7, 2)
  actual.pixels[actual.row_bytes() * 3] = 60;
  const auto difference = ComparePictures(Grey(10, 4, 50), actual);
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->max_error, 205);
  EXPECT_EQ(difference->worst_x, 7);
  EXPECT_EQ(difference->worst_y, 2);
  EXPECT_DOUBLE_EQ(difference->mean_error, (205.0 + 10.0) / 120);
}

TEST(PictureDifference, AlphaIsNotLookedAt) {
  Frame with_alpha = Grey(4, 4, 90, PixelLayout::kRgba32);
  for (std::size_t i = 3; i < with_alpha.pixels.size(); i += 4) with_alpha.pixels[i] = 255;
  const auto difference = ComparePictures(with_alpha, Grey(4, 4, 90));
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->max_error, 0);
}

TEST(PictureDifference, DifferentSizesAreAnErrorThatNamesBoth) {
  const auto difference = ComparePictures(Grey(64, 36, 0), Grey(36, 64, 0));
  ASSERT_FALSE(difference);
  EXPECT_EQ(difference.error().code, ErrorCode::kMedia);
  EXPECT_THAT(difference.error().message, HasSubstr("expected 64x36, got 36x64"));
}

TEST(PictureDifference, PixelsThatDoNotFillThePictureAreAnError) {
  Frame cut = Grey(8, 6, 0);
  cut.pixels.pop_back();
  EXPECT_FALSE(ComparePictures(Grey(8, 6, 0), cut));
  EXPECT_FALSE(ComparePictures(cut, Grey(8, 6, 0)));
  EXPECT_FALSE(ComparePictures(Frame{}, Frame{}));
}

}  // namespace
}  // namespace hyperlocal::golden
