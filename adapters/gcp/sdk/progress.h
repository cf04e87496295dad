#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "adapters/gcp/sdk/render_cost.h"
#include "adapters/gcp/workflows/executions_client.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "engine/object_store.h"

namespace hyperlocal {

enum class RenderStatus { kRunning, kSucceeded, kFailed, kCancelled, kUnknown };
std::string_view WireName(RenderStatus status);  // running, succeeded, …

struct RenderFault {
  std::string state;  // where: the service's text, or "<execution>"
  std::string error;  // its name: FONT_FETCH_FAILED, or "ExecutionError"
  std::string cause;  // what was raised, as JSON
};

// How a chunk stands, as far as the steps of the execution tell.
struct ChunkStanding {
  enum class State { kWaiting, kRunning, kDone, kFailed };
  int index = 0;
  State state = State::kWaiting;
  int attempts = 0;                               // begun ones
  std::optional<std::int64_t> frames;             // that it is to have, when the plan can be read
  std::chrono::system_clock::time_point started;  // from the first attempt on
  std::chrono::system_clock::time_point ended;
};
std::string_view WireName(ChunkStanding::State state);  // waiting, running, done, failed

// What the published library cannot tell of a render that runs.
struct LiveStanding {
  enum class Stage { kPlan, kChunks, kAssemble, kDone };
  Stage stage = Stage::kPlan;
  std::vector<ChunkStanding> chunks;                   // by index; empty until the plan is made
  int retries = 0;                                     // of all requests
  std::optional<std::chrono::milliseconds> remaining;  // an estimate
  std::chrono::system_clock::time_point stage_started;
  // Of the video, when the plan can be read; else 0.
  int fps = 0;
  int width = 0;
  int height = 0;

  int CountOf(ChunkStanding::State state) const;
};
std::string_view WireName(LiveStanding::Stage stage);  // plan, chunks, assemble, done

struct RenderOutput {
  std::string gcs_uri;
  std::optional<std::int64_t> bytes = {};
  bool packed = false;  // frames: the bytes are theirs, the object is the archive they travel in
};

struct CloudRenderProgress {
  RenderStatus status = RenderStatus::kUnknown;
  double overall_progress = 0;  // 0 to 1
  std::int64_t frames_rendered = 0;
  std::optional<std::int64_t> total_frames;
  int invocations_observed = 0;
  RenderCost costs;
  std::optional<RenderOutput> output_file;
  std::vector<RenderFault> errors;
  bool fatal_error_encountered = false;
  std::string started_at;
  std::optional<std::string> ended_at;

  // Beyond the published library. Absent without step entries (an old service, history off).
  std::optional<LiveStanding> live;
  std::string execution_name;
  std::string render_id;  // empty when the argument does not say
};

struct RenderProgressOptions {
  std::string execution_name;
  double vcpu = 4;  // of the service, for the cost
  double memory_gib = 16;
  bool live = true;              // ask for the step entries of one that is not over
  ObjectStore* store = nullptr;  // to read the plan's number of frames; null: chunks count instead
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
};

// Where a render stands: one request, and while it runs one for its step entries (a page for each
// thousand). One that has succeeded tells exactly what the published library tells.
// Errors: kUsage for an empty name; those of ExecutionsClient.
Result<CloudRenderProgress> GetRenderProgress(ExecutionsClient& executions,
                                              const RenderProgressOptions& options,
                                              const CancellationToken& cancelled = {});

// The same from an execution and its steps that somebody has read. Reads the plan's manifest, if
// there is a store.
CloudRenderProgress ProgressOf(const WorkflowExecution& execution,
                               const std::optional<std::vector<ExecutionStep>>& steps,
                               const RenderProgressOptions& options,
                               const CancellationToken& cancelled = {});

// The published fields by their names; what is beyond them under "live", which is absent when
// there is none.
nlohmann::ordered_json ToJson(const CloudRenderProgress& progress);

}  // namespace hyperlocal
