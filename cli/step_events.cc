#include "cli/step_events.h"

namespace hyperlocal::cli {

void StepEvents::Tell(const CloudRenderProgress& progress) {
  if (!progress.live || progress.live->chunks.empty()) return;
  const LiveStanding& live = *progress.live;
  if (before_.empty()) TellPlan(live);
  for (std::size_t i = 0; i < live.chunks.size() && i < before_.size(); ++i) {
    TellChunk(live.chunks[i], before_[i]);
  }
  if (live.stage == LiveStanding::Stage::kAssemble && !assembling_) {
    assembling_ = true;
    observer_.Tell([](RenderObserver& o) { o.OnStage(RenderStage::kAssemble); });
  }
}

void StepEvents::TellPlan(const LiveStanding& live) {
  std::vector<ChunkSlice> slices;
  std::int64_t frame = 0;
  for (const ChunkStanding& chunk : live.chunks) {
    // A plan that cannot be read: chunks count, instead of frames.
    const std::int64_t frames = chunk.frames.value_or(1);
    slices.push_back({chunk.index, frame, frame + frames});
    frame += frames;
    ChunkStanding waiting;
    waiting.index = chunk.index;
    before_.push_back(waiting);
  }
  observer_.Tell([&](RenderObserver& o) {
    o.OnPlan(slices, fps_, width_, height_);
    o.OnStage(RenderStage::kChunks);
  });
}

void StepEvents::TellChunk(const ChunkStanding& now, ChunkStanding& before) {
  observer_.Tell([&](RenderObserver& o) {
    for (int attempt = before.attempts + 1; attempt <= now.attempts; ++attempt) {
      if (attempt > 1) {
        o.OnChunkRetry(now.index, Error{ErrorCode::kRetriesExhausted, "the request failed"});
      }
      o.OnChunkStart(now.index, attempt);
    }
    if (now.state == ChunkStanding::State::kDone && before.state != now.state) {
      o.OnChunkDone(now.index);
    }
  });
  before = now;
}

}  // namespace hyperlocal::cli
