#include "engine/capture/test_card_pattern.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "engine/capture/frame_barcode.h"
#include "engine/capture/rgb_canvas_internal.h"

namespace hyperlocal {
namespace {

// SplitMix64's finalizer: neighbouring numbers in, unrelated numbers out.
std::uint64_t Scramble(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

void PaintBars(int width, int top_height, RgbCanvas& canvas) {
  constexpr std::uint8_t kOn = 191;  // 75 % of 255: saturated, but inside what every display shows
  constexpr std::array<RgbColor, 8> kBars{
      RgbColor{kOn, kOn, kOn}, RgbColor{kOn, kOn, 0}, RgbColor{0, kOn, kOn}, RgbColor{0, kOn, 0},
      RgbColor{kOn, 0, kOn},   RgbColor{kOn, 0, 0},   RgbColor{0, 0, kOn},   RgbColor{0, 0, 0}};
  constexpr int kCount = static_cast<int>(kBars.size());
  for (int bar = 0; bar < kCount; ++bar) {
    // Even edges, so that no chroma sample mixes two bars.
    canvas.Fill({.left = width * bar / kCount / 2 * 2,
                 .top = 0,
                 .right = width * (bar + 1) / kCount / 2 * 2,
                 .bottom = top_height},
                kBars[static_cast<std::size_t>(bar)]);
  }
}

void PaintGradient(int width, int top_height, RgbCanvas& canvas) {
  for (int y = 0; y < top_height; ++y) {
    std::uint8_t* pixel = canvas.Row(y);
    for (int x = 0; x < width; ++x, pixel += 3) {
      pixel[0] = static_cast<std::uint8_t>(255 * x / width);
      pixel[1] = static_cast<std::uint8_t>(255 * y / top_height);
      pixel[2] = static_cast<std::uint8_t>(255 - (pixel[0] + pixel[1]) / 2);
    }
  }
}

void PaintNoise(int width, int top_height, RgbCanvas& canvas) {
  std::uint64_t counter = 0;
  for (int y = 0; y < top_height; ++y) {
    std::uint8_t* pixel = canvas.Row(y);
    for (int x = 0; x < width; ++x, pixel += 3) {
      std::memset(pixel, static_cast<int>(Scramble(counter++) >> 56), 3);
    }
  }
}

void PaintSlate(int width, int top_height, RgbCanvas& canvas) {
  const int line = std::max(2, top_height / 60 / 2 * 2);
  canvas.Fill({.left = 0, .top = 0, .right = width, .bottom = top_height}, {235, 235, 235});
  canvas.Fill({.left = line, .top = line, .right = width - line, .bottom = top_height - line},
              {72, 72, 72});
}

}  // namespace

std::vector<std::uint8_t> PaintTestCardBackground(const TestCard& card) {
  const std::size_t bytes =
      static_cast<std::size_t>(card.width) * static_cast<std::size_t>(card.height) * 3;
  std::vector<std::uint8_t> pixels(bytes, 0);
  RgbCanvas canvas(card.width, card.height, pixels);
  const int top_height = BarcodeTop(card.height);
  switch (card.pattern) {
    case TestCardPattern::kBars:
      PaintBars(card.width, top_height, canvas);
      break;
    case TestCardPattern::kGradient:
      PaintGradient(card.width, top_height, canvas);
      break;
    case TestCardPattern::kNoise:
      PaintNoise(card.width, top_height, canvas);
      break;
    case TestCardPattern::kSlate:
      PaintSlate(card.width, top_height, canvas);
      break;
  }
  return pixels;
}

void FillWithNoise(const TestCard& card, const std::vector<std::uint8_t>& background,
                   std::int64_t frame, std::vector<std::uint8_t>& pixels) {
  const auto width = static_cast<std::size_t>(card.width);
  const auto rows = static_cast<std::size_t>(BarcodeTop(card.height));
  for (std::size_t y = 0; y < rows; ++y) {
    const std::uint64_t choice = Scramble(static_cast<std::uint64_t>(frame) * rows + y);
    const std::uint8_t* from = background.data() + (choice >> 32) % rows * width * 3;
    const std::size_t turn = (choice & 0xFFFFFFFFU) % width * 3;
    std::uint8_t* to = pixels.data() + y * width * 3;
    std::memcpy(to, from + turn, width * 3 - turn);
    std::memcpy(to + (width * 3 - turn), from, turn);
  }
}

}  // namespace hyperlocal
