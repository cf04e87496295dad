#include "cli/cloud_render.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "adapters/gcp/sdk/progress.h"
#include "adapters/gcp/sdk/render.h"
#include "adapters/gcp/sdk/render_control.h"
#include "cli/composition_config.h"
#include "cli/progress_feed.h"
#include "cli/render_output.h"
#include "cli/serial_observer.h"
#include "cli/service_events.h"
#include "engine/archive/archive_reader.h"
#include "engine/av/frame_directory.h"
#include "engine/composition/declared_variables.h"
#include "engine/composition/project.h"
#include "engine/config/render_config.h"
#include "engine/file/scratch_directory.h"
#include "engine/json/canonical_json.h"
#include "engine/profile/profile.h"
#include "engine/wire/failure_body.h"
#include "engine/wire/render_result.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kBetweenLooks{20};       // at whether the execution is over
constexpr milliseconds kBetweenStepLooks{500};  // at its steps, when they are all that is known

milliseconds Since(Clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(Clock::now() - start);
}

// When each stage was reached, for the report.
class StageTimes : public RenderObserver {
 public:
  explicit StageTimes(RenderObserver& observer) : observer_(observer) {}

  void OnStage(RenderStage stage) override {
    if (stage == RenderStage::kChunks) chunks_ = Clock::now();
    if (stage == RenderStage::kAssemble) assemble_ = Clock::now();
    observer_.OnStage(stage);
  }
  void OnPlan(const std::vector<ChunkSlice>& slices, FrameRate fps, int width,
              int height) override {
    observer_.OnPlan(slices, fps, width, height);
  }
  void OnChunkStart(int chunk, int attempt) override { observer_.OnChunkStart(chunk, attempt); }
  void OnChunkProgress(int chunk, std::int64_t done) override {
    observer_.OnChunkProgress(chunk, done);
  }
  void OnChunkDone(int chunk) override { observer_.OnChunkDone(chunk); }
  void OnChunkRetry(int chunk, const Error& error) override {
    observer_.OnChunkRetry(chunk, error);
  }
  void OnStall(int chunk, std::int64_t frame, std::chrono::seconds idle,
               std::string_view detail) override {
    observer_.OnStall(chunk, frame, idle, detail);
  }
  void OnPageMessage(std::string_view line) override { observer_.OnPageMessage(line); }

  void Fill(LocalRenderResult& result) const {
    result.plan_time = Between(started_, chunks_);
    result.chunks_time = Between(chunks_, assemble_);
    result.assemble_time = Between(assemble_, Clock::now());
    result.total_time = Since(started_);
  }

 private:
  static milliseconds Between(Clock::time_point from, Clock::time_point to) {
    return std::max(std::chrono::duration_cast<milliseconds>(to - from), milliseconds(0));
  }

  RenderObserver& observer_;
  const Clock::time_point started_ = Clock::now();
  Clock::time_point chunks_ = started_;
  Clock::time_point assemble_ = started_;
};

// Whether an answer's body is one that a service of the contract writes.
bool IsFailureBody(const json& body) {
  const json inner = body.is_string()
                         ? json::parse(body.get<std::string>(), nullptr, /*allow_exceptions=*/false)
                         : body;
  return inner.is_object() && inner.contains("error");
}

// The service's own error, out of what the workflow raised: {"code": 400, "body": {"error": …,
// "message": …}}. What has no such body is the edge's, or what a definition raises itself.
Error ErrorOfExecution(const RenderFault& fault) {
  const json raised = json::parse(fault.cause, nullptr, /*allow_exceptions=*/false);
  const auto member = [&raised](const char* name) {
    return raised.is_object() && raised.contains(name) ? raised[name] : json();
  };
  const json code = member("code");
  const json body = member("body");
  if (code.is_number_integer() && IsFailureBody(body)) {
    return ErrorOfAnswer(code.get<int>(), body.is_string() ? body.get<std::string>() : body.dump());
  }
  if (code.is_number_integer()) {
    Error error = ErrorOfAnswer(code.get<int>(), "");
    const json chunk = member("ChunkIndex");
    error.message = fmt::format(
        "{}the service's edge answered with HTTP status {}{}\n{}",
        chunk.is_number_integer() ? fmt::format("chunk {}: ", chunk.get<int>()) : "",
        code.get<int>(), error.spec().retryable ? ", and the workflow's retries are used up" : "",
        fault.state);
    return error;
  }
  const json message = member("message");
  return Error{ErrorCode::kRetriesExhausted,
               message.is_string() ? fault.error + ": " + message.get<std::string>() : fault.state};
}

class CloudRender {
 public:
  CloudRender(const LocalRenderOptions& options, LocalCloudOptions cloud, RenderObserver& observer,
              const CancellationToken& cancel)
      : options_(options),
        cloud_options_(std::move(cloud)),
        times_(observer),
        observer_(times_),
        cancel_(cancel),
        events_(observer_, !options.frame_hashes.empty(), cancel) {}

  Result<LocalRenderResult> Run() {
    HYPERLOCAL_TRY_STATUS(CheckRenderOutput(options_.output, options_.format));
    if (!options_.frame_hashes.empty()) HYPERLOCAL_TRY_STATUS(CheckFrameHashes());
    HYPERLOCAL_TRY(const ProjectKind kind,
                   DetectProjectKind(options_.project, options_.entry_file));
    if (kind == ProjectKind::kHtml && options_.strict_variables) {
      // No field of the wire says it: the client judges, before there is a cloud.
      HYPERLOCAL_TRY_STATUS(
          RequireDeclaredVariables(options_.project, options_.entry_file, options_.variables_json));
    }
    HYPERLOCAL_TRY(scratch_, ScratchDirectory::Create("work"));
    HYPERLOCAL_TRY_STATUS(StartCloud());
    if (kind == ProjectKind::kHtml) cloud_->WarmUp(cloud_options_.instances);
    observer_.Tell([](RenderObserver& o) { o.OnStage(RenderStage::kPlan); });
    HYPERLOCAL_TRY(const CompositionFacts facts, DeclaredFacts(options_, cancel_));
    HYPERLOCAL_TRY(const RenderConfig config, ConfigFor(options_, facts));
    HYPERLOCAL_TRY(const RenderHandle handle, Start(config));
    HYPERLOCAL_TRY(const WorkflowExecution execution, Await(handle));
    if (Profile::recording()) ProfileSteps(handle);
    HYPERLOCAL_TRY(LocalRenderResult result, Fetch(execution, config));
    if (!options_.frame_hashes.empty()) {
      const FrameFacts frames{result.width, result.height, result.fps, options_.format};
      HYPERLOCAL_TRY_STATUS(
          WriteFrameHashes(options_.frame_hashes, frames, events_.TakeFrameHashes()));
    }
    if (options_.keep_work) {
      HYPERLOCAL_TRY_STATUS(cloud_->ExportObjects(scratch_->path() / "objects"));
    }
    cloud_->Stop();
    if (options_.keep_work) result.work_directory = scratch_->Keep();
    observer_.Tell([](RenderObserver& o) { o.OnStage(RenderStage::kDone); });
    times_.Fill(result);
    return result;
  }

 private:
  Status CheckFrameHashes() {
    if (!cloud_options_.service_command.empty()) {
      return Error{ErrorCode::kUsage,
                   "--frame-hashes needs our own service, which sees the frames: leave out "
                   "--service-command"};
    }
    return CheckRenderOutput(options_.frame_hashes, OutputFormat::kMp4);
  }

  Status StartCloud() {
    cloud_options_.data = scratch_->path();
    cloud_options_.durability = Durability::kUnsynced;
    cloud_options_.observer = &events_;
    // What the project has beside what is sent of it: it renders here as it does directly.
    cloud_options_.assets = options_.assets;
    cloud_options_.assets.package_directories.push_back(options_.project / "node_modules");
    if (options_.workers > 0) cloud_options_.instances = options_.workers;
    HYPERLOCAL_TRY(cloud_, LocalCloud::Start(cloud_options_));
    HYPERLOCAL_TRY(storage_, cloud_->OpenStorage());
    HYPERLOCAL_TRY(executions_, cloud_->OpenExecutions());
    return Ok();
  }

  Result<RenderHandle> Start(const RenderConfig& config) {
    RenderToCloudRunOptions render;
    render.project_dir = options_.project;
    HYPERLOCAL_TRY(render.config_json, CanonicalJson(RenderConfigToJson(config)));
    render.bucket_name = cloud_->bucket();
    render.project_id = cloud_->workflow().project;
    render.location = cloud_->workflow().location;
    render.workflow_id = cloud_->workflow().workflow;
    render.service_url = cloud_->service_url();
    return RenderToCloudRun(*storage_, *executions_, render, cancel_);
  }

  // The execution when it has succeeded; else the error for which it has not.
  Result<WorkflowExecution> Await(const RenderHandle& handle) {
    ProgressFeed steps(times_);
    RenderProgressOptions progress;
    progress.execution_name = handle.execution_name;
    auto next_step_look = Clock::now();
    for (;;) {
      if (cancel_.cancelled()) {
        cloud_->Stop();
        return Error{ErrorCode::kCancelled, "stopped before the render was complete"};
      }
      HYPERLOCAL_TRY(WorkflowExecution execution, executions_->Get(handle.execution_name, cancel_));
      if (execution.state == WorkflowExecution::State::kSucceeded) return execution;
      if (execution.over()) {
        progress.live = false;
        HYPERLOCAL_TRY(const CloudRenderProgress end,
                       GetRenderProgress(*executions_, progress, cancel_));
        if (!end.errors.empty()) return ErrorOfExecution(end.errors.front());
        return Error{ErrorCode::kInternal, "the execution ended and does not say why"};
      }
      if (!cloud_options_.service_command.empty() && Clock::now() >= next_step_look) {
        next_step_look = Clock::now() + kBetweenStepLooks;
        progress.now = std::chrono::system_clock::now();
        progress.store = steps.planned() ? nullptr : storage_.get();  // the plan is read once
        HYPERLOCAL_TRY(const CloudRenderProgress now,
                       GetRenderProgress(*executions_, progress, cancel_));
        steps.Take(now);
      }
      std::this_thread::sleep_for(kBetweenLooks);
    }
  }

  // What the workflow says of its own time; a profile without it is one still.
  void ProfileSteps(const RenderHandle& handle) {
    const auto steps = executions_->Steps(handle.execution_name, cancel_);
    if (!steps) return;
    const auto now = Clock::now();
    const auto now_there = std::chrono::system_clock::now();
    const auto here = [&](ExecutionStep::TimePoint time) { return now - (now_there - time); };
    for (const ExecutionStep& step : *steps) {
      Profile::Add(
          {WorkKind::kWorkflow, step.step, step.type, here(step.created), here(step.updated)});
    }
  }

  Result<LocalRenderResult> Fetch(const WorkflowExecution& execution, const RenderConfig& config) {
    HYPERLOCAL_TRY(const json answers, ParseJson(execution.result, "the execution's result"));
    const auto part = [&answers](const char* name) {
      const auto found = answers.find(name);
      return found == answers.end() ? json() : *found;
    };
    HYPERLOCAL_TRY(const PlanResult plan, ReadPlanResult(part("Plan")));
    HYPERLOCAL_TRY(const AssembleResult video, ReadAssembleResult(part("Assemble")));
    const RenderOutput output{FormatGcsUri(video.output), video.file_size,
                              plan.format == OutputFormat::kPngSequence};
    if (plan.format == OutputFormat::kPngSequence) {
      HYPERLOCAL_TRY_STATUS(FetchFrames(output, config, video));
    } else {
      HYPERLOCAL_TRY([[maybe_unused]] const DownloadedResult file,
                     DownloadResult(*storage_, output, options_.output, cancel_));
    }
    LocalRenderResult result;
    result.output = options_.output;
    result.plan_hash = plan.plan_hash;
    result.width = config.width;  // as asked for: the plan has the composition's own
    result.height = config.height;
    result.fps = {plan.fps, 1};
    result.frames = video.frames_encoded;
    result.chunks = plan.chunk_count;
    result.file_size = video.file_size;
    return result;
  }

  // Frames come as an archive, and go where those of an earlier render may be.
  Status FetchFrames(const RenderOutput& output, const RenderConfig& config,
                     const AssembleResult& video) {
    const fs::path archive = scratch_->path() / "frames.tar.gz";
    const fs::path frames = scratch_->path() / "frames";
    HYPERLOCAL_TRY([[maybe_unused]] const DownloadedResult file,
                   DownloadResult(*storage_, output, archive, cancel_));
    constexpr ArchiveLimits kOurOwn{.max_total_bytes = std::int64_t{1} << 40};
    HYPERLOCAL_TRY_STATUS(ExtractTarGz(archive, frames, kOurOwn));
    fs::path audio;
    std::error_code ec;
    for (const fs::directory_entry& entry : fs::directory_iterator(frames, ec)) {
      if (entry.path().stem() == "audio") audio = entry.path();
    }
    HYPERLOCAL_TRY([[maybe_unused]] const JoinedFrames joined,
                   JoinFrameDirectories(std::array{frames}, std::array{video.frames_encoded},
                                        config.width, config.height, audio, options_.output));
    return Ok();
  }

  const LocalRenderOptions& options_;
  LocalCloudOptions cloud_options_;
  StageTimes times_;
  SerialObserver observer_;
  const CancellationToken cancel_;
  ServiceEvents events_;
  std::unique_ptr<ScratchDirectory> scratch_;
  std::unique_ptr<LocalCloud> cloud_;  // ends before its data and its observer
  std::unique_ptr<ObjectStore> storage_;
  std::unique_ptr<ExecutionsClient> executions_;
};

}  // namespace

Result<LocalRenderResult> RenderThroughCloud(const LocalRenderOptions& options,
                                             LocalCloudOptions cloud, RenderObserver& observer,
                                             const CancellationToken& cancel) {
  return CloudRender(options, std::move(cloud), observer, cancel).Run();
}

}  // namespace hyperlocal::cli
