#include "cli/local_render.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <numeric>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/composition_config.h"
#include "cli/render_output.h"
#include "cli/serial_observer.h"
#include "cli/stall_watch.h"
#include "engine/assemble.h"
#include "engine/browser/browser_slot.h"
#include "engine/composition/project.h"
#include "engine/file/scratch_directory.h"
#include "engine/file/whole_file.h"
#include "engine/plan_project.h"
#include "engine/render_chunk.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kAttemptsPerChunk = 2;

milliseconds Since(Clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

// Whether another browser may do what this one could not.
bool WorthAnotherBrowser(ErrorCode code) {
  return code == ErrorCode::kBrowserCrashed || code == ErrorCode::kBrowserTimeout ||
         code == ErrorCode::kBrowserProtocol || code == ErrorCode::kPageNotReady;
}

std::vector<int> Ordered(std::size_t chunks, ChunkOrder order) {
  std::vector<int> indexes(chunks);
  std::iota(indexes.begin(), indexes.end(), 0);
  if (order == ChunkOrder::kBackward) std::reverse(indexes.begin(), indexes.end());
  if (order == ChunkOrder::kOddFirst) {
    std::stable_partition(indexes.begin(), indexes.end(), [](int i) { return i % 2 == 1; });
  }
  return indexes;
}

// Renders the chunks of a plan on several browsers at once.
class ChunkCrew {
 public:
  ChunkCrew(const PlanDirectory& plan, fs::path directory,
            std::vector<std::unique_ptr<BrowserSlot>>& slots, const LocalRenderOptions& options,
            SerialObserver& observer, const CancellationToken& cancel)
      : plan_(plan),
        directory_(std::move(directory)),
        slots_(slots),
        observer_(observer),
        stop_(cancel),
        files_(plan.chunks.size()),
        hashes_(options.frame_hashes.empty() ? 0 : plan.chunks.size()),
        order_(Ordered(plan.chunks.size(), options.chunk_order)),
        browser_to_lose_(options.lose_a_browser),
        watch_([this](int chunk, std::int64_t frame, std::chrono::seconds idle) {
          TellStall(chunk, frame, idle);
        }) {}

  // Errors: the first chunk's that failed for good.
  Status Run() {
    const std::size_t count = std::min(slots_.size(), plan_.chunks.size());
    works_on_ = std::vector<int>(count, kNothing);
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < count; ++i) workers.emplace_back([this, i] { Work(i); });
    for (std::thread& worker : workers) worker.join();
    if (error_) return *error_;
    return Ok();
  }

  const std::vector<fs::path>& files() const { return files_; }
  const std::vector<std::vector<std::string>>& hashes() const { return hashes_; }

 private:
  static constexpr int kNothing = -1;

  void Work(std::size_t worker) {
    for (;;) {
      std::size_t index;
      {
        const std::lock_guard lock(mutex_);
        if (error_ || next_ == plan_.chunks.size()) return;
        index = next_++;
      }
      if (Status done = RenderWithRetry(worker, order_[index]); !done) {
        const std::lock_guard lock(mutex_);
        // What is cancelled because of an earlier failure does not hide it.
        if (!error_) error_ = std::move(done).error();
        stop_.Cancel();
        return;
      }
    }
  }

  Status RenderWithRetry(std::size_t worker, int index) {
    for (int attempt = 1;; ++attempt) {
      SetWork(worker, index);
      watch_.Sign(index, plan_.chunks[static_cast<std::size_t>(index)].start_frame);
      observer_.Tell([&](RenderObserver& o) { o.OnChunkStart(index, attempt); });
      Status done = Render(worker, index);
      SetWork(worker, kNothing);
      watch_.Over(index);
      if (done) {
        observer_.Tell([&](RenderObserver& o) { o.OnChunkDone(index); });
        return Ok();
      }
      if (!WorthAnotherBrowser(done.error().code) || attempt == kAttemptsPerChunk ||
          stop_.cancelled())
        return done;
      slots_[worker]->Discard();
      observer_.Tell([&](RenderObserver& o) { o.OnChunkRetry(index, done.error()); });
    }
  }

  Status Render(std::size_t worker, int index) {
    const auto i = static_cast<std::size_t>(index);
    RenderChunkOptions options;
    options.cancel = stop_.Child();
    bool lost = false;
    options.on_frame = [&](std::int64_t done) {
      // stop_ is a child itself, and its child does not hear of its parent.
      if (stop_.cancelled()) options.cancel.Cancel();
      if (2 * done >= plan_.chunks[i].frames() && browser_to_lose_.exchange(false)) {
        lost = true;
        options.cancel.Cancel();
      }
      watch_.Sign(index, plan_.chunks[i].start_frame + done);
      observer_.Tell([&](RenderObserver& o) { o.OnChunkProgress(index, done); });
    };
    options.on_message = [&](std::string_view line) { observer_.PageMessage(line); };
    if (!hashes_.empty()) options.frame_hashes = &hashes_[i];
    files_[i] = directory_ / fmt::format("{:04}{}", index, FileExtension(plan_.format));
    auto chunk = RenderChunk(plan_, index, files_[i], *slots_[worker], options);
    if (chunk) return Ok();
    if (lost && !stop_.cancelled()) {
      return Error{ErrorCode::kBrowserCrashed, "its browser was thrown away on purpose"};
    }
    return std::move(chunk).error();
  }

  void SetWork(std::size_t worker, int chunk) {
    const std::lock_guard lock(mutex_);
    works_on_[worker] = chunk;
  }

  void TellStall(int chunk, std::int64_t frame, std::chrono::seconds idle) {
    std::size_t worker = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto found = std::find(works_on_.begin(), works_on_.end(), chunk);
      if (found == works_on_.end()) return;  // it has just ended
      worker = static_cast<std::size_t>(found - works_on_.begin());
    }
    const std::string line = slots_[worker]->LastLogLine();
    observer_.Tell([&](RenderObserver& o) {
      o.OnStall(chunk, frame, idle,
                line.empty() ? "Chrome is silent" : "Chrome's last line: " + line);
    });
  }

  const PlanDirectory& plan_;
  const fs::path directory_;
  std::vector<std::unique_ptr<BrowserSlot>>& slots_;
  SerialObserver& observer_;
  const CancellationToken stop_;
  std::vector<fs::path> files_;                   // by chunk
  std::vector<std::vector<std::string>> hashes_;  // by chunk; empty when nobody wants them
  const std::vector<int> order_;                  // in which they are begun
  std::atomic<bool> browser_to_lose_;
  std::mutex mutex_;  // guards what follows
  std::size_t next_ = 0;
  std::vector<int> works_on_;  // the chunk of each worker, or kNothing
  std::optional<Error> error_;
  StallWatch watch_;  // the last member: it calls
};

}  // namespace

Result<LocalRenderResult> RenderLocally(const LocalRenderOptions& options, RenderObserver& caller,
                                        const CancellationToken& cancel) {
  const auto started = Clock::now();
  SerialObserver observer(caller);
  HYPERLOCAL_TRY_STATUS(CheckRenderOutput(options.output, options.format));
  if (!options.frame_hashes.empty()) {
    HYPERLOCAL_TRY_STATUS(CheckRenderOutput(options.frame_hashes, OutputFormat::kMp4));
  }
  HYPERLOCAL_TRY(const ProjectKind kind, DetectProjectKind(options.project, options.entry_file));
  HYPERLOCAL_TRY(const std::unique_ptr<ScratchDirectory> scratch, ScratchDirectory::Create("work"));
  const fs::path work = scratch->path();

  const CancellationToken stop = cancel.Child();
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::unique_ptr<BrowserSlot>> slots(
      options.workers > 0 ? static_cast<std::size_t>(options.workers) : cores);
  for (auto& slot : slots) slot = std::make_unique<BrowserSlot>(stop);
  // A second browser starts while the first one plans. Whether it started is heard when it is
  // needed.
  std::thread warm_up;
  if (kind == ProjectKind::kHtml && slots.size() > 1)
    warm_up = std::thread([&slots] { (void)slots[1]->Get(); });

  observer.Tell([](RenderObserver& o) { o.OnStage(RenderStage::kPlan); });
  PlanRequest request;
  request.project = options.project;
  request.plan_directory = work / "plan";
  request.entry_file = options.entry_file;
  request.variables_json = options.variables_json;
  request.strict_variables = options.strict_variables;
  request.assets = options.assets;
  request.config_for = [&options](const CompositionFacts& facts) {
    return ConfigFor(options, facts);
  };
  request.on_message = [&observer](std::string_view line) { observer.PageMessage(line); };
  Result<PlanDirectory> planned = PlanProject(request, *slots[0]);
  if (warm_up.joinable()) warm_up.join();
  if (!planned) return std::move(planned).error();
  const PlanDirectory plan = std::move(*planned);
  LocalRenderResult result;
  result.plan_time = Since(started);
  observer.Tell([&](RenderObserver& o) {
    o.OnPlan(plan.chunks, plan.fps, plan.output_width(), plan.output_height());
  });

  const auto chunks_started = Clock::now();
  observer.Tell([](RenderObserver& o) { o.OnStage(RenderStage::kChunks); });
  std::error_code ec;
  fs::create_directory(work / "chunks", ec);
  ChunkCrew crew(plan, work / "chunks", slots, options, observer, stop);
  HYPERLOCAL_TRY_STATUS(crew.Run());
  for (const auto& slot : slots) slot->Kill();
  result.chunks_time = Since(chunks_started);

  const auto assemble_started = Clock::now();
  observer.Tell([](RenderObserver& o) { o.OnStage(RenderStage::kAssemble); });
  if (cancel.cancelled())
    return Error{ErrorCode::kCancelled, "stopped before the chunks were joined"};
  HYPERLOCAL_TRY(const AssembledVideo video,
                 Assemble(plan, crew.files(), options.output, {.audio = plan.audio_file()}));
  if (!options.frame_hashes.empty()) {
    const FrameFacts frames{plan.output_width(), plan.output_height(), plan.fps, plan.format};
    HYPERLOCAL_TRY_STATUS(WriteFrameHashes(options.frame_hashes, frames, crew.hashes()));
  }
  result.assemble_time = Since(assemble_started);
  observer.Tell([](RenderObserver& o) { o.OnStage(RenderStage::kDone); });

  result.output = options.output;
  if (options.keep_work) result.work_directory = scratch->Keep();
  result.plan_hash = plan.plan_hash;
  result.width = plan.output_width();
  result.height = plan.output_height();
  result.fps = plan.fps;
  result.frames = video.frames;
  result.chunks = static_cast<int>(plan.chunks.size());
  result.file_size = video.file_size;
  result.total_time = Since(started);
  return result;
}

}  // namespace hyperlocal::cli
