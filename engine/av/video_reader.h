#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

// What a file says of its first video stream.
struct VideoFacts {
  std::string codec;         // libavcodec's name: h264, hevc, …
  std::string pixel_format;  // yuv420p, …
  std::string color_matrix, color_primaries, color_transfer, color_range;  // libavutil's names: bt709, tv, …
  bool has_alpha = false;
  int width = 0;
  int height = 0;
  FrameRate average_rate;  // frames over duration
  FrameRate real_rate;     // the stream's own claim
  double duration_seconds = 0;
  std::int64_t frame_count = 0;  // packets counted, not the header's claim
  bool index_first = false;      // mp4: moov before mdat
};
Result<VideoFacts> ProbeVideo(const std::filesystem::path& file);

// Decodes a video (or a single image) frame by frame into RGB by the file's own matrix and range tags (untagged: by size, BT.709 from
// 720 lines up, else BT.601). One thread at a time. Errors: kNoInput, kMedia.
class VideoReader {
 public:
  static Result<std::unique_ptr<VideoReader>> Open(const std::filesystem::path& file);
  virtual ~VideoReader() = default;
  // The next frame, kRgb24; nothing at the end.
  virtual Result<std::optional<Frame>> Next() = 0;
};

}  // namespace hyperlocal
