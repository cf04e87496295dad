#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal {

// The first sound of a file, decoded.
struct Sound {
  std::string codec;  // libavcodec's name: aac, opus, …
  int sample_rate = 0;
  int channels = 0;
  // All channels mixed to one, ±32767, from time 0 of the file on: what comes before is left out,
  // and a sound that begins later has silence there. Two bytes a sample: an hour at 48 kHz is
  // 345 MB.
  std::vector<std::int16_t> samples;

  double seconds() const {
    return sample_rate == 0 ? 0 : static_cast<double>(samples.size()) / sample_rate;
  }
};

// Nothing when the file has no sound. Errors: kNoInput, kMedia.
Result<std::optional<Sound>> ReadSound(const std::filesystem::path& file);

}  // namespace hyperlocal
