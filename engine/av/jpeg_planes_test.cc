// A source's picture as a JPEG: the colours that RGB would have, without the detour.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/av/image_codec.h"
#include "engine/av/jpeg_encoder.h"
#include "engine/av/jpeg_planes_internal.h"
#include "engine/av/libav_handles_internal.h"
#include "engine/av/upright_picture_internal.h"
#include "engine/av/yuv_to_rgb_internal.h"

namespace hyperlocal {
namespace {

struct Tags {
  AVPixelFormat format = AV_PIX_FMT_YUV420P;
  AVColorSpace matrix = AVCOL_SPC_BT709;
  AVColorRange range = AVCOL_RANGE_MPEG;
  AVChromaLocation site = AVCHROMA_LOC_LEFT;
};

// A picture of slow waves, within RGB, so that no sampling and no clipping is to blame for
// differences.
FrameHandle Waves(const Tags& tags, int width, int height) {
  FrameHandle picture(av_frame_alloc());
  picture->format = tags.format;
  picture->width = width;
  picture->height = height;
  picture->colorspace = tags.matrix;
  picture->color_range = tags.range;
  picture->chroma_location = tags.site;
  EXPECT_EQ(av_frame_get_buffer(picture.get(), 0), 0);
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(tags.format);
  const int depth = format->comp[0].depth;
  for (int plane = 0; plane < 3; ++plane) {
    const int columns = plane == 0 ? width : AV_CEIL_RSHIFT(width, format->log2_chroma_w);
    const int rows = plane == 0 ? height : AV_CEIL_RSHIFT(height, format->log2_chroma_h);
    for (int y = 0; y < rows; ++y) {
      std::uint8_t* row = picture->data[plane] + std::ptrdiff_t{y} * picture->linesize[plane];
      for (int x = 0; x < columns; ++x) {
        const double across = static_cast<double>(x) / columns;
        const double down = static_cast<double>(y) / rows;
        const double value = plane == 0   ? 126 + 40 * std::sin(9 * across + 4 * down)
                             : plane == 1 ? 128 + 35 * std::sin(5 * across - 3 * down)
                                          : 128 + 35 * std::cos(4 * across + 6 * down);
        const auto sample = static_cast<std::uint16_t>(std::lround(value * (1 << (depth - 8))));
        if (depth == 8) {
          row[x] = static_cast<std::uint8_t>(sample);
        } else {
          reinterpret_cast<std::uint16_t*>(row)[x] = sample;
        }
      }
    }
  }
  return picture;
}

Frame Decoded(std::vector<std::uint8_t> jpeg) {
  auto frame = DecodeImage({ImageFormat::kJpeg, 0, 0, std::move(jpeg)});
  EXPECT_TRUE(frame) << frame.error().message;
  return std::move(frame).value();
}

double MeanSquareError(const Frame& a, const Frame& b) {
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.height, b.height);
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const double difference = double(a.pixels[i]) - double(b.pixels[i]);
    sum += difference * difference;
  }
  return sum / static_cast<double>(a.pixels.size());
}

TEST(JpegPlanes, ColoursAreThoseOfRgbByEveryTag) {
  for (const AVPixelFormat format :
       {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV420P10LE}) {
    for (const AVColorSpace matrix :
         {AVCOL_SPC_BT709, AVCOL_SPC_SMPTE170M, AVCOL_SPC_BT2020_NCL, AVCOL_SPC_UNSPECIFIED}) {
      for (const AVColorRange range : {AVCOL_RANGE_MPEG, AVCOL_RANGE_JPEG}) {
        for (const AVChromaLocation site :
             {AVCHROMA_LOC_LEFT, AVCHROMA_LOC_CENTER, AVCHROMA_LOC_TOPLEFT, AVCHROMA_LOC_BOTTOM}) {
          SCOPED_TRACE(testing::Message() << av_get_pix_fmt_name(format) << " " << matrix << " "
                                          << range << " " << site);
          const FrameHandle picture = Waves({format, matrix, range, site}, 131, 97);
          const auto planes = ToJpegPlanes(*picture);
          ASSERT_TRUE(planes) << planes.error().message;
          EXPECT_EQ(planes->coarse_chroma, format != AV_PIX_FMT_YUV444P);
          const Frame shown = Decoded(EncodeJpeg(*planes, 100).value());
          // What is rounded, and that our decoder repeats the chroma of 4:2:0. Another matrix or
          // range is beyond 20.
          EXPECT_LT(MeanSquareError(shown, YuvToRgb(*picture).value()),
                    planes->coarse_chroma ? 2.5 : 1.2);
        }
      }
    }
  }
}

TEST(JpegPlanes, ChromaIsMovedToTheMiddleOfItsPixels) {
  struct Site {
    AVChromaLocation of_file;
    int across, down;  // by how much a ramp of 4 a sample is further on there
  };
  for (const Site& site : {Site{AVCHROMA_LOC_LEFT, 1, 0}, Site{AVCHROMA_LOC_CENTER, 0, 0},
                           Site{AVCHROMA_LOC_TOPLEFT, 1, 1}, Site{AVCHROMA_LOC_TOP, 0, 1},
                           Site{AVCHROMA_LOC_BOTTOMLEFT, 1, -1}}) {
    SCOPED_TRACE(site.of_file);
    const FrameHandle picture = Waves(
        {.matrix = AVCOL_SPC_SMPTE170M, .range = AVCOL_RANGE_JPEG, .site = site.of_file}, 48, 48);
    for (int y = 0; y < 24; ++y) {
      for (int x = 0; x < 24; ++x) {
        picture->data[1][y * picture->linesize[1] + x] = static_cast<std::uint8_t>(60 + 4 * x);
        picture->data[2][y * picture->linesize[2] + x] = static_cast<std::uint8_t>(60 + 4 * y);
      }
    }
    const JpegPlanes planes = ToJpegPlanes(*picture).value();
    const std::size_t at = 10 * 24 + 7;
    EXPECT_EQ(planes.cb[at], 60 + 4 * 7 + site.across);
    EXPECT_EQ(planes.cr[at], 60 + 4 * 10 + site.down);
  }
}

TEST(JpegPlanes, AreNoWorseThanTheWayThroughRgb) {
  for (const Tags& tags : {Tags{}, Tags{.matrix = AVCOL_SPC_SMPTE170M}}) {
    const FrameHandle picture = Waves(tags, 320, 180);
    const Frame exact = YuvToRgb(*picture).value();
    const double straight =
        MeanSquareError(Decoded(EncodeJpeg(ToJpegPlanes(*picture).value(), 95).value()), exact);
    const double detour = MeanSquareError(
        Decoded(EncodeJpeg(exact, {.quality = 95, .coarse_chroma = true}).value()), exact);
    EXPECT_LE(straight, detour * 1.02);
  }
}

TEST(JpegPlanes, AFlatColourIsExact) {
  // BT.709's red #c83232, in limited range.
  const FrameHandle picture = Waves({}, 64, 48);
  for (int plane = 0; plane < 3; ++plane) {
    constexpr int kRed[] = {86, 113, 194};
    const int rows = plane == 0 ? 48 : 24;
    std::fill_n(picture->data[plane], picture->linesize[plane] * rows,
                static_cast<std::uint8_t>(kRed[plane]));
  }
  const Frame shown = Decoded(EncodeJpeg(ToJpegPlanes(*picture).value(), 95).value());
  EXPECT_NEAR(shown.pixels[0], 0xc8, 3);
  EXPECT_NEAR(shown.pixels[1], 0x32, 3);
  EXPECT_NEAR(shown.pixels[2], 0x32, 3);
}

TEST(JpegPlanes, AreTurnedAsRgbIs) {
  const std::vector<PictureTurn> turns{
      {0, 1, -1, 0}, {-1, 0, 0, -1}, {0, -1, 1, 0}, {-1, 0, 0, 1}, {1, 0, 0, -1}};
  const FrameHandle even = Waves({}, 96, 64);
  const FrameHandle odd = Waves({}, 95, 63);  // goes through RGB
  for (const AVFrame* picture : {even.get(), odd.get()}) {
    for (const PictureTurn& turn : turns) {
      const PictureShape shape{turn, {1, 1}};
      const Frame upright = UprightPicture(*picture, shape).value();
      EXPECT_EQ(upright.width, turn.swaps_sides() ? picture->height : picture->width);
      EXPECT_LT(MeanSquareError(Decoded(UprightJpeg(*picture, shape, 100).value()), upright), 5);
    }
  }
}

TEST(JpegPlanes, RefuseAMatrixThatIsNone) {
  const FrameHandle picture = Waves({.matrix = AVCOL_SPC_ICTCP}, 16, 16);
  const auto planes = ToJpegPlanes(*picture);
  ASSERT_FALSE(planes);
  EXPECT_EQ(planes.error().code, ErrorCode::kMedia);
}

}  // namespace
}  // namespace hyperlocal
