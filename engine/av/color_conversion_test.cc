#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/av/libav_handles_internal.h"
#include "engine/av/moving_picture_test_support.h"
#include "engine/av/rgb_to_yuv_internal.h"
#include "engine/av/yuv_to_rgb_internal.h"

namespace hyperlocal {
namespace {

using testing::FlatPicture;

struct Yuv {
  double y, cb, cr;
};

// BT.709, 8-bit limited range, in double precision: the reference.
Yuv ExactYuv(double r, double g, double b) {
  const double luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return Yuv{16 + 219 * luma / 255, 128 + 224 * (b - luma) / 1.8556 / 255,
             128 + 224 * (r - luma) / 1.5748 / 255};
}

class Picture420 {
 public:
  Picture420(int width, int height)
      : width_(static_cast<std::size_t>(width)),
        y(width_ * static_cast<std::size_t>(height)),
        cb(y.size() / 4),
        cr(y.size() / 4) {}
  Yuv420Planes planes() {
    const auto stride = static_cast<std::ptrdiff_t>(width_);
    return {y.data(), cb.data(), cr.data(), stride, stride / 2, stride / 2};
  }
  bool operator==(const Picture420&) const = default;

 private:
  std::size_t width_;

 public:
  std::vector<std::uint8_t> y, cb, cr;
};

Frame RandomPicture(int width, int height, PixelLayout layout) {
  Frame frame{.width = width, .height = height, .layout = layout, .pixels = {}};
  frame.pixels.resize(frame.row_bytes() * static_cast<std::size_t>(height));
  for (std::uint8_t& byte : frame.pixels) {
    byte = static_cast<std::uint8_t>(*rc::gen::inRange(0, 256));
  }
  return frame;
}

FrameHandle LibavPicture(AVPixelFormat format, int width, int height) {
  FrameHandle picture(av_frame_alloc());
  picture->format = format;
  picture->width = width;
  picture->height = height;
  EXPECT_EQ(av_frame_get_buffer(picture.get(), 0), 0);
  return picture;
}

// frame → 4:2:0, tagged as VideoWriter tags it → frame
Frame ThereAndBack(const Frame& frame) {
  const FrameHandle picture = LibavPicture(AV_PIX_FMT_YUV420P, frame.width, frame.height);
  picture->colorspace = AVCOL_SPC_BT709;
  picture->color_range = AVCOL_RANGE_MPEG;
  picture->chroma_location = AVCHROMA_LOC_CENTER;
  RgbToYuv420Bt709(frame, {picture->data[0], picture->data[1], picture->data[2],
                           picture->linesize[0], picture->linesize[1], picture->linesize[2]});
  auto back = YuvToRgb(*picture);
  EXPECT_TRUE(back.has_value());
  return std::move(back).value();
}

int WorstDifference(const Frame& a, const Frame& b) {
  int worst = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    worst = std::max(worst, std::abs(int{a.pixels[i]} - int{b.pixels[i]}));
  }
  return worst;
}

RC_GTEST_PROP(RgbToYuv, IsTheRoundedExactValueAndTheSameOnEveryInstructionSet, ()) {
  // Widths on both sides of the converter's block and of every vector's length.
  const int width = 2 * *rc::gen::inRange(1, 300);
  const int height = 2 * *rc::gen::inRange(1, 3);
  const auto layout = *rc::gen::element(PixelLayout::kRgb24, PixelLayout::kRgba32);
  const Frame frame = RandomPicture(width, height, layout);
  Picture420 fast(width, height);
  Picture420 portable(width, height);
  RgbToYuv420Bt709(frame, fast.planes());
  RgbToYuv420Bt709Portable(frame, portable.planes());
  RC_ASSERT(fast == portable);

  const auto pixel = [&](int x, int y) {
    return frame.pixels.data() + static_cast<std::size_t>(y) * frame.row_bytes() +
           static_cast<std::size_t>(x) * BytesPerPixel(layout);
  };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const std::uint8_t* p = pixel(x, y);
      const double exact = ExactYuv(p[0], p[1], p[2]).y;
      RC_ASSERT(std::abs(fast.y[static_cast<std::size_t>(y * width + x)] - exact) < 0.52);
    }
  }
  for (int y = 0; y < height / 2; ++y) {
    for (int x = 0; x < width / 2; ++x) {
      std::array<double, 3> mean{};
      for (std::size_t c = 0; c < 3; ++c) {
        mean.at(c) = (pixel(2 * x, 2 * y)[c] + pixel(2 * x + 1, 2 * y)[c] +
                      pixel(2 * x, 2 * y + 1)[c] + pixel(2 * x + 1, 2 * y + 1)[c]) /
                     4.0;
      }
      const Yuv exact = ExactYuv(mean[0], mean[1], mean[2]);
      const auto at = static_cast<std::size_t>(y * (width / 2) + x);
      RC_ASSERT(std::abs(fast.cb[at] - exact.cb) < 0.52);
      RC_ASSERT(std::abs(fast.cr[at] - exact.cr) < 0.52);
    }
  }
}

TEST(RgbToYuv, GreyHasNoColourAndBlackAndWhiteAreTheEndsOfTheRange) {
  for (int grey = 0; grey < 256; ++grey) {
    const auto value = static_cast<std::uint8_t>(grey);
    Picture420 picture(2, 2);
    RgbToYuv420Bt709(FlatPicture(2, 2, value, value, value), picture.planes());
    EXPECT_EQ(picture.cb[0], 128) << grey;
    EXPECT_EQ(picture.cr[0], 128) << grey;
    EXPECT_EQ(picture.y[0], std::lround(16 + 219 * grey / 255.0)) << grey;
  }
}

TEST(ColorRoundTrip, SaturatedFlatColoursComeBackWithinOne) {
  for (int corner = 0; corner < 27; ++corner) {
    constexpr std::array<std::uint8_t, 3> kLevels = {0, 128, 255};
    const std::uint8_t r = kLevels.at(static_cast<std::size_t>(corner % 3));
    const std::uint8_t g = kLevels.at(static_cast<std::size_t>(corner / 3 % 3));
    const std::uint8_t b = kLevels.at(static_cast<std::size_t>(corner / 9));
    const Frame frame = FlatPicture(4, 4, r, g, b);
    EXPECT_LE(WorstDifference(frame, ThereAndBack(frame)), 1)
        << int{r} << "," << int{g} << "," << int{b};
  }
}

TEST(ColorRoundTrip, AnyFlatColourComesBackWithinTwoWhichIsWhatEightBitsAllow) {
  // Half a step of luma and half a step of blue's chroma add up to 1.64 of 255.
  int worst = 0;
  for (int r = 0; r < 256; r += 15) {
    for (int g = 0; g < 256; g += 15) {
      for (int b = 0; b < 256; b += 15) {
        const Frame frame = FlatPicture(2, 2, static_cast<std::uint8_t>(r),
                                        static_cast<std::uint8_t>(g), static_cast<std::uint8_t>(b));
        worst = std::max(worst, WorstDifference(frame, ThereAndBack(frame)));
      }
    }
  }
  EXPECT_LE(worst, 2);
}

TEST(ColorRoundTrip, APlainGradientKeepsItsPlace) {
  // A shift of half a pixel, as a wrong siting would give, costs two steps of 255 here.
  Frame frame{.width = 64, .height = 8, .layout = PixelLayout::kRgb24, .pixels = {}};
  for (int i = 0; i < 64 * 8; ++i) {
    const auto value = static_cast<std::uint8_t>(4 * (i % 64));
    frame.pixels.insert(frame.pixels.end(), {value, 0, static_cast<std::uint8_t>(255 - value)});
  }
  const Frame back = ThereAndBack(frame);
  double sum = 0;
  for (std::size_t i = 0; i < frame.pixels.size(); i += 3) {
    sum += int{back.pixels[i]} - int{frame.pixels[i]};
  }
  EXPECT_LT(std::abs(sum / (64 * 8)), 0.5);
}

struct TagCase {
  const char* name;
  AVColorSpace space;
  AVColorRange range;
  int height;
  std::array<int, 3> yuv;
  std::array<int, 3> rgb;
};
void PrintTo(const TagCase& tag, std::ostream* out) {
  *out << tag.name;
}

class YuvToRgbTags : public ::testing::TestWithParam<TagCase> {};

TEST_P(YuvToRgbTags, DecideTheColour) {
  const TagCase& tag = GetParam();
  const FrameHandle picture = LibavPicture(AV_PIX_FMT_YUV444P, 2, tag.height);
  picture->colorspace = tag.space;
  picture->color_range = tag.range;
  for (std::size_t plane = 0; plane < 3; ++plane) {
    std::fill_n(picture->data[plane], picture->linesize[plane] * tag.height,
                static_cast<std::uint8_t>(tag.yuv.at(plane)));
  }
  const auto frame = YuvToRgb(*picture);
  ASSERT_TRUE(frame.has_value());
  for (std::size_t c = 0; c < 3; ++c) EXPECT_EQ(frame->pixels[c], tag.rgb.at(c)) << c;
}

// Pure red in each coding, and what it becomes when the tags say something else.
INSTANTIATE_TEST_SUITE_P(
    Red, YuvToRgbTags,
    ::testing::Values(
        TagCase{"Bt709Limited", AVCOL_SPC_BT709, AVCOL_RANGE_MPEG, 2, {63, 102, 240}, {255, 1, 0}},
        TagCase{
            "Bt601Limited", AVCOL_SPC_SMPTE170M, AVCOL_RANGE_MPEG, 2, {81, 90, 240}, {254, 0, 0}},
        TagCase{"Bt601Full", AVCOL_SPC_BT470BG, AVCOL_RANGE_JPEG, 2, {76, 85, 255}, {254, 0, 0}},
        TagCase{"UntaggedSmallIsBt601",
                AVCOL_SPC_UNSPECIFIED,
                AVCOL_RANGE_UNSPECIFIED,
                2,
                {81, 90, 240},
                {254, 0, 0}},
        TagCase{"UntaggedLargeIsBt709",
                AVCOL_SPC_UNSPECIFIED,
                AVCOL_RANGE_UNSPECIFIED,
                720,
                {63, 102, 240},
                {255, 1, 0}}),
    [](const auto& test) { return test.param.name; });

TEST(YuvToRgb, InterpolatesChromaByItsSite) {
  // One column of chroma steps from 128 to 228; where the step lies in luma pixels depends on the
  // tag.
  for (const auto& [location, expected] :
       {std::pair{AVCHROMA_LOC_LEFT, std::array{128.0, 178.0, 228.0, 228.0}},
        std::pair{AVCHROMA_LOC_CENTER, std::array{128.0, 153.0, 203.0, 228.0}}}) {
    const FrameHandle picture = LibavPicture(AV_PIX_FMT_YUV420P, 4, 2);
    picture->colorspace = AVCOL_SPC_BT709;
    picture->color_range = AVCOL_RANGE_JPEG;
    picture->chroma_location = location;
    std::fill_n(picture->data[0], picture->linesize[0] * 2, std::uint8_t{50});
    picture->data[1][0] = 128;
    picture->data[1][1] = 228;
    picture->data[2][0] = picture->data[2][1] = 128;
    const auto frame = YuvToRgb(*picture);
    ASSERT_TRUE(frame.has_value());
    for (std::size_t x = 0; x < 4; ++x) {
      EXPECT_NEAR(frame->pixels[3 * x + 2], std::min(255.0, 50 + 1.8556 * (expected.at(x) - 128)),
                  0.51)
          << "x " << x << ", location " << location;
    }
  }
}

TEST(YuvToRgb, TakesTenBitsAndOddSizes) {
  const FrameHandle picture = LibavPicture(AV_PIX_FMT_YUV420P10LE, 3, 3);
  picture->colorspace = AVCOL_SPC_BT709;
  picture->color_range = AVCOL_RANGE_MPEG;
  const std::array<std::uint16_t, 3> red = {250, 409, 960};
  for (std::size_t plane = 0; plane < 3; ++plane) {
    std::fill_n(reinterpret_cast<std::uint16_t*>(picture->data[plane]),
                picture->linesize[plane] / 2 * (plane == 0 ? 3 : 2), red.at(plane));
  }
  const auto frame = YuvToRgb(*picture);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->pixels.size(), 27U);
  EXPECT_EQ(WorstDifference(*frame, FlatPicture(3, 3, 255, 0, 0)), 0);
}

TEST(YuvToRgb, RefusesAMatrixThatIsNone) {
  const FrameHandle picture = LibavPicture(AV_PIX_FMT_YUV420P, 2, 2);
  picture->colorspace = AVCOL_SPC_ICTCP;
  const auto frame = YuvToRgb(*picture);
  ASSERT_FALSE(frame.has_value());
  EXPECT_EQ(frame.error().code, ErrorCode::kMedia);
  EXPECT_NE(frame.error().message.find("ictcp"), std::string::npos) << frame.error().message;
}

}  // namespace
}  // namespace hyperlocal
