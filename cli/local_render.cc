#include "cli/local_render.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/assemble.h"
#include "engine/browser/browser_slot.h"
#include "engine/composition/project.h"
#include "engine/file/scratch_directory.h"
#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"
#include "engine/plan_project.h"
#include "engine/render_chunk.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kAttemptsPerChunk = 2;
constexpr std::chrono::seconds kStallAfter{20};  // a chunk that shows nothing for so long is named

milliseconds Since(Clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

// Hands events of several threads to the caller's observer, one at a time, and every page message
// once.
class SerialObserver {
 public:
  explicit SerialObserver(RenderObserver& observer) : observer_(observer) {}

  template <typename Event>
  void Tell(Event event) {
    const std::lock_guard lock(mutex_);
    event(observer_);
  }
  void PageMessage(std::string_view line) {
    const std::lock_guard lock(mutex_);
    if (said_.emplace(line).second) observer_.OnPageMessage(line);
  }

 private:
  RenderObserver& observer_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> said_;
};

// Whether another browser may do what this one could not.
bool WorthAnotherBrowser(ErrorCode code) {
  return code == ErrorCode::kBrowserCrashed || code == ErrorCode::kBrowserTimeout ||
         code == ErrorCode::kBrowserProtocol || code == ErrorCode::kPageNotReady;
}

// The output must be writable before minutes are spent on it.
Status CheckOutput(const fs::path& output) {
  std::error_code ec;
  if (fs::is_directory(output, ec)) {
    return Error{ErrorCode::kCannotWrite,
                 "the output " + output.string() + " is a directory; name a file in it"};
  }
  const fs::path parent = fs::absolute(output, ec).parent_path();
  if (!fs::is_directory(parent, ec)) {
    return Error{ErrorCode::kCannotWrite, "cannot write " + output.string() + ": the directory " +
                                              parent.string() + " does not exist"};
  }
  if (::access(parent.c_str(), W_OK | X_OK) != 0) {
    return Error{ErrorCode::kCannotWrite, "cannot write " + output.string() + ": the directory " +
                                              parent.string() + " is not writable"};
  }
  return Ok();
}

// The config of the render: what the caller asked for, and the composition's own size and rate for
// the rest.
Result<RenderConfig> ConfigFor(const LocalRenderOptions& options, const CompositionFacts& facts) {
  constexpr int kDefaultFps = 30;
  nlohmann::json config{{"format", WireName(options.format)},
                        {"quality", WireName(options.quality)}};
  const auto allowed = [](int fps) { return fps == 24 || fps == 30 || fps == 60; };
  config["fps"] = options.fps.value_or(allowed(facts.fps.num) ? facts.fps.num : kDefaultFps);
  int width = facts.width, height = facts.height;
  if (options.width && options.height) {
    width = *options.width;
    height = *options.height;
  } else if (options.width) {
    width = *options.width;
    height = static_cast<int>(std::lround(static_cast<double>(facts.height) * width / facts.width));
  } else if (options.height) {
    height = *options.height;
    width = static_cast<int>(std::lround(static_cast<double>(facts.width) * height / facts.height));
  }
  config["width"] = width;
  config["height"] = height;
  const auto set = [&config](const char* name, const auto& value) {
    if (value) config[name] = *value;
  };
  if (options.codec) config["codec"] = WireName(*options.codec);
  set("crf", options.crf);
  set("bitrate", options.bitrate);
  set("chunkSize", options.chunk_size);
  set("maxParallelChunks", options.max_parallel_chunks);
  set("targetChunkFrames", options.target_chunk_frames);
  if (options.variables_json) {
    HYPERLOCAL_TRY(config["variables"], ParseJson(*options.variables_json, "--variables"));
  }
  return ValidateRenderConfig(config);
}

// Renders the chunks of a plan on several browsers at once.
class ChunkCrew {
 public:
  ChunkCrew(const PlanDirectory& plan, fs::path directory,
            std::vector<std::unique_ptr<BrowserSlot>>& slots, bool hash_frames,
            SerialObserver& observer, const CancellationToken& cancel)
      : plan_(plan),
        directory_(std::move(directory)),
        slots_(slots),
        observer_(observer),
        stop_(cancel),
        files_(plan.chunks.size()),
        hashes_(hash_frames ? plan.chunks.size() : 0) {}

  // Errors: the first chunk's that failed for good.
  Status Run() {
    const std::size_t count = std::min(slots_.size(), plan_.chunks.size());
    posts_ = std::vector<Post>(count);
    std::thread watch([this] { WatchForStalls(); });
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < count; ++i) workers.emplace_back([this, i] { Work(i); });
    for (std::thread& worker : workers) worker.join();
    {
      const std::lock_guard lock(mutex_);
      finished_ = true;
    }
    finished_changed_.notify_all();
    watch.join();
    if (error_) return *error_;
    return Ok();
  }

  const std::vector<fs::path>& files() const { return files_; }
  const std::vector<std::vector<std::string>>& hashes() const { return hashes_; }

 private:
  // What one worker is doing, for the watch.
  struct Post {
    int chunk = -1;  // none
    std::int64_t frame = 0;
    Clock::time_point last_sign{};
    Clock::time_point last_warning{};
  };

  void Work(std::size_t worker) {
    for (;;) {
      std::size_t index;
      {
        const std::lock_guard lock(mutex_);
        if (error_ || next_ == plan_.chunks.size()) return;
        index = next_++;
      }
      if (Status done = RenderWithRetry(worker, static_cast<int>(index)); !done) {
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
      SetPost(worker, index, plan_.chunks[static_cast<std::size_t>(index)].start_frame);
      observer_.Tell([&](RenderObserver& o) { o.OnChunkStart(index, attempt); });
      Status done = Render(worker, index);
      SetPost(worker, -1, 0);
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
    options.cancel = stop_;
    options.on_frame = [&](std::int64_t done) {
      SetPost(worker, index, plan_.chunks[i].start_frame + done);
      observer_.Tell([&](RenderObserver& o) { o.OnChunkProgress(index, done); });
    };
    options.on_message = [&](std::string_view line) { observer_.PageMessage(line); };
    if (!hashes_.empty()) options.frame_hashes = &hashes_[i];
    files_[i] = directory_ / fmt::format("{:04}{}", index, FileExtension(plan_.format));
    HYPERLOCAL_TRY([[maybe_unused]] const RenderedChunk chunk,
                   RenderChunk(plan_, index, files_[i], *slots_[worker], options));
    return Ok();
  }

  void SetPost(std::size_t worker, int chunk, std::int64_t frame) {
    const std::lock_guard lock(mutex_);
    posts_[worker] = {chunk, frame, Clock::now(), {}};
  }

  void WatchForStalls() {
    std::unique_lock lock(mutex_);
    while (
        !finished_changed_.wait_for(lock, std::chrono::seconds{1}, [this] { return finished_; })) {
      const auto now = Clock::now();
      for (std::size_t worker = 0; worker < posts_.size(); ++worker) {
        Post& post = posts_[worker];
        if (post.chunk < 0 || now - std::max(post.last_sign, post.last_warning) < kStallAfter)
          continue;
        post.last_warning = now;
        const Post stalled = post;
        lock.unlock();
        const std::string line = slots_[worker]->LastLogLine();
        const auto idle = std::chrono::duration_cast<std::chrono::seconds>(now - stalled.last_sign);
        observer_.Tell([&](RenderObserver& o) {
          o.OnStall(stalled.chunk, stalled.frame, idle,
                    line.empty() ? "Chrome is silent" : "Chrome's last line: " + line);
        });
        lock.lock();
      }
    }
  }

  const PlanDirectory& plan_;
  const fs::path directory_;
  std::vector<std::unique_ptr<BrowserSlot>>& slots_;
  SerialObserver& observer_;
  const CancellationToken stop_;
  std::vector<fs::path> files_;                   // by chunk
  std::vector<std::vector<std::string>> hashes_;  // by chunk; empty when nobody wants them
  std::mutex mutex_;                              // guards what follows
  std::condition_variable finished_changed_;
  bool finished_ = false;
  std::size_t next_ = 0;
  std::vector<Post> posts_;
  std::optional<Error> error_;
};

Status WriteFrameHashes(const fs::path& file, const PlanDirectory& plan,
                        const std::vector<std::vector<std::string>>& hashes) {
  nlohmann::json frames = nlohmann::json::array();
  for (const auto& chunk : hashes) {
    for (const std::string& hash : chunk) frames.push_back(hash);
  }
  const nlohmann::json document{{"schema", "hyperlocal.frame-hashes/1"},
                                {"width", plan.output_width()},
                                {"height", plan.output_height()},
                                {"fps", plan.fps.num},
                                {"pixels", plan.format == OutputFormat::kMp4 ? "rgb24" : "rgba32"},
                                {"frames", std::move(frames)}};
  return WriteWholeFile(file, document.dump(1) + "\n");
}

}  // namespace

Result<LocalRenderResult> RenderLocally(const LocalRenderOptions& options, RenderObserver& caller,
                                        const CancellationToken& cancel) {
  const auto started = Clock::now();
  SerialObserver observer(caller);
  HYPERLOCAL_TRY_STATUS(CheckOutput(options.output));
  if (!options.frame_hashes.empty()) HYPERLOCAL_TRY_STATUS(CheckOutput(options.frame_hashes));
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
  ChunkCrew crew(plan, work / "chunks", slots, !options.frame_hashes.empty(), observer, stop);
  HYPERLOCAL_TRY_STATUS(crew.Run());
  result.chunks_time = Since(chunks_started);

  const auto assemble_started = Clock::now();
  observer.Tell([](RenderObserver& o) { o.OnStage(RenderStage::kAssemble); });
  if (cancel.cancelled())
    return Error{ErrorCode::kCancelled, "stopped before the chunks were joined"};
  HYPERLOCAL_TRY(const AssembledVideo video, Assemble(plan, crew.files(), options.output));
  if (!options.frame_hashes.empty()) {
    HYPERLOCAL_TRY_STATUS(WriteFrameHashes(options.frame_hashes, plan, crew.hashes()));
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
