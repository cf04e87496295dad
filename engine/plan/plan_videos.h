#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/av/media_probe.h"
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
  std::string frame_pattern;  // of the extracted frames' names: frame_%05d.jpg
  int width = 0;              // of the source, as it is shown
  int height = 0;

  // The extracted frame, from 0, that the composition shows at `seconds`; nothing outside of the
  // video's time. Behind its end the last frame is held.
  std::optional<std::int64_t> FrameAt(double seconds) const;
  // The file of an extracted frame, from 0: names count from 1.
  std::string FrameName(std::int64_t frame) const;
};

// A video and what its plan says of its source: what one element of meta/videos.json is made of.
struct ExtractedVideo {
  PlanVideo video;
  std::string source;       // as the page names it
  std::string source_path;  // in the plan
  bool has_audio = false;   // that is heard
  double file_seconds = 0;  // of the whole file
  SourceVideoFacts facts;
};

// The text of meta/videos.json, as the published planner lays it out. Error: kInvalidJson (a source
// whose name is not text).
Result<std::string> PlanVideosJson(std::span<const ExtractedVideo> videos);

// Reads meta/videos.json of a plan directory; a plan without it has no videos. Every video has its
// extraction and the reverse. Error: kInvalidVideoMetadata naming the member.
Result<std::vector<PlanVideo>> ReadPlanVideos(const std::filesystem::path& plan_root);

// The directory of a video's extracted frames. Error: kInvalidVideoMetadata for an id that would
// name another place.
Result<std::filesystem::path> ExtractedFramesDirectory(const std::filesystem::path& plan_root,
                                                       const std::string& video_id);

}  // namespace hyperlocal
