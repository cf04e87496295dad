#include "engine/media/video_window.h"

#include <algorithm>
#include <cmath>

namespace hyperlocal {
namespace {

constexpr double kRoundingSlack = 1e-9;  // as the reader's (PlanVideo::FrameAt)

}  // namespace

VideoWindow WindowOf(const VideoTiming& timing, std::int64_t total_frames, FrameRate rate) {
  const double fps = static_cast<double>(rate.num) / rate.den;
  VideoWindow window;
  window.start_seconds = std::max(0.0, timing.start_seconds);
  window.media_start_seconds = timing.media_start_seconds +
                               (window.start_seconds - timing.start_seconds) * timing.playback_rate;
  window.step_seconds = timing.playback_rate / fps;
  window.round_seconds =
      std::max(0.0, timing.source_seconds - window.media_start_seconds) / timing.playback_rate;
  // The first frame of the film that shows it, and how far the video has come by then.
  const auto first =
      static_cast<std::int64_t>(std::ceil(window.start_seconds * fps - kRoundingSlack));
  const double late = static_cast<double>(first) / fps - window.start_seconds;
  window.first_seconds = window.media_start_seconds + late * timing.playback_rate;
  // The end belongs to it, for a reader.
  const auto last =
      std::min(total_frames - 1,
               static_cast<std::int64_t>(std::floor(timing.end_seconds * fps + kRoundingSlack)));
  if (last < first || timing.end_seconds <= timing.start_seconds) return window;
  const std::int64_t shown = last - first + 1;
  const double round = window.round_seconds * fps;
  // Behind the source's end its last picture is held, or the first comes again.
  const auto available = timing.loop
                             ? static_cast<std::int64_t>(std::ceil(round - kRoundingSlack))
                             : static_cast<std::int64_t>(std::floor(round - late * fps)) + 1;
  window.frame_count = std::clamp<std::int64_t>(available, 1, shown);
  return window;
}

}  // namespace hyperlocal
