#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "cli/render_progress.h"

namespace hyperlocal::cli {

// Something a render said, with what a line about it needs; fields that do not belong to the kind
// are empty.
struct RenderEvent {
  enum class Kind {
    kStage,
    kPlan,
    kChunkStart,
    kChunkDone,
    kChunkRetry,
    kStall,
    kPageMessage,
    kStopping
  };
  Kind kind = Kind::kStage;
  TimePoint at;
  RenderStage stage = RenderStage::kPlan;
  int chunk = 0;
  int attempt = 0;
  int chunks_done = 0;                    // kChunkDone: this one among them
  std::int64_t frame = 0;                 // kStall: where it stands; kChunkDone: how many frames
  std::chrono::milliseconds duration{0};  // kChunkDone: of this attempt; kStall: for how long
  std::string text;  // kPageMessage: the line; kChunkRetry: why; kStall: what it waits for
};

}  // namespace hyperlocal::cli
