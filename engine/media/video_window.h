#pragma once

#include <cstdint>

#include "engine/frame/frame.h"

namespace hyperlocal {

// Which moments of a source a video shows, frame by frame of the film. Frames that are extracted
// are numbered as a plan's reader counts them: frame k is shown k frames after the first one of the
// video. They are taken at the moments at which the film shows them, so whatever a reader knows of
// playback rates, it shows the right ones.
struct VideoWindow {
  std::int64_t frame_count = 0;    // to extract
  double first_seconds = 0;        // of the source, at frame 0
  double step_seconds = 0;         // of the source, from frame to frame
  double start_seconds = 0;        // of the film: where counting begins
  double media_start_seconds = 0;  // of the source, at start_seconds
  double round_seconds = 0;        // of the film: how long the source lasts from there

  // How long the source lasts, as a reader has to be told it: in the film's time, and for a loop a
  // billionth shorter, since a reader that computes the begin of a round finds itself a rounding
  // error before it.
  double ReadersSourceSeconds(bool loop) const {
    constexpr double kSlack = 1e-9;
    return media_start_seconds + round_seconds - (loop ? kSlack : 0);
  }

  double SourceSecondsOf(std::int64_t frame) const {
    return first_seconds + static_cast<double>(frame) * step_seconds;
  }
};

struct VideoTiming {
  double start_seconds = 0;  // of the film; may be before its begin
  double end_seconds = 0;
  double media_start_seconds = 0;
  double playback_rate = 1;
  bool loop = false;
  double source_seconds = 0;  // how long the source lasts
};

// Of a film of `total_frames`; no frames for a video that it never shows.
VideoWindow WindowOf(const VideoTiming& timing, std::int64_t total_frames, FrameRate rate);

}  // namespace hyperlocal
