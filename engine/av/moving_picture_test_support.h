#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/av/video_reader.h"
#include "engine/av/video_writer.h"
#include "engine/frame/frame.h"

// What the tests of engine/av/ draw and read back.
namespace hyperlocal::testing {

// Frame `index` of a small film: a gradient with colour, and a white square that moves two pixels a
// frame.
inline Frame MovingPicture(int width, int height, int index,
                           PixelLayout layout = PixelLayout::kRgb24) {
  Frame frame{.width = width, .height = height, .layout = layout, .pixels = {}};
  frame.pixels.resize(frame.row_bytes() * static_cast<std::size_t>(height));
  const std::size_t step = BytesPerPixel(layout);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int left = 2 * index % width;
      const bool in_square = x >= left && x < left + 8 && y >= 4 && y < 12;
      std::uint8_t* pixel =
          frame.pixels.data() + (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                                 static_cast<std::size_t>(x)) *
                                    step;
      pixel[0] = static_cast<std::uint8_t>(in_square ? 255 : 255 * x / width);
      pixel[1] = static_cast<std::uint8_t>(in_square ? 255 : 255 * y / height);
      pixel[2] = static_cast<std::uint8_t>(in_square ? 255 : 200 - 100 * x / width);
      if (step == 4) pixel[3] = 255;
    }
  }
  return frame;
}

// A picture of one colour.
inline Frame FlatPicture(int width, int height, std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  Frame frame{.width = width, .height = height, .layout = PixelLayout::kRgb24, .pixels = {}};
  for (int i = 0; i < width * height; ++i) frame.pixels.insert(frame.pixels.end(), {r, g, b});
  return frame;
}

// Peak signal to noise of two frames of the same size and layout, in dB.
inline double PsnrOf(const Frame& a, const Frame& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const double difference = static_cast<double>(a.pixels[i]) - b.pixels[i];
    sum += difference * difference;
  }
  return 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.pixels.size()) / (sum + 1e-9));
}

inline std::string BytesOf(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

inline std::vector<std::string> NamesIn(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

inline VideoSettings SmallSettings() {
  return VideoSettings{.width = 64,
                       .height = 48,
                       .rate = {30, 1},
                       .encoder = VideoEncoder::kX264,
                       .preset = "ultrafast",
                       .crf = 18,
                       .bitrate = {},
                       .gop_size = 10};
}

// Writes frames [first, first + count) of the film; the status of the first call that failed.
inline Status WriteMovingPicture(const std::filesystem::path& file, const VideoSettings& settings,
                                 int first, int count) {
  auto writer = VideoWriter::Create(file, settings);
  if (!writer) return std::move(writer).error();
  for (int i = first; i < first + count; ++i) {
    if (Status status = (*writer)->Write(MovingPicture(settings.width, settings.height, i));
        !status) {
      return status;
    }
  }
  auto frames = (*writer)->Finish();
  if (!frames) return std::move(frames).error();
  return Ok();
}

inline Result<std::vector<Frame>> ReadAll(const std::filesystem::path& file) {
  auto reader = VideoReader::Open(file);
  if (!reader) return std::move(reader).error();
  std::vector<Frame> frames;
  for (;;) {
    auto frame = (*reader)->Next();
    if (!frame) return std::move(frame).error();
    if (!frame->has_value()) return frames;
    frames.push_back(std::move(**frame));
  }
}

}  // namespace hyperlocal::testing
