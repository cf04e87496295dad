#include "cli/service_events.h"

#include <utility>

namespace hyperlocal::cli {

ServiceEvents::ServiceEvents(SerialObserver& observer, bool frame_hashes, CancellationToken stop)
    : observer_(observer),
      frame_hashes_wanted_(frame_hashes),
      stop_(std::move(stop)),
      watch_([this](int chunk, std::int64_t frame, std::chrono::seconds idle) {
        observer_.Tell([&](RenderObserver& o) {
          o.OnStall(chunk, frame, idle, "the service works on it and shows no frame");
        });
      }) {}

void ServiceEvents::OnPlan(const PlanDirectory& plan) {
  {
    // A plan may be made twice, when the answer to the first request was lost.
    const std::lock_guard lock(mutex_);
    if (std::exchange(planned_, true)) return;
    for (const ChunkSlice& slice : plan.chunks) first_frames_.push_back(slice.start_frame);
  }
  observer_.Tell([&](RenderObserver& o) {
    o.OnPlan(plan.chunks, plan.fps, plan.output_width(), plan.output_height());
    o.OnStage(RenderStage::kChunks);
  });
}

void ServiceEvents::OnChunkStart(int chunk) {
  int attempt = 0;
  {
    const std::lock_guard lock(mutex_);
    attempt = ++attempts_[chunk];
  }
  watch_.Sign(chunk, FirstFrameOf(chunk));
  observer_.Tell([&](RenderObserver& o) { o.OnChunkStart(chunk, attempt); });
}

void ServiceEvents::OnChunkProgress(int chunk, std::int64_t frames_done) {
  watch_.Sign(chunk, FirstFrameOf(chunk) + frames_done);
  observer_.Tell([&](RenderObserver& o) { o.OnChunkProgress(chunk, frames_done); });
}

void ServiceEvents::OnChunkDone(int chunk, const std::vector<std::string>& frame_hashes) {
  watch_.Over(chunk);
  bool first_time = false;
  bool all = false;
  {
    const std::lock_guard lock(mutex_);
    first_time = frame_hashes_.insert_or_assign(chunk, frame_hashes).second;
    all = frame_hashes_.size() == first_frames_.size();
  }
  // One that is rendered again, because the answer was lost, was done before.
  if (!first_time) return;
  observer_.Tell([&](RenderObserver& o) {
    o.OnChunkDone(chunk);
    if (all) o.OnStage(RenderStage::kAssemble);
  });
}

void ServiceEvents::OnFailure(std::string_view, int chunk, const Error& error) {
  if (chunk < 0) return;
  watch_.Over(chunk);
  if (stop_.cancelled()) return;
  // What may not be repeated ends the render, which tells it.
  if (!error.spec().retryable && error.code != ErrorCode::kCancelled) return;
  observer_.Tell([&](RenderObserver& o) { o.OnChunkRetry(chunk, error); });
}

std::int64_t ServiceEvents::FirstFrameOf(int chunk) {
  const std::lock_guard lock(mutex_);
  const auto index = static_cast<std::size_t>(chunk);
  return index < first_frames_.size() ? first_frames_[index] : 0;
}

void ServiceEvents::OnPageMessage(std::string_view line) {
  observer_.PageMessage(line);
}

std::vector<std::vector<std::string>> ServiceEvents::TakeFrameHashes() {
  const std::lock_guard lock(mutex_);
  std::vector<std::vector<std::string>> hashes;
  for (auto& [chunk, of_chunk] : frame_hashes_) hashes.push_back(std::move(of_chunk));
  return hashes;
}

}  // namespace hyperlocal::cli
