#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "golden/video_comparison.h"

namespace hyperlocal::golden {

// What is wrong with a video, by cause: each has its own way of being found and its own words.
enum class FindingKind {
  kFramesMissing,    // frames of A that B leaves out
  kFramesRepeated,   // frames that B shows again
  kChunksSwapped,    // two runs of frames that took each other's place
  kFramesMoved,      // frames that are elsewhere in A
  kMatrix,           // coded with another matrix than the tags say, or tagged with another
  kRange,            // the same of full and limited range
  kChannelsSwapped,  // red and blue
  kPixels,           // a few pixels of an otherwise equal picture
  kAlphaMissing,
  kSoundMissing,
  kSoundShifted,
  kSoundDiffers,
  kPicture,  // frames that differ, for a reason that is none of the above
};
std::string_view FindingName(FindingKind kind);  // "frames-missing"

struct Finding {
  FindingKind kind = FindingKind::kPicture;
  std::string message;
  std::optional<std::int64_t> first_frame = {};  // of B, or of A for missing ones
  std::int64_t frames = 0;
};

struct DiagnosisLimits {
  double frame_psnr_db = 30;  // a frame below it is wrong
  int spot_error = 32;        // a colour error that a picture which is equal elsewhere may not have
  double correlation = 0.9;   // of sounds
  std::int64_t lag_us = 10'000;
};

// Says why the videos differ, worst cause first. Nothing for videos that are alike within the
// limits.
std::vector<Finding> Diagnose(const VideoComparison& comparison, const DiagnosisLimits& limits);

}  // namespace hyperlocal::golden
