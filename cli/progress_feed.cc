#include "cli/progress_feed.h"

#include <cstddef>

namespace hyperlocal::cli {

void ProgressFeed::Take(const CloudRenderProgress& progress) {
  if (progress.status == RenderStatus::kSucceeded) {
    for (std::size_t i = 0; i < attempts_.size(); ++i) Finish(static_cast<int>(i));
    Stage(RenderStage::kDone);
    return;
  }
  if (!progress.live) return;
  const LiveStanding& live = *progress.live;
  Stage(RenderStage::kPlan);
  if (live.chunks.empty() || !Plan(live)) return;
  Stage(RenderStage::kChunks);
  for (const ChunkStanding& chunk : live.chunks) Chunk(chunk);
  if (live.stage == LiveStanding::Stage::kAssemble) Stage(RenderStage::kAssemble);
}

void ProgressFeed::Stage(RenderStage stage) {
  if (stage_ && *stage_ >= stage) return;
  stage_ = stage;
  observer_.OnStage(stage);
}

// Once it is known how many frames every chunk has.
bool ProgressFeed::Plan(const LiveStanding& live) {
  if (!attempts_.empty()) return attempts_.size() == live.chunks.size();
  std::vector<ChunkSlice> slices;
  std::int64_t frame = 0;
  for (const ChunkStanding& chunk : live.chunks) {
    if (!chunk.frames) return false;
    slices.push_back(
        {.index = chunk.index, .start_frame = frame, .end_frame = frame + *chunk.frames});
    frame += *chunk.frames;
  }
  attempts_.resize(live.chunks.size(), 0);
  frames_.resize(live.chunks.size(), 0);
  for (const ChunkSlice& slice : slices) {
    frames_[static_cast<std::size_t>(slice.index)] = slice.frames();
  }
  observer_.OnPlan(slices, FrameRate{live.fps, 1}, live.width, live.height);
  return true;
}

void ProgressFeed::Chunk(const ChunkStanding& chunk) {
  int& attempts = attempts_[static_cast<std::size_t>(chunk.index)];
  while (attempts < chunk.attempts) {
    if (attempts > 0) {
      observer_.OnChunkRetry(chunk.index, Error{ErrorCode::kInternal, "the workflow tries again"});
    }
    ++attempts;
    observer_.OnChunkStart(chunk.index, attempts);
  }
  if (chunk.state == ChunkStanding::State::kDone) Finish(chunk.index);
}

void ProgressFeed::Finish(int chunk) {
  if (!done_.insert(chunk).second) return;
  int& attempts = attempts_[static_cast<std::size_t>(chunk)];
  if (attempts == 0) observer_.OnChunkStart(chunk, ++attempts);
  observer_.OnChunkProgress(chunk, frames_[static_cast<std::size_t>(chunk)]);
  observer_.OnChunkDone(chunk);
}

}  // namespace hyperlocal::cli
