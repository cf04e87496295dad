#include "engine/av/plane_reader.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/av/image_codec.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

// Every value of alpha over colours of all kinds.
Frame Picture(PixelLayout layout) {
  Frame frame{.width = 64, .height = 16, .layout = layout, .pixels = {}};
  for (int i = 0; i < frame.width * frame.height; ++i) {
    frame.pixels.push_back(static_cast<std::uint8_t>(i * 7));
    frame.pixels.push_back(static_cast<std::uint8_t>(i / 3));
    frame.pixels.push_back(static_cast<std::uint8_t>(255 - i));
    if (layout == PixelLayout::kRgba32) frame.pixels.push_back(static_cast<std::uint8_t>(i / 4));
  }
  return frame;
}

PlanePicture ReadPng(const Frame& frame) {
  const testing::TemporaryDirectory directory("planes");
  const std::vector<std::uint8_t> png = EncodePng(frame).value();
  testing::PutFile(directory / "picture.png",
                   std::string_view(reinterpret_cast<const char*>(png.data()), png.size()));
  auto reader = PlaneReader::Open(directory / "picture.png", 1);
  EXPECT_TRUE(reader) << reader.error().message;
  auto picture = (*reader)->Next();
  EXPECT_TRUE(picture) << picture.error().message;
  return std::move(**picture);
}

TEST(PlaneReader, SamplesOfAPngAreTheFilesOwn) {
  for (const PixelLayout layout : {PixelLayout::kRgb24, PixelLayout::kRgba32}) {
    const Frame frame = Picture(layout);
    const PlanePicture picture = ReadPng(frame);
    EXPECT_EQ(picture.alpha.has_value(), layout == PixelLayout::kRgba32);
    const std::size_t channels = layout == PixelLayout::kRgba32 ? 4 : 3;
    for (std::size_t channel = 0; channel < channels; ++channel) {
      const SamplePlane& plane = channel == 3 ? *picture.alpha : picture.planes[channel];
      for (int y = 0; y < frame.height; ++y) {
        for (int x = 0; x < frame.width; ++x) {
          const std::size_t pixel = static_cast<std::size_t>(y) * 64 + static_cast<std::size_t>(x);
          ASSERT_EQ(plane.bytes[y * plane.stride + x], frame.pixels[pixel * channels + channel])
              << "channel " << channel << " at " << x << ", " << y;
        }
      }
    }
    EXPECT_EQ(ToRgb(picture).value().pixels, frame.pixels);
  }
}

}  // namespace
}  // namespace hyperlocal
