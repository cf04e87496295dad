#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal {

// A video of the composition and the frames that were taken out of its source (meta/videos.json).
struct PlanVideo {
  std::string id;
  double start_seconds = 0;  // of the composition
  double end_seconds = 0;    // the last moment that shows it
  double media_start_seconds = 0;
  bool loop = false;
  double frames_per_second = 0;  // of the extracted frames
  std::int64_t frame_count = 0;
  double source_seconds = 0;  // what can be played of the source

  // The extracted frame, from 0, that the composition shows at `seconds`; nothing outside of the
  // video's time. Behind its end the last frame is held.
  std::optional<std::int64_t> FrameAt(double seconds) const;
};

// Reads meta/videos.json of a plan directory; a plan without it has no videos. Every video has its
// extraction and the reverse. Error: kInvalidVideoMetadata naming the member.
Result<std::vector<PlanVideo>> ReadPlanVideos(const std::filesystem::path& plan_root);

// The directory of a video's extracted frames. Error: kInvalidVideoMetadata for an id that would
// name another place.
Result<std::filesystem::path> ExtractedFramesDirectory(const std::filesystem::path& plan_root,
                                                       const std::string& video_id);

}  // namespace hyperlocal
