#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "golden/diagnosis.h"
#include "golden/video_comparison.h"

namespace hyperlocal::golden {

// What two videos have to be, to count as the same.
struct Thresholds {
  double min_psnr_db = 30;        // over all frames
  double min_frame_psnr_db = 30;  // of a frame
  std::int64_t max_frame_failures = 0;
  std::optional<double> min_ssim;
  double min_audio_correlation = 0.9;
  bool audio_asked_for = false;  // somebody named a limit: no sound at all is then undecided
  std::chrono::microseconds max_audio_lag{10'000};
  int max_spot_error = 32;  // of a few pixels in a picture that is otherwise the same, of 255
};

enum class Outcome { kPass, kFail, kUndecided };

struct Check {
  std::string name;  // "frame-psnr"
  Outcome outcome = Outcome::kPass;
  std::string message;  // what was found, and what was wanted
};

struct Verdict {
  Outcome outcome = Outcome::kPass;  // of all: a failure beats what is undecided
  std::vector<Check> checks;
  std::vector<Finding> findings;  // why
  std::int64_t failed_frames = 0;
  std::optional<std::int64_t> worst_frame;
};

Verdict Judge(const VideoComparison& comparison, const Thresholds& thresholds);

// The indexes of the frames that are furthest apart, worst first; equal ones are left out.
std::vector<std::int64_t> WorstFrames(const VideoComparison& comparison, std::size_t most);

// "42.17 dB", or "equal".
std::string DbText(double db);

}  // namespace hyperlocal::golden
