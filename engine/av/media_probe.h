#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/error/result.h"

namespace hyperlocal {

// What a media file of a composition holds, in the words of the plan (meta/videos.json).
struct SourceVideoFacts {
  std::string codec;  // libavcodec's name
  int width = 0;      // as shown: turned upright, with square pixels
  int height = 0;
  double frames_per_second = 0;  // on average
  double start_seconds = 0;      // of the stream's first picture, in the file's own time stamps
  double duration_seconds = 0;   // of the pictures; the file's where the stream does not say
  bool variable_rate = false;
  bool has_alpha = false;
  struct Color {
    std::string transfer, primaries, matrix;  // libavutil's names
  };
  std::optional<Color> color;  // nothing where the file says nothing
};

struct MediaFacts {
  double duration_seconds = 0;  // of the file; 0 when it does not say
  std::optional<SourceVideoFacts> video;
  bool has_audio = false;
};

// Looks at a file without decoding it. A cover picture is no video. Errors: kNoInput (no such
// file); kMedia (not media, or damaged before anything could be read of it); kIo.
Result<MediaFacts> ProbeMedia(const std::filesystem::path& file);

}  // namespace hyperlocal
