#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "engine/error/result.h"

namespace hyperlocal {

// Writes a mix (kMixRate, kMixChannels, ±1) as AAC in an mp4 file of the sound alone, at 192 kbit/s
// as published. Samples that go in come out at the same time: the container hides what the encoder
// puts before them. The same bytes for the same samples. One thread at a time.
class SoundWriter {
 public:
  // Errors: kFormatNotSupported (this libav has no AAC encoder), kCannotWrite.
  static Result<std::unique_ptr<SoundWriter>> Create(const std::filesystem::path& file);
  // Destroyed before Finish succeeded: nothing is left.
  virtual ~SoundWriter() = default;

  virtual Status Write(std::span<const float> samples) = 0;
  // The file is complete and on the disk. Errors: kIo, kMedia.
  virtual Status Finish() = 0;
};

}  // namespace hyperlocal
