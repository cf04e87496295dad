#include "cli/render_monitor.h"

#include <utility>

namespace hyperlocal::cli {

using Kind = RenderEvent::Kind;

RenderMonitor::RenderMonitor(std::unique_ptr<ProgressView> view, Console& console, Clock clock,
                             CancellationToken cancel)
    : view_(std::move(view)),
      console_(console),
      clock_(std::move(clock)),
      cancel_(std::move(cancel)),
      progress_(clock_()) {
  if (view_) thread_ = std::thread([this] { Run(); });
}

RenderMonitor::~RenderMonitor() {
  Finish(true);
}

void RenderMonitor::Post(RenderEvent event) {
  if (!view_) return;
  event.at = clock_();
  events_.push_back(std::move(event));
  if (view_->WakesOnEvent()) changed_.notify_one();
}

void RenderMonitor::OnStage(RenderStage stage) {
  const std::lock_guard lock(mutex_);
  progress_.Stage(stage, clock_());
  RenderEvent event;
  event.kind = Kind::kStage;
  event.stage = stage;
  Post(std::move(event));
}

void RenderMonitor::OnPlan(const std::vector<ChunkSlice>& slices, FrameRate rate, int width,
                           int height) {
  const std::lock_guard lock(mutex_);
  progress_.Plan(slices, rate, width, height);
  RenderEvent event;
  event.kind = Kind::kPlan;
  Post(std::move(event));
}

void RenderMonitor::OnChunkStart(int chunk, int attempt) {
  const std::lock_guard lock(mutex_);
  progress_.ChunkStart(chunk, attempt, clock_());
  RenderEvent event;
  event.kind = Kind::kChunkStart;
  event.chunk = chunk;
  event.attempt = attempt;
  Post(std::move(event));
}

void RenderMonitor::OnChunkProgress(int chunk, std::int64_t frames_done) {
  const std::lock_guard lock(mutex_);
  progress_.ChunkFrames(chunk, frames_done);
}

void RenderMonitor::OnChunkDone(int chunk) {
  const std::lock_guard lock(mutex_);
  progress_.ChunkDone(chunk, clock_());
  RenderEvent event;
  event.kind = Kind::kChunkDone;
  event.chunk = chunk;
  event.chunks_done = progress_.CountOf(ChunkState::kDone);
  if (const ChunkProgress* state = progress_.chunk(chunk)) {
    event.frame = state->slice.frames();
    event.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(state->ended - state->started);
  }
  Post(std::move(event));
}

void RenderMonitor::OnChunkRetry(int chunk, const Error& error) {
  const std::lock_guard lock(mutex_);
  const ChunkProgress* state = progress_.chunk(chunk);
  const int attempt = state == nullptr ? 1 : state->attempt;
  progress_.ChunkRetry(chunk);
  retries_.push_back({chunk, attempt, error});
  RenderEvent event;
  event.kind = Kind::kChunkRetry;
  event.chunk = chunk;
  event.attempt = attempt;
  event.text = std::string(error.spec().wire) + ": " + error.message;
  Post(std::move(event));
}

void RenderMonitor::OnStall(int chunk, std::int64_t frame, std::chrono::seconds idle,
                            std::string_view detail) {
  const std::lock_guard lock(mutex_);
  progress_.Stall(chunk, idle);
  RenderEvent event;
  event.kind = Kind::kStall;
  event.chunk = chunk;
  event.frame = frame;
  event.duration = idle;
  event.text = detail;
  Post(std::move(event));
}

void RenderMonitor::OnPageMessage(std::string_view line) {
  const std::lock_guard lock(mutex_);
  page_messages_.emplace_back(line);
  RenderEvent event;
  event.kind = Kind::kPageMessage;
  event.text = line;
  Post(std::move(event));
}

void RenderMonitor::Run() {
  std::unique_lock lock(mutex_);
  bool stopping = false;
  while (!finished_) {
    if (cancel_.cancelled() && !stopping) {
      stopping = true;
      progress_.Stopping();
      RenderEvent event;
      event.kind = Kind::kStopping;
      event.at = clock_();
      events_.push_back(std::move(event));
    }
    const TimePoint now = clock_();
    progress_.Tick(now);
    std::vector<RenderEvent> events = std::exchange(events_, {});
    const RenderProgress snapshot = progress_;
    lock.unlock();
    const std::string bytes = view_->Update(events, snapshot, now);
    if (!bytes.empty()) console_.WriteErr(bytes);
    lock.lock();
    changed_.wait_for(lock, view_->Period(),
                      [this] { return finished_ || (view_->WakesOnEvent() && !events_.empty()); });
  }
}

void RenderMonitor::Finish(bool failed) {
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    finished_ = true;
    if (failed) progress_.Failed(clock_());
  }
  changed_.notify_one();
  if (!thread_.joinable()) return;
  thread_.join();
  // The thread is gone and the render is over: nothing else touches the view or the events.
  const TimePoint now = clock_();
  std::string bytes = view_->Update(events_, progress_, now);
  bytes += view_->End(progress_, now);
  if (!bytes.empty()) console_.WriteErr(bytes);
}

RenderProgress RenderMonitor::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

std::vector<RenderMonitor::Retry> RenderMonitor::retries() const {
  const std::lock_guard lock(mutex_);
  return retries_;
}

std::vector<std::string> RenderMonitor::page_messages() const {
  const std::lock_guard lock(mutex_);
  return page_messages_;
}

}  // namespace hyperlocal::cli
