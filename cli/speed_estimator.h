#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace hyperlocal::cli {

using TimePoint = std::chrono::steady_clock::time_point;

// How fast frames come, smoothed so that a number on a screen can be read: an exponential average
// over about four seconds, corrected for its short start. Feed it at any rhythm; the result hardly
// depends on the rhythm. Not thread-safe.
class SpeedEstimator {
 public:
  // `frames` counts work done and never falls, whatever becomes of that work.
  void Sample(TimePoint now, std::int64_t frames);

  // Frames per second; empty until a second has been seen.
  std::optional<double> speed() const;

  // Time for `frames` more at this speed; empty while the speed is unknown or zero.
  std::optional<std::chrono::milliseconds> TimeFor(std::int64_t frames) const;

 private:
  bool started_ = false;
  TimePoint first_;
  TimePoint last_;
  std::int64_t last_frames_ = 0;
  double weighted_ = 0;  // the average, as if there had been nothing before the first sample
  double weight_ = 0;    // how much of the average is real: 1 after a long time
};

}  // namespace hyperlocal::cli
