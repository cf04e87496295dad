#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/error/result.h"
#include "engine/frame/frame.h"

// Small media files for tests, made in the process.
namespace hyperlocal::testing {

// Picture `number` (0 to 255): one colour above, below it the number in eight fields, black or
// white, most significant first. kRgba32 has the left half of the colour transparent.
Frame NumberedPicture(int width, int height, int number, PixelLayout layout = PixelLayout::kRgb24);
// The colour of its upper part, 0xRRGGBB.
std::uint32_t ColourOfNumber(int number);
// Reads the number out of a picture that lies at x, y in `frame` and is so large there.
std::optional<int> ReadNumber(const Frame& frame, int x, int y, int width, int height);

struct MadeVideo {
  std::string codec = "libx264";
  std::string pixels = "yuv420p";
  int width = 64;
  int height = 48;
  // When each picture is shown, in ticks; the number of pictures.
  std::vector<std::int64_t> times;
  int tick_num = 1, tick_den = 30;  // seconds
  int last_ticks = 1;               // how long the last one lasts
  int turned_degrees = 0;           // clockwise, by the file's matrix
  int aspect_num = 1, aspect_den = 1;
  int key_every = 5;
  bool alpha = false;
  std::string matrix = "bt709";  // bt709, smpte170m, or empty: untagged
  bool full_range = false;
  std::function<Frame(int)> picture = {};  // NumberedPicture where there is none
};

struct MadeTone {
  double seconds = 1;
  double hertz = 440;
  double amplitude = 0.5;
};

struct MadeSound {
  std::string codec = "pcm_s16le";
  int sample_rate = 48'000;
  int channels = 2;
  std::vector<MadeTone> tones;
};

// The container is that of the file's extension.
Status MakeMedia(const std::filesystem::path& file, const std::optional<MadeVideo>& video,
                 const std::optional<MadeSound>& sound = std::nullopt);

// `count` times at an even rate.
std::vector<std::int64_t> EvenTimes(int count);

}  // namespace hyperlocal::testing
