#include "engine/av/image_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libdeflate.h>
#include <rapidcheck/gtest.h>
#include <turbojpeg.h>

#include <string_view>
#include <vector>

#include "engine/av/moving_picture_test_support.h"

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;
using testing::MovingPicture;
using testing::PsnrOf;

using Bytes = std::vector<std::uint8_t>;

CapturedImage Png(Bytes bytes) {
  return CapturedImage{
      .format = ImageFormat::kPng, .width = 0, .height = 0, .bytes = std::move(bytes)};
}

Bytes JpegOf(const Frame& frame, int quality) {
  const tjhandle compressor = tjInitCompress();
  unsigned char* out = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(compressor, frame.pixels.data(), frame.width, 0, frame.height, TJPF_RGB,
                        &out, &size, TJSAMP_420, quality, TJFLAG_ACCURATEDCT),
            0);
  Bytes bytes(out, out + size);
  tjFree(out);
  tjDestroy(compressor);
  return bytes;
}

void Append(Bytes& png, std::string_view type, const Bytes& data) {
  const auto append = [&png](std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      png.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  };
  append(static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = png.size();
  png.insert(png.end(), type.begin(), type.end());
  png.insert(png.end(), data.begin(), data.end());
  append(libdeflate_crc32(0, png.data() + begin, png.size() - begin));
}

// A PNG of `filtered` rows as they are, one of our own making: EncodePng does not use every filter
// and every kind.
Bytes PngOf(std::uint8_t width, std::uint8_t height, std::uint8_t depth, std::uint8_t color_type,
            const Bytes& filtered, const Bytes& palette = {}, const Bytes& transparency = {}) {
  Bytes png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  Append(png, "IHDR", {0, 0, 0, width, 0, 0, 0, height, depth, color_type, 0, 0, 0});
  if (!palette.empty()) Append(png, "PLTE", palette);
  if (!transparency.empty()) Append(png, "tRNS", transparency);
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(1);
  Bytes compressed(libdeflate_zlib_compress_bound(compressor, filtered.size()));
  compressed.resize(libdeflate_zlib_compress(compressor, filtered.data(), filtered.size(),
                                             compressed.data(), compressed.size()));
  libdeflate_free_compressor(compressor);
  // In two pieces, as large files have it.
  const auto middle = compressed.begin() + static_cast<std::ptrdiff_t>(compressed.size() / 2);
  Append(png, "IDAT", Bytes(compressed.begin(), middle));
  Append(png, "IDAT", Bytes(middle, compressed.end()));
  Append(png, "IEND", {});
  return png;
}

RC_GTEST_PROP(Png, WhatIsEncodedComesBackToTheLastBit, ()) {
  Frame frame{.width = *rc::gen::inRange(1, 40),
              .height = *rc::gen::inRange(1, 10),
              .layout = *rc::gen::element(PixelLayout::kRgb24, PixelLayout::kRgba32),
              .pixels = {}};
  frame.pixels =
      *rc::gen::container<Bytes>(frame.row_bytes() * static_cast<std::size_t>(frame.height),
                                 rc::gen::arbitrary<std::uint8_t>());
  const auto png = EncodePng(frame);
  RC_ASSERT(png.has_value());
  const auto back = DecodeImage(Png(*png));
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->width == frame.width);
  RC_ASSERT(back->height == frame.height);
  RC_ASSERT(back->layout == frame.layout);
  RC_ASSERT(back->pixels == frame.pixels);
}

TEST(DecodePng, UndoesEveryFilter) {
  // Two pixels a row; each row's filter differs, the values are worked by hand.
  const Bytes filtered = {0, 10, 20, 30, 40,  50,  60,    // none
                          1, 10, 20, 30, 1,   2,   3,     // left
                          2, 1,  1,  1,  1,   1,   1,     // up
                          3, 5,  5,  5,  5,   5,   5,     // mean of left and up
                          4, 1,  2,  3,  250, 251, 252};  // Paeth
  const auto frame = DecodeImage(Png(PngOf(2, 5, 8, 2, filtered)));
  ASSERT_TRUE(frame) << frame.error().message;
  EXPECT_EQ(frame->pixels, (Bytes{10, 20, 30, 40, 50, 60,  //
                                  10, 20, 30, 11, 22, 33,  //
                                  11, 21, 31, 12, 23, 34,  //
                                  10, 15, 20, 16, 24, 32,  //
                                  11, 17, 23, 10, 19, 28}));
}

TEST(DecodePng, TakesGreyAndPalettesWithAndWithoutTransparency) {
  const auto grey = DecodeImage(Png(PngOf(2, 1, 8, 0, {0, 7, 200})));
  ASSERT_TRUE(grey) << grey.error().message;
  EXPECT_EQ(grey->layout, PixelLayout::kRgb24);
  EXPECT_EQ(grey->pixels, (Bytes{7, 7, 7, 200, 200, 200}));

  const Bytes palette = {1, 2, 3, 250, 251, 252};
  const auto opaque = DecodeImage(Png(PngOf(2, 1, 8, 3, {0, 1, 0}, palette)));
  ASSERT_TRUE(opaque) << opaque.error().message;
  EXPECT_EQ(opaque->layout, PixelLayout::kRgb24);
  EXPECT_EQ(opaque->pixels, (Bytes{250, 251, 252, 1, 2, 3}));

  const auto clear = DecodeImage(Png(PngOf(2, 1, 8, 3, {0, 1, 0}, palette, {0, 128})));
  ASSERT_TRUE(clear) << clear.error().message;
  EXPECT_EQ(clear->layout, PixelLayout::kRgba32);
  EXPECT_EQ(clear->pixels, (Bytes{250, 251, 252, 128, 1, 2, 3, 0}));
}

TEST(DecodePng, RefusesEveryPrefixOfAPng) {
  const auto png = EncodePng(MovingPicture(16, 12, 0));
  ASSERT_TRUE(png);
  for (std::size_t size = 0; size < png->size(); ++size) {
    const auto frame =
        DecodeImage(Png(Bytes(png->begin(), png->begin() + static_cast<std::ptrdiff_t>(size))));
    ASSERT_FALSE(frame) << size;
    EXPECT_EQ(frame.error().code, ErrorCode::kMedia);
  }
}

RC_GTEST_PROP(DecodePng, NoticesAnyChangedByte, ()) {
  static const Bytes kPng = EncodePng(MovingPicture(16, 12, 0)).value();
  Bytes changed = kPng;
  const std::size_t at = *rc::gen::inRange<std::size_t>(0, changed.size());
  changed[at] = static_cast<std::uint8_t>(changed[at] ^ *rc::gen::inRange(1, 256));
  RC_ASSERT(!DecodeImage(Png(changed)).has_value());
}

TEST(DecodePng, RefusesTooLittleData) {
  const auto frame = DecodeImage(Png(PngOf(2, 2, 8, 2, {0, 1, 2, 3, 4, 5, 6})));
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().code, ErrorCode::kMedia);
  const auto filter = DecodeImage(Png(PngOf(1, 1, 8, 2, {9, 1, 2, 3})));
  ASSERT_FALSE(filter);
  EXPECT_THAT(filter.error().message, HasSubstr("filter"));
}

TEST(DecodeJpeg, IsCloseToWhatWasCompressed) {
  const Frame picture = MovingPicture(64, 48, 3);
  const auto frame = DecodeImage(CapturedImage{
      .format = ImageFormat::kJpeg, .width = 64, .height = 48, .bytes = JpegOf(picture, 95)});
  ASSERT_TRUE(frame) << frame.error().message;
  EXPECT_EQ(frame->width, 64);
  EXPECT_EQ(frame->height, 48);
  EXPECT_EQ(frame->layout, PixelLayout::kRgb24);
  EXPECT_GT(PsnrOf(*frame, picture), 38);
}

TEST(DecodeJpeg, RefusesWhatIsCutOffOrNoJpegAndWorksAgainAfterwards) {
  const Bytes jpeg = JpegOf(MovingPicture(64, 48, 3), 90);
  const auto decode = [](Bytes bytes) {
    return DecodeImage(CapturedImage{
        .format = ImageFormat::kJpeg, .width = 0, .height = 0, .bytes = std::move(bytes)});
  };
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, jpeg.size() / 2}) {
    const auto frame =
        decode(Bytes(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(size)));
    ASSERT_FALSE(frame) << size;
    EXPECT_EQ(frame.error().code, ErrorCode::kMedia);
    EXPECT_THAT(frame.error().message, HasSubstr("JPEG"));
  }
  EXPECT_TRUE(decode(jpeg));
}

TEST(DecodeImage, MovesRawPixelsThrough) {
  Frame picture = MovingPicture(8, 4, 0, PixelLayout::kRgba32);
  const std::uint8_t* const data = picture.pixels.data();
  const auto frame = DecodeImage(CapturedImage{
      .format = ImageFormat::kRgba32, .width = 8, .height = 4, .bytes = std::move(picture.pixels)});
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->pixels.data(), data);
  EXPECT_EQ(frame->layout, PixelLayout::kRgba32);
  const auto wrong = DecodeImage(
      CapturedImage{.format = ImageFormat::kRgb24, .width = 8, .height = 4, .bytes = Bytes(95)});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kMedia);
}

}  // namespace
}  // namespace hyperlocal
