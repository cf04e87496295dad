#include "cli/render_progress.h"

#include <algorithm>

namespace hyperlocal::cli {

std::string_view StageName(RenderStage stage) {
  switch (stage) {
    case RenderStage::kPlan:
      return "plan";
    case RenderStage::kChunks:
      return "chunks";
    case RenderStage::kAssemble:
      return "assemble";
    case RenderStage::kDone:
      break;
  }
  return "done";
}

void RenderProgress::Stage(RenderStage stage, TimePoint now) {
  if (stage_ && *stage_ != RenderStage::kDone) {
    StageTiming& last = timings_[static_cast<std::size_t>(*stage_)];
    if (!last.ended) last.ended = now;
  }
  stage_ = stage;
  if (stage != RenderStage::kDone) timings_[static_cast<std::size_t>(stage)].started = now;
}

void RenderProgress::Plan(const std::vector<ChunkSlice>& slices, FrameRate rate, int width,
                          int height) {
  planned_ = true;
  rate_ = rate;
  width_ = width;
  height_ = height;
  chunks_.clear();
  total_frames_ = 0;
  for (const ChunkSlice& slice : slices) {
    ChunkProgress chunk;
    chunk.slice = slice;
    chunks_.push_back(chunk);
    total_frames_ += slice.frames();
  }
}

void RenderProgress::ChunkStart(int chunk, int attempt, TimePoint now) {
  ChunkProgress* progress = Find(chunk);
  if (progress == nullptr) return;
  progress->state = ChunkState::kRunning;
  progress->attempt = attempt;
  progress->frames_done = 0;
  progress->started = now;
  progress->idle.reset();
}

void RenderProgress::ChunkFrames(int chunk, std::int64_t frames_done) {
  ChunkProgress* progress = Find(chunk);
  if (progress == nullptr) return;
  const std::int64_t frames = std::clamp<std::int64_t>(frames_done, 0, progress->slice.frames());
  frames_worked_ += std::max<std::int64_t>(0, frames - progress->frames_done);
  progress->frames_done = frames;
  progress->idle.reset();
}

void RenderProgress::ChunkDone(int chunk, TimePoint now) {
  ChunkProgress* progress = Find(chunk);
  if (progress == nullptr) return;
  ChunkFrames(chunk, progress->slice.frames());
  progress->state = ChunkState::kDone;
  progress->ended = now;
}

void RenderProgress::ChunkRetry(int chunk) {
  ChunkProgress* progress = Find(chunk);
  if (progress == nullptr) return;
  progress->state = ChunkState::kWaiting;
  progress->frames_done = 0;
  progress->idle.reset();
}

void RenderProgress::Stall(int chunk, std::chrono::seconds idle) {
  ChunkProgress* progress = Find(chunk);
  if (progress != nullptr) progress->idle = idle;
}

void RenderProgress::Failed(TimePoint now) {
  failed_ = true;
  if (!stage_ || *stage_ == RenderStage::kDone) return;
  timings_[static_cast<std::size_t>(*stage_)].ended = now;
}

void RenderProgress::Tick(TimePoint now) {
  // Counted from the first frame: how long the first page took to load says nothing about the
  // speed.
  if (stage_ == RenderStage::kChunks && !failed_ && frames_worked_ > 0) {
    speed_.Sample(now, frames_worked_);
  }
}

StageTiming RenderProgress::timing(RenderStage stage) const {
  if (stage == RenderStage::kDone) return {};
  return timings_[static_cast<std::size_t>(stage)];
}

std::chrono::milliseconds RenderProgress::Elapsed(RenderStage stage, TimePoint now) const {
  const StageTiming timing_of = timing(stage);
  if (!timing_of.started) return std::chrono::milliseconds(0);
  return std::chrono::duration_cast<std::chrono::milliseconds>(timing_of.ended.value_or(now) -
                                                               *timing_of.started);
}

const ChunkProgress* RenderProgress::chunk(int index) const {
  const auto found = std::find_if(chunks_.begin(), chunks_.end(),
                                  [&](const ChunkProgress& c) { return c.slice.index == index; });
  return found == chunks_.end() ? nullptr : &*found;
}

ChunkProgress* RenderProgress::Find(int chunk) {
  return const_cast<ChunkProgress*>(this->chunk(chunk));
}

std::int64_t RenderProgress::frames_done() const {
  std::int64_t frames = 0;
  for (const ChunkProgress& chunk : chunks_) frames += chunk.frames_done;
  return frames;
}

int RenderProgress::CountOf(ChunkState state) const {
  return static_cast<int>(std::count_if(chunks_.begin(), chunks_.end(),
                                        [&](const ChunkProgress& c) { return c.state == state; }));
}

}  // namespace hyperlocal::cli
