#include <string>

#include "adapters/gcp/sdk/plan_facts_internal.h"
#include "engine/config/render_config.h"
#include "engine/file/scratch_directory.h"
#include "engine/file/whole_file.h"
#include "engine/plan/chunk_plan.h"
#include "engine/wire/bucket_layout.h"

namespace hyperlocal {

std::optional<PlanManifest> ReadManifest(ObjectStore& store, std::string_view plan_output_prefix,
                                         const CancellationToken& cancelled) {
  const Result<GcsUri> prefix = ParseGcsUri(plan_output_prefix);
  if (!prefix) return std::nullopt;
  const auto scratch = ScratchDirectory::Create("plan-manifest");
  if (!scratch) return std::nullopt;
  const auto file = (*scratch)->path() / "manifest.json";
  if (!store.Download(V2PlanUnder(*prefix).manifest, file, cancelled)) return std::nullopt;
  const Result<std::string> text = ReadWholeFile(file);
  if (!text) return std::nullopt;
  Result<PlanManifest> manifest = ParsePlanManifest(*text, "manifest.json");
  if (!manifest) return std::nullopt;
  return std::move(*manifest);
}

std::vector<std::int64_t> ChunkFrames(std::int64_t total_frames, std::int64_t chunk_count,
                                      std::string_view config_json) {
  const Result<RenderConfig> config = ParseRenderConfig(config_json, "Config");
  if (!config) return {};
  const Result<ChunkPlan> plan = PlanChunks({.total_frames = total_frames,
                                             .chunk_size = config->chunk_size,
                                             .max_parallel_chunks = config->max_parallel_chunks,
                                             .target_chunk_frames = config->target_chunk_frames});
  if (!plan || static_cast<std::int64_t>(plan->slices.size()) != chunk_count) return {};
  std::vector<std::int64_t> frames;
  for (const ChunkSlice& slice : plan->slices) frames.push_back(slice.frames());
  return frames;
}

}  // namespace hyperlocal
