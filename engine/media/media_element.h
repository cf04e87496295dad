#pragma once

#include <optional>
#include <string>
#include <vector>

namespace hyperlocal {

// A <video> or <audio> of a composition, timed as the page sees it. Seconds of the composition
// unless it says otherwise.
struct MediaElement {
  std::string name;  // in the plan: its id, or one that was given to it
  std::string id;    // as its author wrote it; may be empty
  bool is_video = false;
  std::string source;  // a path in the project, or an address outside of it; empty: none
  double start_seconds = 0;
  std::optional<double> duration_seconds;  // as declared
  std::optional<double> host_end_seconds;  // when a composition around it is over
  bool timed = false;              // has a start of its own, and is hidden outside of its time
  double media_start_seconds = 0;  // of the source's own time
  double playback_rate = 1;
  bool loop = false;
  bool silent = false;   // muted, hidden, or declared to have no sound
  bool effects = false;  // its sound asks for effects

  // "<video id="clip"> (media/clip.mp4)", for messages.
  std::string Label() const;
};

// When an element is over, of a composition that ends at `composition_end`: `natural_seconds` is
// how long its source lasts from its media start on, in the composition's time.
double EndOf(const MediaElement& element, double natural_seconds, double composition_end);

}  // namespace hyperlocal
