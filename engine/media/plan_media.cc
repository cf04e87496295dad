#include "engine/media/plan_media.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <future>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "engine/cancellation.h"
#include "engine/file/whole_file.h"
#include "engine/media/media_file.h"
#include "engine/media/sound_mix.h"
#include "engine/media/video_extraction.h"
#include "engine/media/video_window.h"
#include "engine/plan/plan_files_internal.h"
#include "engine/plan/plan_videos.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

// A clip may outlive its source by so much without anybody noticing; as published.
constexpr double kUnnoticedSeconds = 0.05;

class MediaPlanner {
 public:
  explicit MediaPlanner(const PlanMediaRequest& request)
      : request_(request),
        film_seconds_(static_cast<double>(request.total_frames) * request.fps.den /
                      request.fps.num) {}

  Result<PlannedMedia> Run() {
    PlannedMedia planned;
    for (std::size_t i = 0; i < request_.elements.size(); ++i) {
      const MediaElement& element = request_.elements[i];
      if (element.source.empty()) continue;  // nothing to show and nothing to hear
      HYPERLOCAL_TRY_STATUS(CheckTimes(element));
      if (!IsInTheFilm(element)) {
        Warn(element,
             fmt::format("begins at {:.3g} s, but the film ends at {:.3g} s: it is neither "
                         "seen nor heard. Mend its data-start, or the data-duration of "
                         "the composition",
                         element.start_seconds, film_seconds_));
        continue;
      }
      // What is not heard of a sound need not be there.
      if (!element.is_video && element.silent) continue;
      HYPERLOCAL_TRY(const fs::path file, FileOf(element));
      HYPERLOCAL_TRY(const MediaFacts facts, ProbeSource(element, request_.plan_root / file));
      if (element.is_video) HYPERLOCAL_TRY_STATUS(PlanVideoOf(element, file, facts));
      HYPERLOCAL_TRY_STATUS(PlanSoundOf(element, i, file, facts));
      ++(element.is_video ? planned.videos : planned.sounds);
    }
    planned.has_audio = !clips_.empty();
    // The page is asked for the volume while pictures are taken.
    const CancellationToken stop;
    auto extracted = std::async(std::launch::async, [&] { return ExtractAll(stop); });
    Status sound = planned.has_audio ? WriteSound() : Ok();
    if (!sound) stop.Cancel();
    Status pictures = extracted.get();
    if (!sound) return std::move(sound).error();
    if (!pictures) return std::move(pictures).error();
    HYPERLOCAL_TRY_STATUS(WriteVideos());
    return planned;
  }

 private:
  static Status CheckTimes(const MediaElement& element) {
    for (const double seconds : {element.start_seconds, element.media_start_seconds,
                                 element.duration_seconds.value_or(0), element.playback_rate}) {
      if (std::isfinite(seconds)) continue;
      return Error{ErrorCode::kInvalidVideoMetadata,
                   element.Label() + ": one of its times is no finite number"};
    }
    return Ok();
  }

  bool IsInTheFilm(const MediaElement& element) const {
    const double end = EndOf(element, film_seconds_, film_seconds_);
    return element.start_seconds < film_seconds_ && end > element.start_seconds;
  }

  // Relative to the plan.
  Result<fs::path> FileOf(const MediaElement& element) const {
    if (element.source.find(':') == std::string::npos ||
        fs::exists(request_.plan_root / "compiled" / element.source)) {
      return fs::path("compiled") / element.source;
    }
    const std::string recorded =
        request_.recorded_path ? request_.recorded_path(element.source) : "";
    if (!recorded.empty()) return fs::path("compiled") / recorded;
    return SourceError(element,
                       {ErrorCode::kNoInput,
                        "only files are rendered, and what the page asked for from outside by its "
                        "address. Put the file into the project and name it in src"});
  }

  Status PlanVideoOf(const MediaElement& element, const fs::path& file, const MediaFacts& media) {
    if (!media.video) {
      return SourceError(element, {ErrorCode::kMedia, "there is no video in the file"});
    }
    const SourceVideoFacts& facts = *media.video;
    if (!(facts.duration_seconds > 0)) {
      return SourceError(element, {ErrorCode::kMedia, "its pictures last no time at all"});
    }
    if (element.media_start_seconds >= facts.duration_seconds) {
      return SourceError(
          element, {ErrorCode::kMedia,
                    fmt::format("data-media-start is {:.3g} s, but its pictures end at {:.3g} s",
                                element.media_start_seconds, facts.duration_seconds)});
    }
    const double natural =
        (facts.duration_seconds - element.media_start_seconds) / element.playback_rate;
    const double end = EndOf(element, natural, film_seconds_);
    WarnIfShorter(element, natural, "its last picture is held");
    const VideoTiming timing{element.start_seconds, end,          element.media_start_seconds,
                             element.playback_rate, element.loop, facts.duration_seconds};
    const VideoWindow window = WindowOf(timing, request_.total_frames, request_.fps);
    HYPERLOCAL_TRY(fs::path directory, ExtractedFramesDirectory(request_.plan_root, element.name));
    extractions_.push_back({&element, request_.plan_root / file, window, std::move(directory)});

    PlanVideo video;
    video.id = element.name;
    video.start_seconds = window.start_seconds;
    video.end_seconds = end;
    video.media_start_seconds = window.media_start_seconds;
    video.loop = element.loop;
    video.frames_per_second = static_cast<double>(request_.fps.num) / request_.fps.den;
    video.width = facts.width;
    video.height = facts.height;
    video.source_seconds = window.ReadersSourceSeconds(element.loop);
    videos_.push_back({std::move(video), element.source, file.generic_string(),
                       media.has_audio && !element.silent, media.duration_seconds, facts});
    return Ok();
  }

  Status PlanSoundOf(const MediaElement& element, std::size_t index, const fs::path& file,
                     const MediaFacts& media) {
    if (element.silent) return Ok();
    if (!media.has_audio) {
      if (element.is_video) return Ok();
      return SourceError(element, {ErrorCode::kMedia, "there is no sound in the file"});
    }
    if (element.effects) {
      Warn(element,
           "data-fx-chain is not rendered: it is heard as it was recorded. Put the effects "
           "into the file");
    }
    const double length = media.duration_seconds - element.media_start_seconds;
    if (media.duration_seconds > 0 && length <= 0) {
      return SourceError(
          element, {ErrorCode::kMedia,
                    fmt::format("data-media-start is {:.3g} s, but its sound ends at {:.3g} s",
                                element.media_start_seconds, media.duration_seconds)});
    }
    const double natural =
        media.duration_seconds > 0 ? length / element.playback_rate : film_seconds_;
    if (!element.is_video) WarnIfShorter(element, natural, "the rest of it is silent");
    SoundClip clip;
    clip.element = element;
    clip.file = request_.plan_root / file;
    clip.end_seconds = EndOf(element, natural, film_seconds_);
    clips_.push_back(std::move(clip));
    heard_.push_back(index);
    return Ok();
  }

  // One video after the other: each uses all cores.
  Status ExtractAll(const CancellationToken& stop) {
    std::int64_t bytes_left = request_.size_limit_bytes;
    for (std::size_t i = 0; i < extractions_.size(); ++i) {
      const Extraction& each = extractions_[i];
      HYPERLOCAL_TRY(
          const ExtractedFrames frames,
          ExtractFrames(*each.element, each.file, videos_[i].facts, each.window, each.directory,
                        {request_.video_frame_format, bytes_left, stop}));
      bytes_left -= frames.bytes;
      videos_[i].video.frame_count = frames.count;
      videos_[i].video.frame_pattern = frames.pattern;
    }
    return Ok();
  }

  Status WriteVideos() const {
    if (videos_.empty()) return Ok();
    std::error_code ignored;
    fs::create_directories(request_.plan_root / "meta", ignored);
    HYPERLOCAL_TRY(const std::string json, PlanVideosJson(videos_));
    return WriteWholeFile(request_.plan_root / plan_files::kVideos, json, Durability::kUnsynced);
  }

  Status WriteSound() {
    HYPERLOCAL_TRY(std::vector<std::vector<double>> gains, request_.gains());
    for (std::size_t i = 0; i < clips_.size(); ++i) {
      if (heard_[i] < gains.size()) clips_[i].gains = std::move(gains[heard_[i]]);
    }
    return MixSound(clips_, request_.total_frames, request_.fps,
                    request_.plan_root / plan_files::kAudio);
  }

  void WarnIfShorter(const MediaElement& element, double natural, std::string_view what_happens) {
    if (element.loop || !element.duration_seconds) return;
    const double slot = std::min(*element.duration_seconds, film_seconds_ - element.start_seconds);
    if (slot - natural <= kUnnoticedSeconds) return;
    Warn(element, fmt::format("its data-duration is {:.3g} s, but its source lasts {:.3g} s from "
                              "there: {}. Make the clip shorter, or let it loop",
                              *element.duration_seconds, natural, what_happens));
  }

  void Warn(const MediaElement& element, const std::string& what) const {
    if (request_.warn) request_.warn(element.Label() + ": " + what);
  }

  const PlanMediaRequest& request_;
  const double film_seconds_;
  // What is to be taken out of its file for the video of the same number.
  struct Extraction {
    const MediaElement* element;
    fs::path file;
    VideoWindow window;
    fs::path directory;
  };
  std::vector<Extraction> extractions_;
  std::vector<ExtractedVideo> videos_;
  std::vector<SoundClip> clips_;
  std::vector<std::size_t> heard_;  // of each clip, the number of its element
};

}  // namespace

Result<PlannedMedia> PlanMedia(const PlanMediaRequest& request) {
  return MediaPlanner(request).Run();
}

}  // namespace hyperlocal
