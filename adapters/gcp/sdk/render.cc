#include "adapters/gcp/sdk/render.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/workflows/timestamp.h"
#include "engine/config/render_config.h"
#include "engine/hash/sha256.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostLabelCharacters = 63;
constexpr std::size_t kMostKeyBytes = 1024;  // of an object's name

Error Usage(std::string message) {
  return Error{ErrorCode::kUsage, "[renderToCloudRun] " + std::move(message)};
}

bool IsIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::string Quoted(std::string_view text) {
  return ordered_json(std::string(text))
      .dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// What would not be a name of an object, or not the one that was meant.
Status CheckOutputKey(const std::string& key) {
  const auto is_odd = [](char c) { return c == '\n' || c == '\r'; };
  if (!key.empty() && key.size() <= kMostKeyBytes && key != "." && key != ".." &&
      key.front() != '/' && std::none_of(key.begin(), key.end(), is_odd)) {
    return Ok();
  }
  return Usage(
      fmt::format("outputKey must be the name of an object: 1 to {} bytes, no line "
                  "breaks, no slash at its beginning: {}",
                  kMostKeyBytes, Quoted(key)));
}

Result<ordered_json> ParseConfig(const RenderToCloudRunOptions& options) {
  return ParseOrderedJson(options.config_json, "config");
}

}  // namespace

Status CheckRenderId(std::string_view render_id) {
  if (!render_id.empty() && std::all_of(render_id.begin(), render_id.end(), IsIdCharacter) &&
      render_id.find("..") == std::string_view::npos) {
    return Ok();
  }
  return Usage(fmt::format("renderId must match [A-Za-z0-9._-]+ and not contain \"..\": {}",
                           Quoted(render_id)));
}

std::string RenderLabelOf(std::string_view render_id) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (render_id.size() <= kMostLabelCharacters &&
      std::all_of(render_id.begin(), render_id.end(), fits)) {
    return std::string(render_id);
  }
  return Sha256Hex(render_id).substr(0, 40);
}

Result<PreparedRender> PrepareRender(const RenderToCloudRunOptions& options) {
  HYPERLOCAL_TRY(const RenderConfig config, ParseRenderConfig(options.config_json, "config"));
  const std::array<std::pair<std::string_view, const std::string*>, 5> required{
      std::pair{std::string_view("bucketName"), &options.bucket_name},
      std::pair{std::string_view("projectId"), &options.project_id},
      std::pair{std::string_view("location"), &options.location},
      std::pair{std::string_view("workflowId"), &options.workflow_id},
      std::pair{std::string_view("serviceUrl"), &options.service_url}};
  for (const auto& [name, value] : required) {
    if (value->empty()) return Usage(std::string(name) + " is required");
  }
  if (!options.site && options.project_dir.empty()) {
    return Usage("either siteHandle or projectDir must be supplied");
  }
  PreparedRender prepared;
  prepared.render_id = options.render_id.value_or("hf-render-" + NewUuid());
  HYPERLOCAL_TRY_STATUS(CheckRenderId(prepared.render_id));
  const std::string prefix = fmt::format("renders/{}/", prepared.render_id);
  const std::string output =
      options.output_key.value_or(fmt::format("{}output{}", prefix, FileExtension(config.format)));
  HYPERLOCAL_TRY_STATUS(CheckOutputKey(output));
  prepared.output_gcs_uri = FormatGcsUri({options.bucket_name, output});
  prepared.plan_output_gcs_prefix = FormatGcsUri({options.bucket_name, prefix});
  return prepared;
}

Result<RenderHandle> RenderToCloudRun(ObjectStore& store, ExecutionsClient& executions,
                                      const RenderToCloudRunOptions& options,
                                      const CancellationToken& cancelled) {
  HYPERLOCAL_TRY(const PreparedRender prepared, PrepareRender(options));
  HYPERLOCAL_TRY(ordered_json config, ParseConfig(options));
  ordered_json argument{{"RenderId", prepared.render_id},
                        {"ProjectGcsUri", options.site ? options.site->project_gcs_uri : ""},
                        {"PlanOutputGcsPrefix", prepared.plan_output_gcs_prefix},
                        {"OutputGcsUri", prepared.output_gcs_uri},
                        {"ServiceUrl", options.service_url},
                        {"Config", std::move(config)},
                        {"PlanProtocol", WireName(options.plan_protocol)}};
  if (!options.chunk_service_url.empty()) argument["ChunkServiceUrl"] = options.chunk_service_url;
  // Before the upload as well: a site's address is some 60 bytes and decides nothing.
  HYPERLOCAL_TRY_STATUS(CheckExecutionArgument(nlohmann::json(argument)));

  std::string project_uri;
  if (options.site) {
    project_uri = options.site->project_gcs_uri;
  } else {
    HYPERLOCAL_TRY(
        const SiteHandle site,
        DeploySite(store, {options.project_dir, options.bucket_name, std::nullopt}, cancelled));
    project_uri = site.project_gcs_uri;
    argument["ProjectGcsUri"] = project_uri;
    HYPERLOCAL_TRY_STATUS(CheckExecutionArgument(nlohmann::json(argument)));
  }
  ExecutionsClient::NewExecution start;
  HYPERLOCAL_TRY(start.argument, CompactJson(argument));
  start.labels[std::string(kRenderLabel)] = RenderLabelOf(prepared.render_id);
  const std::string started_at = FormatTimestamp(std::chrono::system_clock::now());
  HYPERLOCAL_TRY(const WorkflowExecution execution,
                 executions.Start({options.project_id, options.location, options.workflow_id},
                                  start, cancelled));
  return RenderHandle{.render_id = prepared.render_id,
                      .execution_name = execution.name,
                      .bucket_name = options.bucket_name,
                      .workflow_id = options.workflow_id,
                      .output_gcs_uri = prepared.output_gcs_uri,
                      .project_gcs_uri = project_uri,
                      .started_at = started_at};
}

ordered_json ToJson(const RenderHandle& handle) {
  return {{"renderId", handle.render_id},          {"executionName", handle.execution_name},
          {"bucketName", handle.bucket_name},      {"workflowId", handle.workflow_id},
          {"outputGcsUri", handle.output_gcs_uri}, {"projectGcsUri", handle.project_gcs_uri},
          {"startedAt", handle.started_at}};
}

}  // namespace hyperlocal
