#include "adapters/gcp/sdk/render_control.h"

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/sdk/plan_facts_internal.h"
#include "adapters/gcp/sdk/render_status_internal.h"
#include "engine/hash/crc32c.h"
#include "engine/hash/sha256.h"
#include "engine/plan/plan_manifest.h"

namespace hyperlocal {
namespace {

std::string TextMember(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// The reads and writes of the three stages, from the plan's manifest: everybody reads the manifest
// and what it needs; the planner reads the project and writes every content once.
void CountPlanned(const PlanManifest& manifest, StorageUse& use) {
  std::set<std::string> contents;
  for (const PlanArtifact& artifact : manifest.artifacts) {
    contents.insert(artifact.sha256);
    use.class_b += artifact.every_chunk ? manifest.chunk_count
                                        : static_cast<std::int64_t>(artifact.chunks.size());
    use.class_b += artifact.assembler ? 1 : 0;
  }
  use.class_a += static_cast<std::int64_t>(contents.size()) + 1;
  use.class_b += 1 + manifest.chunk_count + 1;
}

}  // namespace

Result<RenderStatus> CancelRender(ExecutionsClient& executions, std::string_view execution_name,
                                  const CancellationToken& cancelled) {
  HYPERLOCAL_TRY(const WorkflowExecution execution, executions.Cancel(execution_name, cancelled));
  return RenderStatusOf(execution.state);
}

Result<DownloadedResult> DownloadResult(ObjectStore& store, const RenderOutput& output,
                                        const std::filesystem::path& file,
                                        const CancellationToken& cancelled) {
  HYPERLOCAL_TRY(const GcsUri uri, ParseGcsUri(output.gcs_uri));
  if (output.bytes && !output.packed) {
    HYPERLOCAL_TRY(const ObjectInfo there, store.Stat(uri));
    if (there.size != static_cast<std::uint64_t>(*output.bytes)) {
      return Error{ErrorCode::kIo,
                   fmt::format("{} has {} bytes and not the {} that were assembled: somebody has "
                               "written it since",
                               output.gcs_uri, there.size, *output.bytes)};
    }
  }
  HYPERLOCAL_TRY(const ObjectInfo object, store.Download(uri, file, cancelled));
  HYPERLOCAL_TRY(const std::string sha256, Sha256HexOfFile(file));
  return DownloadedResult{.gcs_uri = output.gcs_uri,
                          .file = file,
                          .bytes = static_cast<std::int64_t>(object.size),
                          .sha256 = sha256,
                          .crc32c = Crc32cBase64(object.crc32c)};
}

Result<std::vector<ListedRender>> ListRenders(ExecutionsClient& executions,
                                              const WorkflowName& workflow, std::size_t most,
                                              const CancellationToken& cancelled) {
  HYPERLOCAL_TRY(const std::vector<WorkflowExecution> all,
                 executions.List(workflow, {.full = true, .filter = "", .most = most}, cancelled));
  std::vector<ListedRender> renders;
  for (const WorkflowExecution& execution : all) {
    const auto argument =
        nlohmann::json::parse(execution.argument, nullptr, /*allow_exceptions=*/false);
    ListedRender render;
    if (argument.is_object()) {
      render.render_id = TextMember(argument, "RenderId");
      render.output_gcs_uri = TextMember(argument, "OutputGcsUri");
    }
    if (render.render_id.empty()) continue;  // not a render
    render.execution_name = execution.name;
    render.status = RenderStatusOf(execution.state);
    render.started_at = execution.start_time.empty() ? execution.create_time : execution.start_time;
    render.ended_at = execution.end_time;
    renders.push_back(std::move(render));
  }
  return renders;
}

Result<StorageCost> MeasureStorageCost(ObjectStore& store, std::string_view bucket,
                                       std::string_view render_id,
                                       const std::optional<RenderOutput>& output) {
  const std::string prefix = fmt::format("renders/{}/", render_id);
  HYPERLOCAL_TRY(const ObjectList found, store.List(bucket, {.prefix = prefix, .delimiter = ""}));
  StorageUse use;
  std::int64_t chunks = 0;
  bool output_listed = false;
  for (const ObjectInfo& object : found.objects) {
    use.stored_bytes += static_cast<std::int64_t>(object.size);
    chunks += object.uri.key.starts_with(prefix + "chunks/") ? 1 : 0;
    output_listed = output_listed || (output && FormatGcsUri(object.uri) == output->gcs_uri);
  }
  const auto manifest =
      ReadManifest(store, FormatGcsUri({std::string(bucket), prefix}), CancellationToken());
  if (manifest) {
    CountPlanned(*manifest, use);
  } else {
    // Of protocol v1: the project, then the archive by the planner, every chunk and the assembly.
    use.class_a += 1;
    use.class_b += 1 + chunks + 1;
  }
  use.class_a += chunks;  // written by their workers
  use.class_b += chunks;  // read by the assembly
  if (output) {
    use.class_a += 1;
    use.class_b += 1;
    use.downloaded_bytes = output->bytes.value_or(0);
    if (!output_listed) use.stored_bytes += output->bytes.value_or(0);
  }
  StorageCost cost = ComputeStorageCost(use);
  if (!manifest)
    cost.assumptions.emplace_back("the plan is an archive that every step reads whole");
  return cost;
}

nlohmann::ordered_json ToJson(const DownloadedResult& result) {
  return {{"gcsUri", result.gcs_uri},
          {"file", result.file.string()},
          {"bytes", result.bytes},
          {"sha256", result.sha256},
          {"crc32c", result.crc32c}};
}

nlohmann::ordered_json ToJson(const ListedRender& render) {
  nlohmann::ordered_json json{
      {"renderId", render.render_id},      {"executionName", render.execution_name},
      {"status", WireName(render.status)}, {"outputGcsUri", render.output_gcs_uri},
      {"startedAt", render.started_at},    {"endedAt", nullptr}};
  if (!render.ended_at.empty()) json["endedAt"] = render.ended_at;
  return json;
}

}  // namespace hyperlocal
