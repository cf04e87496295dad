#include "engine/browser/picture_size.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

#include "engine/av/image_codec.h"
#include "engine/av/jpeg_encoder.h"

namespace hyperlocal {
namespace {

using Bytes = std::vector<std::uint8_t>;

Frame Grey(int width, int height) {
  Frame frame{.width = width, .height = height, .layout = PixelLayout::kRgb24, .pixels = {}};
  frame.pixels.assign(frame.row_bytes() * static_cast<std::size_t>(height), 128);
  return frame;
}

TEST(PictureSize, IsThatOfWhatAnEncoderMakes) {
  for (const PictureSize size : {PictureSize{1, 1}, {300, 17}, {1920, 1080}}) {
    for (const bool coarse : {false, true}) {
      const auto jpeg = EncodeJpeg(Grey(size.width, size.height), {100, coarse});
      ASSERT_TRUE(jpeg) << jpeg.error().message;
      EXPECT_EQ(PictureSizeOf(*jpeg), size);
    }
    const auto png = EncodePng(Grey(size.width, size.height));
    ASSERT_TRUE(png) << png.error().message;
    EXPECT_EQ(PictureSizeOf(*png), size);
  }
}

TEST(PictureSize, IsNotThatOfTheTablesBeforeTheFrameHeader) {
  // A table of Huffman codes (C4) between, whose marker is of the same group.
  const Bytes jpeg = {0xff, 0xd8, 0xff, 0xc4, 0, 4, 9, 9, 0xff, 0xc2, 0, 17, 8, 0, 20, 1, 4, 3};
  EXPECT_EQ(PictureSizeOf(jpeg), (PictureSize{260, 20}));
}

RC_GTEST_PROP(PictureSize, IsNothingInAnythingElse, (const Bytes& bytes)) {
  Bytes other = bytes;
  if (!other.empty()) other[0] = 'x';
  RC_ASSERT(!PictureSizeOf(other));
}

RC_GTEST_PROP(PictureSize, IsReadOfNoMoreThanThereIs, (const Bytes& rest)) {
  Bytes jpeg = {0xff, 0xd8};
  jpeg.insert(jpeg.end(), rest.begin(), rest.end());
  (void)PictureSizeOf(jpeg);  // the sanitizers look on
  const auto whole = EncodePng(Grey(5, 4));
  const std::size_t cut = rest.size() % 24;
  RC_ASSERT(!PictureSizeOf(Bytes(whole->begin(), whole->begin() + static_cast<long>(cut))));
}

}  // namespace
}  // namespace hyperlocal
