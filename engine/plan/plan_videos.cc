#include "engine/plan/plan_videos.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"
#include "engine/plan/plan_files_internal.h"

namespace hyperlocal {
namespace {

using nlohmann::json;

Error Invalid(std::string problem) {
  return Error{ErrorCode::kInvalidVideoMetadata, std::move(problem)};
}

Result<std::string> SomeText(const JsonObject& object, const char* name) {
  HYPERLOCAL_TRY(std::string text, object.Text(name));
  if (text.empty()) return object.Bad(name, "a text that is not empty");
  return text;
}

// Checks what this version does not use too, so that a damaged file is found wherever it is
// damaged. A member of JSON is a finite number or none at all.
Status ReadSource(const JsonObject& extraction, PlanVideo& video) {
  HYPERLOCAL_TRY(const JsonObject source, extraction.Object("metadata"));
  HYPERLOCAL_TRY(const double duration, source.Number("durationSeconds"));
  HYPERLOCAL_TRY(const double stream_duration, source.Number("videoStreamDurationSeconds"));
  if (source.Find("videoStreamStartSeconds") != nullptr) {
    HYPERLOCAL_TRY_STATUS(source.Number("videoStreamStartSeconds"));
  }
  HYPERLOCAL_TRY(video.width, source.Int("width", 1));
  HYPERLOCAL_TRY(video.height, source.Int("height", 1));
  HYPERLOCAL_TRY_STATUS(source.Number("fps"));
  HYPERLOCAL_TRY_STATUS(SomeText(source, "videoCodec"));
  for (const char* name : {"hasAudio", "isVFR", "hasAlpha"}) {
    HYPERLOCAL_TRY_STATUS(source.Boolean(name));
  }
  const json* color = source.Find("colorSpace");
  if (color == nullptr || !color->is_null()) {
    HYPERLOCAL_TRY(const JsonObject space, source.Object("colorSpace"));
    for (const char* name : {"colorTransfer", "colorPrimaries", "colorSpace"}) {
      HYPERLOCAL_TRY_STATUS(space.Text(name));
    }
  }
  video.source_seconds = stream_duration > 0 ? stream_duration : duration;
  return Ok();
}

Result<PlanVideo> ReadVideo(const json& value, const std::string& where) {
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(value, where));
  PlanVideo video;
  HYPERLOCAL_TRY(video.id, SomeText(object, "id"));
  HYPERLOCAL_TRY_STATUS(SomeText(object, "src"));
  HYPERLOCAL_TRY(video.start_seconds, object.Number("start"));
  HYPERLOCAL_TRY(video.end_seconds, object.Number("end"));
  HYPERLOCAL_TRY(video.media_start_seconds, object.Number("mediaStart"));
  HYPERLOCAL_TRY(video.loop, object.Boolean("loop"));
  HYPERLOCAL_TRY_STATUS(object.Boolean("hasAudio"));
  return video;
}

Status ReadExtraction(const json& value, const std::string& where,
                      std::map<std::string, PlanVideo*>& unextracted) {
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(value, where));
  HYPERLOCAL_TRY(const std::string id, SomeText(object, "videoId"));
  const auto found = unextracted.find(id);
  if (found == unextracted.end()) return object.Bad("videoId", "the id of one of the videos");
  if (found->second == nullptr) return object.Bad("videoId", "another one than before");
  PlanVideo& video = *std::exchange(found->second, nullptr);
  HYPERLOCAL_TRY_STATUS(SomeText(object, "srcPath"));
  HYPERLOCAL_TRY(video.frame_pattern, SomeText(object, "framePattern"));
  HYPERLOCAL_TRY(video.frames_per_second, object.Number("fps"));
  HYPERLOCAL_TRY(video.frame_count, object.Integer("totalFrames", 0));
  return ReadSource(object, video);
}

Result<std::vector<PlanVideo>> Read(const std::string& text, const std::string& where) {
  HYPERLOCAL_TRY(const json parsed, ParseJson(text, where));
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(parsed, where));
  for (const char* name : {"videos", "extracted"}) {
    if (object.Find(name) == nullptr || !object.Find(name)->is_array())
      return object.Bad(name, "a list");
  }
  const auto element = [&where](const char* list, std::size_t i) {
    return where + "." + list + "[" + std::to_string(i) + "]";
  };
  std::vector<PlanVideo> videos;
  for (const json& value : *object.Find("videos")) {
    HYPERLOCAL_TRY(PlanVideo video, ReadVideo(value, element("videos", videos.size())));
    videos.push_back(std::move(video));
  }
  std::map<std::string, PlanVideo*> unextracted;
  for (PlanVideo& video : videos) {
    if (!unextracted.emplace(video.id, &video).second) {
      return Invalid(where + ": there are two videos with the id " + video.id);
    }
  }
  std::size_t i = 0;
  for (const json& value : *object.Find("extracted")) {
    HYPERLOCAL_TRY_STATUS(ReadExtraction(value, element("extracted", i++), unextracted));
  }
  for (const auto& [id, video] : unextracted) {
    if (video != nullptr) return Invalid(where + ": the video " + id + " was not extracted");
  }
  return videos;
}

}  // namespace

std::optional<std::int64_t> PlanVideo::FrameAt(double seconds) const {
  if (seconds < start_seconds || seconds > end_seconds || frame_count <= 0) return std::nullopt;
  double local = seconds - start_seconds;
  const double round = std::max(0.0, source_seconds - media_start_seconds);
  if (loop && round > 0 && local >= round) local = std::fmod(local, round);
  // 0.28 s of 25 frames a second are 6.999999999999999 frames in binary, and are meant to be 7.
  constexpr double kRoundingSlack = 1e-9;
  const double frame = std::floor(local * frames_per_second + kRoundingSlack);
  if (!(frame >= 0)) return std::nullopt;
  return static_cast<std::int64_t>(std::min(frame, static_cast<double>(frame_count - 1)));
}

std::string PlanVideo::FrameName(std::int64_t frame) const {
  // "frame_%05d.jpg": the pattern is data, and no format string of ours.
  const std::size_t percent = frame_pattern.find('%');
  const std::size_t d = frame_pattern.find('d', percent);
  std::string number = std::to_string(frame + 1);
  if (percent == std::string::npos || d == std::string::npos) return frame_pattern;
  const auto digits = static_cast<std::size_t>(
      std::clamp(std::atoi(frame_pattern.c_str() + percent + 1), 0, 20));  // "05" is five
  if (number.size() < digits) number.insert(0, digits - number.size(), '0');
  return frame_pattern.substr(0, percent) + number + frame_pattern.substr(d + 1);
}

Result<std::string> PlanVideosJson(std::span<const ExtractedVideo> videos) {
  using nlohmann::ordered_json;
  ordered_json declared = ordered_json::array(), extracted = ordered_json::array();
  for (const ExtractedVideo& one : videos) {
    const PlanVideo& video = one.video;
    declared.push_back({{"id", video.id},
                        {"src", one.source},
                        {"start", video.start_seconds},
                        {"end", video.end_seconds},
                        {"mediaStart", video.media_start_seconds},
                        {"loop", video.loop},
                        {"hasAudio", one.has_audio}});
    ordered_json color = nullptr;
    if (one.facts.color) {
      color = {{"colorTransfer", one.facts.color->transfer},
               {"colorPrimaries", one.facts.color->primaries},
               {"colorSpace", one.facts.color->matrix}};
    }
    extracted.push_back({{"videoId", video.id},
                         {"srcPath", one.source_path},
                         {"framePattern", video.frame_pattern},
                         {"fps", video.frames_per_second},
                         {"totalFrames", video.frame_count},
                         {"metadata",
                          {{"durationSeconds", one.file_seconds},
                           {"videoStreamDurationSeconds", video.source_seconds},
                           {"videoStreamStartSeconds", one.facts.start_seconds},
                           {"width", video.width},
                           {"height", video.height},
                           {"fps", one.facts.frames_per_second},
                           {"videoCodec", one.facts.codec},
                           {"hasAudio", one.has_audio},
                           {"isVFR", one.facts.variable_rate},
                           {"hasAlpha", one.facts.has_alpha},
                           {"colorSpace", color}}}});
  }
  return PrettyJson(ordered_json{{"videos", declared}, {"extracted", extracted}});
}

Result<std::vector<PlanVideo>> ReadPlanVideos(const std::filesystem::path& plan_root) {
  const std::filesystem::path file = plan_root / plan_files::kVideos;
  auto text = ReadWholeFile(file);
  if (!text && text.error().code == ErrorCode::kNoInput) return std::vector<PlanVideo>();
  if (!text) return std::move(text).error();
  auto videos = Read(*text, file.string());
  if (!videos && videos.error().code == ErrorCode::kInvalidJson)
    return Invalid(videos.error().message);
  return videos;
}

Result<std::filesystem::path> ExtractedFramesDirectory(const std::filesystem::path& plan_root,
                                                       const std::string& video_id) {
  if (video_id.empty() || video_id == "." || video_id == ".." ||
      video_id.find('/') != std::string::npos || video_id.find('\0') != std::string::npos) {
    return Invalid("the video id '" + video_id + "' cannot be the name of a directory");
  }
  return plan_root / plan_files::kVideoFrames / video_id;
}

}  // namespace hyperlocal
