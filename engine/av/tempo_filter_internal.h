#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal {

// Makes a sound of kMixRate and kMixChannels shorter or longer and keeps its pitch (libavfilter's
// atempo).
class TempoFilter {
 public:
  static Result<std::unique_ptr<TempoFilter>> Create(double rate);
  virtual ~TempoFilter() = default;
  // Puts samples in, or the end with none, and appends to `out` what comes out by now. Error:
  // kMedia.
  virtual Status Push(std::span<const float> samples, std::vector<float>& out) = 0;
};

}  // namespace hyperlocal
