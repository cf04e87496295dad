#include "adapters/gcp/sdk/progress.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/gcp/sdk/execution_steps_internal.h"
#include "adapters/gcp/sdk/plan_facts_internal.h"
#include "adapters/gcp/sdk/render_status_internal.h"
#include "adapters/gcp/workflows/timestamp.h"
#include "engine/config/render_config.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal {
namespace {

using Json = nlohmann::json;

// Steps of the workflow besides its requests, as the published library counts them.
constexpr int kControlSteps = 4;

Json Parsed(const std::string& text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

const Json* Member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

const std::string* TextMember(const Json& object, const char* name) {
  const Json* const member = Member(object, name);
  return member != nullptr && member->is_string() ? member->get_ptr<const std::string*>() : nullptr;
}

std::optional<double> NumberMember(const Json& object, const char* name) {
  const Json* const member = Member(object, name);
  if (member == nullptr || !member->is_number()) return std::nullopt;
  return member->get<double>();
}

// The name of the service's error within what the workflow raised: of the body of the answer that
// failed, or of what a definition raised itself.
std::string ErrorName(const std::string& payload) {
  const Json outer = Parsed(payload);
  if (const std::string* const name = TextMember(outer, "error")) return *name;
  if (const Json* const body = Member(outer, "body")) {
    const Json inner = body->is_string() ? Parsed(body->get<std::string>()) : *body;
    if (const std::string* const name = TextMember(inner, "error")) return *name;
  }
  // Beyond the published library: the codes that definitions raise.
  if (const std::string* const code = TextMember(outer, "code")) return *code;
  return "ExecutionError";
}

void ReadResult(const std::string& result, double vcpu, double memory_gib,
                CloudRenderProgress& progress) {
  const Json all = Parsed(result);
  std::vector<BilledInvocation> invocations;
  const auto add = [&](const Json& step) {
    const auto duration = NumberMember(step, "DurationMs");
    invocations.push_back({.duration_ms = duration.value_or(0),
                           .vcpu = vcpu,
                           .memory_gib = memory_gib,
                           .estimated = !duration});
  };
  const auto is_there = [](const Json* step) { return step != nullptr && !step->is_null(); };
  const Json* const plan = Member(all, "Plan");
  if (is_there(plan)) {
    add(*plan);
    if (const auto total = NumberMember(*plan, "TotalFrames")) {
      progress.total_frames = static_cast<std::int64_t>(*total);
    }
  }
  double frames = 0;
  if (const Json* const chunks = Member(all, "Chunks"); chunks != nullptr && chunks->is_array()) {
    for (const Json& chunk : *chunks) {
      if (chunk.is_null()) continue;
      add(chunk);
      frames += NumberMember(chunk, "FramesEncoded").value_or(0);
    }
  }
  progress.frames_rendered = static_cast<std::int64_t>(frames);
  if (const Json* const assemble = Member(all, "Assemble"); is_there(assemble)) {
    add(*assemble);
    if (const std::string* const uri = TextMember(*assemble, "OutputGcsUri");
        uri != nullptr && !uri->empty()) {
      progress.output_file = RenderOutput{.gcs_uri = *uri};
      if (is_there(plan)) {
        const std::string* const format = TextMember(*plan, "Format");
        progress.output_file->packed =
            format != nullptr && *format == WireName(OutputFormat::kPngSequence);
      }
      if (const auto bytes = NumberMember(*assemble, "FileSize")) {
        progress.output_file->bytes = static_cast<std::int64_t>(*bytes);
      }
    }
  }
  progress.overall_progress = 1;
  progress.invocations_observed = static_cast<int>(invocations.size());
  progress.costs = ComputeRenderCost(invocations, progress.invocations_observed + kControlSteps);
}

// How many frames the chunks have, once there is a plan.
void ReadPlan(const Json& argument, const RenderProgressOptions& options,
              const CancellationToken& cancelled, LiveStanding& standing,
              CloudRenderProgress& progress) {
  const std::string* const prefix = TextMember(argument, "PlanOutputGcsPrefix");
  const Json* const config = Member(argument, "Config");
  if (options.store == nullptr || prefix == nullptr || config == nullptr) return;
  const auto manifest = ReadManifest(*options.store, *prefix, cancelled);
  const Result<std::string> config_text = CanonicalJson(*config);
  if (!manifest || !config_text) return;
  progress.total_frames = manifest->total_frames;
  standing.fps = manifest->fps;
  standing.width = static_cast<int>(manifest->width);
  standing.height = static_cast<int>(manifest->height);
  const auto frames = ChunkFrames(manifest->total_frames, manifest->chunk_count, *config_text);
  for (ChunkStanding& chunk : standing.chunks) {
    if (static_cast<std::size_t>(chunk.index) < frames.size()) {
      chunk.frames = frames[static_cast<std::size_t>(chunk.index)];
    }
  }
}

// Chunks are what a render consists of; the plan and the assembly count as a twentieth each.
double OverallProgress(const LiveStanding& standing, const CloudRenderProgress& progress) {
  constexpr double kPlanPart = 0.05;
  constexpr double kChunksPart = 0.90;
  if (standing.chunks.empty()) return 0;
  double share = static_cast<double>(standing.CountOf(ChunkStanding::State::kDone)) /
                 static_cast<double>(standing.chunks.size());
  if (progress.total_frames && *progress.total_frames > 0 && progress.frames_rendered > 0) {
    share =
        static_cast<double>(progress.frames_rendered) / static_cast<double>(*progress.total_frames);
  }
  return kPlanPart + kChunksPart * std::min(share, 1.0);
}

void ReadLive(std::vector<ExecutionStep> steps, const Json& argument,
              const RenderProgressOptions& options, const CancellationToken& cancelled,
              CloudRenderProgress& progress) {
  StepsReading reading = ReadSteps(steps, options.vcpu, options.memory_gib, options.now);
  LiveStanding& standing = reading.standing;
  if (!standing.chunks.empty()) ReadPlan(argument, options, cancelled, standing, progress);
  for (const ChunkStanding& chunk : standing.chunks) {
    if (chunk.state == ChunkStanding::State::kDone) {
      progress.frames_rendered += chunk.frames.value_or(0);
    }
  }
  if (progress.status == RenderStatus::kRunning) {
    progress.overall_progress = OverallProgress(standing, progress);
    standing.remaining = EstimateRemaining(standing, options.now);
  }
  progress.invocations_observed = reading.invocations_begun;
  progress.costs = ComputeRenderCost(reading.invocations, reading.steps);
  progress.live = std::move(standing);
}

}  // namespace

RenderStatus RenderStatusOf(WorkflowExecution::State state) {
  using State = WorkflowExecution::State;
  switch (state) {
    case State::kActive:
    case State::kQueued:
      return RenderStatus::kRunning;
    case State::kSucceeded:
      return RenderStatus::kSucceeded;
    case State::kFailed:
    case State::kUnavailable:
      return RenderStatus::kFailed;
    case State::kCancelled:
      return RenderStatus::kCancelled;
    case State::kUnknown:
      break;
  }
  return RenderStatus::kUnknown;
}

std::string_view WireName(RenderStatus status) {
  switch (status) {
    case RenderStatus::kRunning:
      return "running";
    case RenderStatus::kSucceeded:
      return "succeeded";
    case RenderStatus::kFailed:
      return "failed";
    case RenderStatus::kCancelled:
      return "cancelled";
    case RenderStatus::kUnknown:
      break;
  }
  return "unknown";
}

std::string_view WireName(ChunkStanding::State state) {
  switch (state) {
    case ChunkStanding::State::kWaiting:
      return "waiting";
    case ChunkStanding::State::kRunning:
      return "running";
    case ChunkStanding::State::kDone:
      return "done";
    case ChunkStanding::State::kFailed:
      break;
  }
  return "failed";
}

std::string_view WireName(LiveStanding::Stage stage) {
  switch (stage) {
    case LiveStanding::Stage::kPlan:
      return "plan";
    case LiveStanding::Stage::kChunks:
      return "chunks";
    case LiveStanding::Stage::kAssemble:
      return "assemble";
    case LiveStanding::Stage::kDone:
      break;
  }
  return "done";
}

int LiveStanding::CountOf(ChunkStanding::State state) const {
  return static_cast<int>(
      std::count_if(chunks.begin(), chunks.end(),
                    [state](const ChunkStanding& chunk) { return chunk.state == state; }));
}

CloudRenderProgress ProgressOf(const WorkflowExecution& execution,
                               const std::optional<std::vector<ExecutionStep>>& steps,
                               const RenderProgressOptions& options,
                               const CancellationToken& cancelled) {
  CloudRenderProgress progress;
  progress.execution_name = execution.name;
  progress.status = RenderStatusOf(execution.state);
  progress.started_at =
      execution.start_time.empty() ? "1970-01-01T00:00:00.000Z" : execution.start_time;
  if (!execution.end_time.empty()) progress.ended_at = execution.end_time;
  const Json argument = Parsed(execution.argument);
  if (const std::string* const id = TextMember(argument, "RenderId")) progress.render_id = *id;
  if (execution.failure) {
    progress.errors.push_back(
        {.state = execution.failure->context.empty() ? "<execution>" : execution.failure->context,
         .error = ErrorName(execution.failure->payload),
         .cause = execution.failure->payload});
  }
  progress.fatal_error_encountered =
      progress.status == RenderStatus::kFailed || progress.status == RenderStatus::kCancelled;
  progress.costs = ComputeRenderCost({}, 0);
  if (progress.status == RenderStatus::kSucceeded) {
    ReadResult(execution.result, options.vcpu, options.memory_gib, progress);
  } else if (steps && !steps->empty()) {
    ReadLive(*steps, argument, options, cancelled, progress);
  }
  return progress;
}

Result<CloudRenderProgress> GetRenderProgress(ExecutionsClient& executions,
                                              const RenderProgressOptions& options,
                                              const CancellationToken& cancelled) {
  if (options.execution_name.empty()) {
    return Error{ErrorCode::kUsage, "[getRenderProgress] executionName is required"};
  }
  HYPERLOCAL_TRY(const WorkflowExecution execution,
                 executions.Get(options.execution_name, cancelled));
  std::optional<std::vector<ExecutionStep>> steps;
  if (options.live && execution.state != WorkflowExecution::State::kSucceeded) {
    // Without them there is less to tell, which is no failure: history may be off.
    auto read = executions.Steps(options.execution_name, cancelled);
    if (read) {
      steps = std::move(*read);
    } else if (read.error().code == ErrorCode::kCancelled) {
      return std::move(read).error();
    }
  }
  return ProgressOf(execution, steps, options, cancelled);
}

nlohmann::ordered_json ToJson(const CloudRenderProgress& progress) {
  using nlohmann::ordered_json;
  ordered_json json{{"status", WireName(progress.status)},
                    {"overallProgress", progress.overall_progress},
                    {"framesRendered", progress.frames_rendered},
                    {"totalFrames", nullptr},
                    {"invocationsObserved", progress.invocations_observed},
                    {"costs", ToJson(progress.costs)},
                    {"outputFile", nullptr},
                    {"errors", ordered_json::array()},
                    {"fatalErrorEncountered", progress.fatal_error_encountered},
                    {"startedAt", progress.started_at},
                    {"endedAt", nullptr}};
  if (progress.total_frames) json["totalFrames"] = *progress.total_frames;
  if (progress.output_file) {
    json["outputFile"] = {{"gcsUri", progress.output_file->gcs_uri}, {"bytes", nullptr}};
    if (progress.output_file->bytes) json["outputFile"]["bytes"] = *progress.output_file->bytes;
  }
  for (const RenderFault& fault : progress.errors) {
    json["errors"].push_back(
        {{"state", fault.state}, {"error", fault.error}, {"cause", fault.cause}});
  }
  if (progress.ended_at) json["endedAt"] = *progress.ended_at;
  if (!progress.live) return json;

  const LiveStanding& standing = *progress.live;
  using State = ChunkStanding::State;
  ordered_json live{{"stage", WireName(standing.stage)},
                    {"chunks",
                     {{"total", standing.chunks.size()},
                      {"waiting", standing.CountOf(State::kWaiting)},
                      {"running", standing.CountOf(State::kRunning)},
                      {"done", standing.CountOf(State::kDone)},
                      {"failed", standing.CountOf(State::kFailed)}}},
                    {"retries", standing.retries},
                    {"remainingMs", nullptr},
                    {"chunkStates", ordered_json::array()}};
  if (standing.remaining) live["remainingMs"] = standing.remaining->count();
  for (const ChunkStanding& chunk : standing.chunks) {
    ordered_json one{{"index", chunk.index},
                     {"state", WireName(chunk.state)},
                     {"attempts", chunk.attempts},
                     {"frames", nullptr}};
    if (chunk.frames) one["frames"] = *chunk.frames;
    live["chunkStates"].push_back(std::move(one));
  }
  json["live"] = std::move(live);
  return json;
}

}  // namespace hyperlocal
