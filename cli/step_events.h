#pragma once

#include <vector>

#include "adapters/gcp/sdk/progress.h"
#include "cli/serial_observer.h"
#include "engine/frame/frame.h"

namespace hyperlocal::cli {

// Tells a render's observer what the steps of its execution show: all that is known of a service
// which is not in this process. One thread.
class StepEvents {
 public:
  StepEvents(SerialObserver& observer, FrameRate fps, int width, int height)
      : observer_(observer), fps_(fps), width_(width), height_(height) {}

  // What has changed since the last time.
  void Tell(const CloudRenderProgress& progress);

 private:
  void TellPlan(const LiveStanding& live);
  void TellChunk(const ChunkStanding& now, ChunkStanding& before);

  SerialObserver& observer_;
  const FrameRate fps_;
  const int width_;
  const int height_;
  std::vector<ChunkStanding> before_;  // by chunk; empty until there is a plan
  bool assembling_ = false;
};

}  // namespace hyperlocal::cli
