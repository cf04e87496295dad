#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/av/media_probe.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "engine/media/media_element.h"
#include "engine/media/video_window.h"

namespace hyperlocal {

struct ExtractionSettings {
  std::string format;            // auto, jpg, png: the videoFrameFormat of the config
  std::int64_t bytes_limit = 0;  // of what may still be written
  CancellationToken stop;
};

struct ExtractedFrames {
  std::string pattern;  // of their names: frame_%05d.jpg
  std::int64_t count = 0;
  std::int64_t bytes = 0;
};

// Takes the pictures of a window out of a source into `directory`, which must not exist: JPEG, or
// PNG where there is alpha or it is asked for. A picture that lasts for several frames is one file
// under several names. Decoded on this thread and the decoder's, encoded on as many as there are
// cores; the files do not depend on them. Memory does not grow with the length. Errors: as
// SourceError names them, kPlanTooLarge, kCancelled.
Result<ExtractedFrames> ExtractFrames(const MediaElement& element,
                                      const std::filesystem::path& source,
                                      const SourceVideoFacts& facts, const VideoWindow& window,
                                      const std::filesystem::path& directory,
                                      const ExtractionSettings& settings);

}  // namespace hyperlocal
