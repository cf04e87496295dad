#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/error.h"
#include "engine/plan/plan_directory.h"

namespace hyperlocal {

// Hears what a render service in this process does while it does it, which no API of the cloud can
// tell: frames of a chunk that is being rendered, and what a page says. Any thread, many at once;
// must be quick.
class ServiceObserver {
 public:
  virtual ~ServiceObserver() = default;
  // A plan was made.
  virtual void OnPlan(const PlanDirectory& /*plan*/) {}
  virtual void OnChunkStart(int /*chunk*/) {}
  // `frames_done` of this attempt of this chunk have been captured and handed to the encoder.
  virtual void OnChunkProgress(int /*chunk*/, std::int64_t /*frames_done*/) {}
  // Its result is in the bucket. `frame_hashes` are those of RenderChunkOptions, empty unless they
  // are wanted.
  virtual void OnChunkDone(int /*chunk*/, const std::vector<std::string>& /*frame_hashes*/) {}
  // A request failed; `chunk` is -1 unless it was for one.
  virtual void OnFailure(std::string_view /*action*/, int /*chunk*/, const Error& /*error*/) {}
  // What a page said: console warnings and errors with file and line.
  virtual void OnPageMessage(std::string_view /*line*/) {}
  // Whether chunks are to compute the hashes of their frames, which costs time.
  virtual bool WantsFrameHashes() const { return false; }
};

}  // namespace hyperlocal
