#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/sdk/render.h"
#include "adapters/gcp/sdk/render_control.h"
#include "adapters/gcp/sdk/site.h"
#include "cli/cloudrun_request.h"
#include "cli/cloudrun_verbs_internal.h"
#include "cli/human_text.h"

namespace hyperlocal::cli {
namespace {

using nlohmann::ordered_json;

// The seconds and the money of a render that is over; what storage costs, if that can be found out.
ordered_json StorageCostOf(const CloudRenderProgress& progress, ObjectStore& store) {
  if (!progress.output_file || progress.render_id.empty()) return nullptr;
  const auto uri = ParseGcsUri(progress.output_file->gcs_uri);
  if (!uri) return nullptr;
  const auto cost =
      MeasureStorageCost(store, uri->bucket, progress.render_id, progress.output_file);
  return cost ? ToJson(*cost) : ordered_json(nullptr);
}

std::string ProgressText(const CloudRenderProgress& progress, const ordered_json& storage) {
  std::string text = fmt::format("status={} progress={:.0f}%\n", WireName(progress.status),
                                 progress.overall_progress * 100);
  if (progress.total_frames) {
    text += fmt::format("frames={}/{}\n", progress.frames_rendered, *progress.total_frames);
  }
  if (progress.live && !progress.live->chunks.empty()) {
    using State = ChunkStanding::State;
    const LiveStanding& live = *progress.live;
    text +=
        fmt::format("chunks={}/{} running={} waiting={} failed={} retries={}\n",
                    live.CountOf(State::kDone), live.chunks.size(), live.CountOf(State::kRunning),
                    live.CountOf(State::kWaiting), live.CountOf(State::kFailed), live.retries);
  }
  if (progress.live && progress.live->remaining) {
    text += fmt::format("remaining={}\n", FormatRemaining(*progress.live->remaining));
  }
  if (progress.output_file) text += fmt::format("output={}\n", progress.output_file->gcs_uri);
  text += fmt::format("cost={}{}\n", progress.costs.display_cost,
                      progress.costs.estimated ? " (estimated)" : "");
  if (storage.is_object()) {
    text += fmt::format("storage=${:.4f}, if", storage["totalUsd"].get<double>());
    for (const auto& assumption : storage["assumptions"]) {
      text += fmt::format("{} {}", &assumption == &storage["assumptions"].front() ? "" : ";",
                          assumption.get<std::string>());
    }
    text += '\n';
  }
  for (const RenderFault& fault : progress.errors) {
    text += fmt::format("error={}: {}\n", fault.error, WithoutControls(fault.state));
  }
  return text;
}

}  // namespace

Result<std::chrono::milliseconds> WaitInterval(const CommandLine& line) {
  HYPERLOCAL_TRY(const std::optional<int> given, line.WholeNumber("wait-interval-ms"));
  if (given && *given < 1) return Error{ErrorCode::kUsage, "--wait-interval-ms is at least 1"};
  return std::chrono::milliseconds(given.value_or(5000));
}

Result<CommandAnswer> CreateSite(const CommandLine& line, CommandContext& context,
                                 const CloudRunWorld& world) {
  if (line.arguments[0] != "create") {
    return Error{ErrorCode::kUsage,
                 "cloudrun sites knows only create: cloudrun sites create PROJECT"};
  }
  HYPERLOCAL_TRY(const CloudRunStack stack, FindStack(line, world.environment));
  HYPERLOCAL_TRY(const CloudClients clients, world.open());
  HYPERLOCAL_TRY(const SiteHandle site,
                 DeploySite(*clients.storage,
                            {.project_dir = context.working_directory / line.arguments[1],
                             .bucket_name = stack.bucket_name,
                             .site_id = line.Value("site-id")},
                            context.cancel));
  Say(context, fmt::format("{} site {} ({})", site.uploaded ? "uploaded" : "already there:",
                           site.site_id, FormatBytes(site.bytes)));
  return CommandAnswer{.text = site.project_gcs_uri + "\n", .members = ToJson(site)};
}

Result<CommandAnswer> StartRender(const CommandLine& line, CommandContext& context,
                                  const CloudRunWorld& world) {
  const std::filesystem::path project = context.working_directory / line.arguments[0];
  HYPERLOCAL_TRY(const std::chrono::milliseconds interval, WaitInterval(line));
  HYPERLOCAL_TRY(const ordered_json config, CloudRenderConfig(line, project));
  HYPERLOCAL_TRY(const auto variables, VariablesOf(line));
  HYPERLOCAL_TRY(const auto issues,
                 CheckVariables(project, variables, line.Has("strict-variables")));
  for (const std::string& issue : issues) Say(context, "warning: " + issue);
  RenderToCloudRunOptions options;
  HYPERLOCAL_TRY(options.config_json, ConfigText(config, variables));
  HYPERLOCAL_TRY(const CloudRunStack stack, FindStack(line, world.environment));
  options.project_dir = project;
  options.bucket_name = stack.bucket_name;
  options.project_id = stack.project_id;
  options.location = stack.region;
  options.workflow_id = stack.workflow_id;
  options.service_url = stack.service_url;
  options.chunk_service_url = stack.chunk_service_url;
  options.render_id = line.Value("render-id");
  options.output_key = line.Value("output-key");
  HYPERLOCAL_TRY_STATUS(PrepareRender(options));  // before anything is opened
  HYPERLOCAL_TRY(CloudClients clients, world.open());
  if (const auto site_id = line.Value("site-id")) {
    HYPERLOCAL_TRY(
        options.site,
        DeploySite(*clients.storage,
                   {.project_dir = project, .bucket_name = stack.bucket_name, .site_id = site_id},
                   context.cancel));
  }
  HYPERLOCAL_TRY(const RenderHandle handle,
                 RenderToCloudRun(*clients.storage, *clients.executions, options, context.cancel));
  Say(context, "render started: " + handle.render_id);
  if (!line.Has("wait")) {
    Say(context, "output: " + handle.output_gcs_uri);
    Say(context, "next: hyperlocal cloudrun progress " + handle.execution_name);
    return CommandAnswer{.text = handle.execution_name + "\n", .members = ToJson(handle)};
  }
  HYPERLOCAL_TRY(
      const CloudRenderProgress progress,
      WaitForRender(clients, stack, handle.execution_name, interval, !line.Has("json"), context));
  if (progress.status != RenderStatus::kSucceeded) {
    Error error = ErrorOfRender(progress);
    error.message += "\n  execution: " + handle.execution_name;
    return error;
  }
  Say(context, fmt::format("rendered {} for {}", Counted(progress.frames_rendered, "frame"),
                           progress.costs.display_cost));
  CommandAnswer answer{.text = handle.output_gcs_uri + "\n", .members = ToJson(progress)};
  answer.members["renderId"] = handle.render_id;
  answer.members["executionName"] = handle.execution_name;
  return answer;
}

Result<CommandAnswer> TellProgress(const CommandLine& line, CommandContext& context,
                                   const CloudRunWorld& world) {
  HYPERLOCAL_TRY(CloudClients clients, world.open());
  const CloudRunStack stack = KnownStack(line, world.environment);  // for its sizes
  RenderProgressOptions options{.execution_name = line.arguments[0],
                                .vcpu = stack.vcpu,
                                .memory_gib = stack.memory_gib,
                                .live = true,
                                .store = clients.storage.get()};
  HYPERLOCAL_TRY(const CloudRenderProgress progress,
                 GetRenderProgress(*clients.executions, options, context.cancel));
  const ordered_json storage = StorageCostOf(progress, *clients.storage);
  CommandAnswer answer{.text = ProgressText(progress, storage), .members = ToJson(progress)};
  if (storage.is_object()) answer.members["storageCost"] = storage;
  return answer;
}

}  // namespace hyperlocal::cli
