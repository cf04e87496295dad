#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "engine/error/result.h"

namespace hyperlocal {

// Samples of every sound that is mixed: 48,000 a second, two channels side by side, ±1.
inline constexpr int kMixRate = 48'000;
inline constexpr int kMixChannels = 2;

// The sound of a media file from some moment on, as it is mixed: resampled, a single channel on both
// sides at full strength, more than two brought to two, and played faster or slower with its pitch
// kept. Holds a moment of it, however long the file is. One thread at a time.
class SourceSound {
 public:
  // `from_seconds` of the file's own time, which begins with its first stream; `rate` from 0.1 to 5.
  // Errors: kNoInput, kMedia (not media, no sound in it, no decoder for it), kIo.
  static Result<std::unique_ptr<SourceSound>> Open(const std::filesystem::path& file,
                                                   double from_seconds, double rate);
  virtual ~SourceSound() = default;

  // Fills up to `count` pairs of samples; fewer only at the end. Errors: kMedia, kIo.
  virtual Result<std::size_t> Read(float* samples, std::size_t count) = 0;
};

}  // namespace hyperlocal
