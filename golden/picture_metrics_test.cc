#include "golden/picture_metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "golden/pixel_kernels_internal.h"

namespace hyperlocal::golden {
namespace {

// A Y'CbCr picture of ours, without a file. Values of 16-bit samples are those of `bits`.
class Planes {
 public:
  Planes(int width, int height, int bits = 8, int shift = 1) : bits_(bits) {
    for (std::size_t i = 0; i < 3; ++i) {
      widths_[i] = i == 0 ? width : (width + shift) >> shift;
      heights_[i] = i == 0 ? height : (height + shift) >> shift;
      bytes_[i].resize(static_cast<std::size_t>(widths_[i] * heights_[i] * (bits > 8 ? 2 : 1)));
      Fill(i, 1 << (bits - 1));
    }
  }

  int Get(std::size_t plane, int x, int y) const {
    const auto at = static_cast<std::size_t>(y * widths_[plane] + x);
    if (bits_ == 8) return bytes_[plane][at];
    std::uint16_t value = 0;
    std::memcpy(&value, bytes_[plane].data() + 2 * at, 2);
    return value;
  }
  void Set(std::size_t plane, int x, int y, int value) {
    const auto at = static_cast<std::size_t>(y * widths_[plane] + x);
    if (bits_ == 8) {
      bytes_[plane][at] = static_cast<std::uint8_t>(value);
    } else {
      const auto wide = static_cast<std::uint16_t>(value);
      std::memcpy(bytes_[plane].data() + 2 * at, &wide, 2);
    }
  }
  void Fill(std::size_t plane, int value) {
    ForEach(plane, [value](int) { return value; });
  }
  // Every sample becomes change(sample), within what it can hold.
  template <typename Change>
  void ForEach(std::size_t plane, Change change) {
    for (int y = 0; y < heights_[plane]; ++y) {
      for (int x = 0; x < widths_[plane]; ++x) {
        Set(plane, x, y, std::clamp(change(Get(plane, x, y)), 0, (1 << bits_) - 1));
      }
    }
  }

  PlanePicture Picture() const {
    PlanePicture picture;
    picture.width = widths_[0];
    picture.height = heights_[0];
    picture.bits = bits_;
    picture.plane_count = 3;
    for (std::size_t i = 0; i < 3; ++i) {
      picture.planes[i] = SamplePlane{.bytes = bytes_[i].data(),
                                      .stride = widths_[i] * (bits_ > 8 ? 2 : 1),
                                      .width = widths_[i],
                                      .height = heights_[i]};
    }
    return picture;
  }

 private:
  int bits_;
  std::array<int, 3> widths_{};
  std::array<int, 3> heights_{};
  std::array<std::vector<std::uint8_t>, 3> bytes_;
};

Planes Scene(int width, int height, unsigned seed, int bits = 8) {
  Planes planes(width, height, bits);
  std::mt19937 random(seed);
  const int unit = 1 << (bits - 8);
  for (std::size_t i = 0; i < 3; ++i) {
    planes.ForEach(i, [&](int) { return static_cast<int>((random() % 180 + 30)) * unit; });
  }
  return planes;
}

PictureFigures Compared(const Planes& a, const Planes& b) {
  PictureComparer comparer;
  return comparer.Compare(a.Picture(), b.Picture()).value();
}

TEST(PictureMetrics, AConstantDifferenceHasItsPsnr) {
  const Planes a = Scene(70, 50, 1);
  Planes b = a;
  b.ForEach(0, [](int v) { return v + 3; });
  const PictureFigures figures = Compared(a, b);
  EXPECT_DOUBLE_EQ(figures.planes[0].mse, 9);
  EXPECT_DOUBLE_EQ(PsnrDb(figures.planes[0].mse, 255), 20 * std::log10(255.0 / 3));
  EXPECT_DOUBLE_EQ(figures.planes[1].mse, 0);
  EXPECT_DOUBLE_EQ(figures.planes[1].ssim, 1);
  // Two thirds of the samples are luma.
  EXPECT_DOUBLE_EQ(figures.mse, 9.0 * 70 * 50 / (70 * 50 + 2 * 35 * 25));
  EXPECT_LT(figures.planes[0].ssim, 1);
  EXPECT_GT(figures.planes[0].ssim, 0.99);
}

TEST(PictureMetrics, NoiseHasThePsnrOfItsVariance) {
  const Planes a = Scene(320, 180, 2);
  Planes b = a;
  std::mt19937 random(3);
  std::normal_distribution<double> noise(0, 5);
  b.ForEach(0, [&](int v) { return v + static_cast<int>(std::lround(noise(random))); });
  // Rounding adds a twelfth.
  EXPECT_NEAR(PsnrDb(Compared(a, b).planes[0].mse, 255),
              10 * std::log10(255 * 255 / (25 + 1.0 / 12)), 0.15);
}

TEST(PictureMetrics, TenBitsAreMeasuredAsEightAre) {
  Planes a = Scene(64, 48, 4, 10);
  a.Fill(1, 512);  // grey: nothing is clipped
  a.Fill(2, 512);
  Planes b = a;
  b.ForEach(0, [](int v) { return v + 8; });
  const PictureFigures figures = Compared(a, b);
  EXPECT_EQ(figures.peak, 1023);
  EXPECT_DOUBLE_EQ(figures.planes[0].mse, 64);
  EXPECT_NEAR(figures.rgb.mean_error, 8 * 255.0 / (219 * 4), 0.02);
  const Planes a8 = Scene(64, 48, 4, 8);
  Planes b8 = a8;
  b8.ForEach(0, [](int v) { return v + 2; });
  EXPECT_NEAR(figures.planes[0].ssim, Compared(a8, b8).planes[0].ssim, 1e-3);
}

TEST(PictureMetrics, OnePixelIsFoundWhereItIs) {
  Planes a(64, 48, 8, 0);
  Planes b = a;
  b.Set(0, 37, 21, 235);
  const PictureFigures figures = Compared(a, b);
  EXPECT_EQ(figures.rgb.differing_pixels, 1);
  EXPECT_EQ(figures.rgb.worst_x, 37);
  EXPECT_EQ(figures.rgb.worst_y, 21);
  EXPECT_EQ(figures.rgb.max_error, std::lround((235 - 128) * 255.0 / 219));
}

// The same samples mean other colours under another matrix or range.
TEST(PictureMetrics, RgbGoesByTheTags) {
  Planes planes(64, 48, 8, 1);
  planes.Fill(2, 200);
  PlanePicture a = planes.Picture();
  PlanePicture b = planes.Picture();
  b.coding.kr = 0.299;
  b.coding.kb = 0.114;
  PictureComparer comparer;
  PictureFigures figures = comparer.Compare(a, b).value();
  EXPECT_FALSE(figures.identical);
  EXPECT_DOUBLE_EQ(figures.mse, 0);
  EXPECT_GT(figures.rgb.mean_error, 3);
  b = planes.Picture();
  b.coding.full_range = true;
  figures = comparer.Compare(a, b).value();
  EXPECT_GT(figures.rgb.mean_error, 2);
}

TEST(PictureMetrics, FixedPointColoursAreTheExactOnesWithinALevel) {
  const Planes eight = Scene(64, 48, 9);
  Planes sixteen(64, 48, 16);
  for (std::size_t i = 0; i < 3; ++i) {
    const int width = i == 0 ? 64 : 32;
    const int height = i == 0 ? 48 : 24;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) sixteen.Set(i, x, y, eight.Get(i, x, y) * 256);
    }
  }
  const PictureFigures figures = Compared(eight, sixteen);
  EXPECT_FALSE(figures.planes_compared);
  EXPECT_LE(figures.rgb.max_error, 1);
  EXPECT_LT(figures.rgb.mean_error, 0.05);
}

TEST(PictureMetrics, DifferentSizesAreAnErrorThatNamesThem) {
  PictureComparer comparer;
  const auto compared = comparer.Compare(Planes(64, 48).Picture(), Planes(64, 50).Picture());
  ASSERT_FALSE(compared);
  EXPECT_EQ(compared.error().code, ErrorCode::kMedia);
  EXPECT_NE(compared.error().message.find("64x48 and 64x50"), std::string::npos);
}

TEST(PictureMetrics, MultiScaleSsimIsOneForEqualAndFallsWithNoise) {
  const Planes a = Scene(320, 180, 5);
  EXPECT_DOUBLE_EQ(Compared(a, a).ms_ssim, 1);
  double before = 1;
  for (const double sigma : {2.0, 8.0, 20.0}) {
    Planes b = a;
    std::mt19937 random(6);
    std::normal_distribution<double> noise(0, sigma);
    b.ForEach(0, [&](int v) { return v + static_cast<int>(std::lround(noise(random))); });
    const double now = Compared(a, b).ms_ssim;
    EXPECT_LT(now, before);
    before = now;
  }
}

RC_GTEST_PROP(PictureMetricsProperty, SymmetricAndInfiniteOnlyForEqual, ()) {
  const int width = *rc::gen::inRange(1, 80);
  const int height = *rc::gen::inRange(1, 60);
  const Planes a = Scene(width, height, *rc::gen::arbitrary<unsigned>());
  Planes b = a;
  const int changes = *rc::gen::inRange(0, 4);
  for (int i = 0; i < changes; ++i) {
    b.Set(0, *rc::gen::inRange(0, width), *rc::gen::inRange(0, height), *rc::gen::inRange(0, 256));
  }
  bool same = true;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) same = same && a.Get(0, x, y) == b.Get(0, x, y);
  }
  const PictureFigures forth = Compared(a, b);
  const PictureFigures back = Compared(b, a);
  RC_ASSERT(forth.identical == same);
  RC_ASSERT(std::isinf(PsnrDb(forth.mse, 255)) == same);
  RC_ASSERT(forth.mse == back.mse);
  RC_ASSERT(forth.ssim == back.ssim);
  RC_ASSERT(forth.rgb.mse == back.rgb.mse);
  RC_ASSERT(forth.rgb.max_error == back.rgb.max_error);
}

RC_GTEST_PROP(PictureMetricsProperty, PsnrFallsWithAddedNoise, ()) {
  const Planes a = Scene(64, 48, *rc::gen::arbitrary<unsigned>());
  const unsigned seed = *rc::gen::arbitrary<unsigned>();
  double before = std::numeric_limits<double>::infinity();
  for (const int most : {1, 4, 16}) {
    Planes b = a;
    std::mt19937 random(seed);
    b.ForEach(0, [&](int v) { return v + static_cast<int>(random() % 2 * 2) * most - most; });
    const double now = PsnrDb(Compared(a, b).mse, 255);
    RC_ASSERT(now < before);
    before = now;
  }
}

// Both builds of the loops give the same values, for every width.
RC_GTEST_PROP(PixelKernelsProperty, AreTheSameForEveryProcessor, ()) {
  const PixelKernels* fast = Avx2Kernels();
  RC_PRE(fast != nullptr);
  const PixelKernels& plain = PortableKernels();
  const int blocks = *rc::gen::inRange(1, 40);
  const auto width = static_cast<std::size_t>(4 * blocks);
  std::mt19937 random(*rc::gen::arbitrary<unsigned>());
  std::vector<std::uint8_t> a(4 * width);
  std::vector<std::uint8_t> b(4 * width);
  for (auto* bytes : {&a, &b}) {
    for (std::uint8_t& byte : *bytes) byte = static_cast<std::uint8_t>(random());
  }
  const auto stride = static_cast<std::ptrdiff_t>(width);
  std::vector<std::int32_t> sums[2];
  double ssim[2] = {};
  double contrast[2] = {};
  std::vector<std::int16_t> rows[2];
  RowDifference difference[2];
  std::vector<std::uint8_t> halves[2];
  const PixelKernels* const both[2] = {&plain, fast};
  const FixedMatrix matrix{16, 19077, 14686, -1747, -4366, 17304};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto n = static_cast<std::size_t>(blocks);
    sums[i].resize(4 * n);
    const BlockSums out{sums[i].data(), sums[i].data() + n, sums[i].data() + 2 * n,
                        sums[i].data() + 3 * n};
    both[i]->block_row(a.data(), stride, b.data(), stride, blocks, out);
    both[i]->ssim_row(out, out, blocks, {416, 235963}, &ssim[i], &contrast[i]);
    rows[i].resize(9 * width);
    std::int16_t* row = rows[i].data();
    const ColourRow chroma{row, row + width, row + 2 * width};
    const ColourRow x{row + 3 * width, row + 4 * width, row + 5 * width};
    const ColourRow y{row + 6 * width, row + 7 * width, row + 8 * width};
    both[i]->chroma_row(b.data(), b.data() + width, static_cast<int>(width), 1, matrix, chroma);
    both[i]->rgb_row(a.data(), chroma, static_cast<int>(width), matrix, x);
    both[i]->rgb_row(b.data(), chroma, static_cast<int>(width), matrix, y);
    both[i]->difference_row(x, y, static_cast<int>(width) - 1, &difference[i]);
    halves[i].resize(width / 2);
    both[i]->halve_row(a.data(), a.data() + width, static_cast<int>(width / 2), halves[i].data());
  }
  RC_ASSERT(sums[0] == sums[1]);
  RC_ASSERT(ssim[0] == ssim[1]);
  RC_ASSERT(contrast[0] == contrast[1]);
  RC_ASSERT(rows[0] == rows[1]);
  RC_ASSERT(halves[0] == halves[1]);
  RC_ASSERT(difference[0].squares == difference[1].squares);
  RC_ASSERT(difference[0].absolute == difference[1].absolute);
  RC_ASSERT(difference[0].max == difference[1].max);
  RC_ASSERT(difference[0].differing == difference[1].differing);
}

}  // namespace
}  // namespace hyperlocal::golden
