#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/cloudrun_verbs_internal.h"
#include "cli/line_view.h"
#include "cli/live_view.h"
#include "cli/render_monitor.h"

namespace hyperlocal::cli {
namespace {

using namespace std::chrono_literals;
using ChunkStage = ChunkStanding::State;

// Turns what the cloud says of a render, each time it is asked, into what an observer of a local
// render hears. The cloud tells of chunks and not of their frames: a chunk's come all at once.
class ProgressFeed {
 public:
  explicit ProgressFeed(RenderObserver& observer) : observer_(observer) {}

  void Take(const CloudRenderProgress& progress) {
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

  bool planned() const { return !attempts_.empty(); }

 private:
  void Stage(RenderStage stage) {
    if (stage_ && *stage_ >= stage) return;
    stage_ = stage;
    observer_.OnStage(stage);
  }

  // Once it is known how many frames every chunk has.
  bool Plan(const LiveStanding& live) {
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

  void Chunk(const ChunkStanding& chunk) {
    int& attempts = attempts_[static_cast<std::size_t>(chunk.index)];
    while (attempts < chunk.attempts) {
      if (attempts > 0) {
        observer_.OnChunkRetry(chunk.index,
                               Error{ErrorCode::kInternal, "the workflow tries again"});
      }
      ++attempts;
      observer_.OnChunkStart(chunk.index, attempts);
    }
    if (chunk.state == ChunkStage::kDone) Finish(chunk.index);
  }

  void Finish(int chunk) {
    if (!done_.insert(chunk).second) return;
    int& attempts = attempts_[static_cast<std::size_t>(chunk)];
    if (attempts == 0) observer_.OnChunkStart(chunk, ++attempts);
    observer_.OnChunkProgress(chunk, frames_[static_cast<std::size_t>(chunk)]);
    observer_.OnChunkDone(chunk);
  }

  RenderObserver& observer_;
  std::optional<RenderStage> stage_;
  std::vector<int> attempts_;  // told, of every chunk
  std::vector<std::int64_t> frames_;
  std::set<int> done_;
};

bool Paints(const CommandContext& context) {
  return context.console.ErrIsTerminal() && !context.environment.dumb_terminal &&
         !context.environment.ci;
}

std::unique_ptr<ProgressView> ViewFor(CommandContext& context) {
  Console& console = context.console;
  const bool color = context.environment.UseColor(console.ErrIsTerminal());
  if (Paints(context)) {
    LiveView::Options options;
    options.size = [&console] { return console.ErrSize(); };
    options.take_resumed = [&console] { return console.TakeResumed(); };
    options.color = color;
    options.unicode = context.environment.utf8;
    return std::make_unique<LiveView>(std::move(options));
  }
  return std::make_unique<LineView>(LineView::Options{
      .level = LogLevel::kInfo, .color = color, .unicode = context.environment.utf8});
}

void SleepUnlessCancelled(std::chrono::milliseconds time, const CancellationToken& cancel) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!cancel.cancelled()) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= 0ms) return;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, 50ms));
  }
}

}  // namespace

Result<CloudRenderProgress> WaitForRender(CloudClients& clients, const CloudRunStack& stack,
                                          const std::string& execution_name,
                                          std::chrono::milliseconds interval, bool show,
                                          CommandContext& context) {
  RenderMonitor monitor(show ? ViewFor(context) : nullptr, context.console, context.clock,
                        context.cancel);
  const bool hides = show && Paints(context);
  if (hides) context.console.ShowCursor(false);
  ProgressFeed feed(monitor);
  auto wait = [&]() -> Result<CloudRenderProgress> {
    for (;;) {
      RenderProgressOptions options{.execution_name = execution_name,
                                    .vcpu = stack.vcpu,
                                    .memory_gib = stack.memory_gib,
                                    .live = show,
                                    // The plan is read once.
                                    .store = feed.planned() ? nullptr : clients.storage.get()};
      HYPERLOCAL_TRY(CloudRenderProgress progress,
                     GetRenderProgress(*clients.executions, options, context.cancel));
      feed.Take(progress);
      if (progress.status != RenderStatus::kRunning && progress.status != RenderStatus::kUnknown) {
        return progress;
      }
      SleepUnlessCancelled(interval, context.cancel);
      if (context.cancel.cancelled()) return Error{ErrorCode::kCancelled, "stopped waiting"};
    }
  };
  Result<CloudRenderProgress> progress = wait();
  monitor.Finish(!progress || progress->status != RenderStatus::kSucceeded);
  if (hides) context.console.ShowCursor(true);
  if (!progress && progress.error().code == ErrorCode::kCancelled) {
    Say(context, "the render goes on: hyperlocal cloudrun progress " + execution_name);
    Say(context, "to stop it: hyperlocal cloudrun cancel " + execution_name);
  }
  return progress;
}

}  // namespace hyperlocal::cli
