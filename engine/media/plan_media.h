#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "engine/frame/frame.h"
#include "engine/media/media_element.h"

namespace hyperlocal {

struct PlanMediaRequest {
  std::filesystem::path plan_root;  // compiled/ stands in it
  std::vector<MediaElement> elements;
  std::int64_t total_frames = 0;
  FrameRate fps;
  std::string video_frame_format = "auto";
  std::int64_t size_limit_bytes = 0;  // of the plan
  // Where an address outside of the project was recorded, below compiled/; empty: nowhere.
  std::function<std::string(const std::string& url)> recorded_path;
  // How loud each of the elements is at every frame and one behind, in their order. Asked only when
  // something is heard.
  std::function<Result<std::vector<std::vector<double>>>()> gains;
  // What the author should hear: an element, what is strange about it, and what to do.
  std::function<void(std::string_view warning)> warn;
};

struct PlannedMedia {
  int videos = 0;
  int sounds = 0;
  bool has_audio = false;
};

// Puts video and sound of a composition into its plan: video-frames/ and meta/videos.json, and
// audio.m4a where anything is heard. Errors: as SourceError names them, kPlanTooLarge,
// kInvalidVideoMetadata (a time that is no number), kCannotWrite, kIo.
Result<PlannedMedia> PlanMedia(const PlanMediaRequest& request);

}  // namespace hyperlocal
