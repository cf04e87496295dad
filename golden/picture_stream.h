#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "engine/av/plane_reader.h"
#include "engine/av/video_reader.h"
#include "engine/error/result.h"

namespace hyperlocal::golden {

// The pictures of a video, of a single image, or of a directory of images (png, jpg, jpeg, webp)
// in the order of their names. One thread at a time.
class PictureStream {
 public:
  // `threads` of the decoder; 0: as many as there are cores. Errors: kNoInput (no such file; a
  // directory without images), kMedia.
  static Result<std::unique_ptr<PictureStream>> Open(const std::filesystem::path& source,
                                                     int threads);
  virtual ~PictureStream() = default;
  // The next picture; nothing at the end.
  virtual Result<std::optional<PlanePicture>> Next() = 0;
};

// What a video, an image or a directory of images says of itself. A directory has no rate
// (0/1), and the facts of its first image.
struct SourceFacts {
  std::filesystem::path path;
  VideoFacts video;
  bool has_rate = false;  // a moving picture
  std::int64_t file_size = 0;
};
Result<SourceFacts> ProbeSource(const std::filesystem::path& source);

}  // namespace hyperlocal::golden
