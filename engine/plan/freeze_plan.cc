#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"
#include "engine/plan/locked_config.h"
#include "engine/plan/plan_directory.h"
#include "engine/plan/plan_files_internal.h"
#include "engine/plan/plan_size.h"

// The bytes of the meta files go into the plan hash, so their layout (keys in this order, two
// spaces, where the last line ends) is that of the published implementation: the same plan has the
// same hash there and here.

namespace hyperlocal {
namespace {

using nlohmann::ordered_json;

Error Inconsistent(const PlanDirectory& plan, const std::string& problem) {
  return Error{ErrorCode::kInternal,
               "the plan for " + plan.root.string() + " contradicts itself: " + problem};
}

// A plan that the readers would refuse must not be written.
Status CheckConsistent(const PlanDirectory& plan) {
  if (const auto problem = PartitionProblem(plan.chunks, plan.total_frames)) {
    return Inconsistent(plan, *problem);
  }
  if (static_cast<std::size_t>(plan.locked.chunk_count) != plan.chunks.size()) {
    return Inconsistent(plan, "locked.chunk_count is " + std::to_string(plan.locked.chunk_count) +
                                  ", the chunks are " + std::to_string(plan.chunks.size()));
  }
  if (plan.locked.ffmpeg_version != plan.ffmpeg_version) {
    return Inconsistent(plan, "locked.ffmpeg_version is '" + plan.locked.ffmpeg_version +
                                  "', ffmpeg_version '" + plan.ffmpeg_version + "'");
  }
  if (plan.has_audio == plan.audio_file().empty()) {
    return Inconsistent(plan, plan.has_audio ? "it has audio but no audio file"
                                             : "it has no audio but an audio file");
  }
  std::error_code failure;
  if (!std::filesystem::exists(plan.root / plan_files::kEntryPage, failure)) {
    return Error{ErrorCode::kMissingPlanArtifact,
                 "the plan in " + plan.root.string() + " lacks " + plan_files::kEntryPage};
  }
  return Ok();
}

// What an earlier freeze left, a crashed one among them: neither a stale plan.json nor a file
// written aside may survive into the new plan and its hash.
void RemoveFrozenFiles(const std::filesystem::path& root) {
  for (const char* name : {plan_files::kManifest, plan_files::kComposition,
                           plan_files::kLockedConfig, plan_files::kChunks, plan_files::kVideos}) {
    std::error_code
        ignored;  // what cannot be removed cannot be written either, and that is reported
    if (name != plan_files::kVideos) std::filesystem::remove(root / name, ignored);
    std::filesystem::remove(AsideOf(root / name), ignored);
  }
}

ordered_json CompositionJson(const CompositionFacts& facts) {
  return {{"durationSeconds", facts.duration_seconds},
          {"width", facts.width},
          {"height", facts.height},
          {"fps", {{"num", facts.fps.num}, {"den", facts.fps.den}}},
          {"videoCount", facts.video_count},
          {"audioCount", facts.audio_count},
          {"imageCount", facts.image_count}};
}

ordered_json ChunksJson(const std::vector<ChunkSlice>& chunks) {
  ordered_json out = ordered_json::array();
  for (const ChunkSlice& slice : chunks) {
    out.push_back(
        {{"index", slice.index}, {"startFrame", slice.start_frame}, {"endFrame", slice.end_frame}});
  }
  return out;
}

ordered_json ManifestJson(const PlanDirectory& plan) {
  return {{"protocol",
           {{"schemaVersion", plan_files::kSchemaVersion},
            {"artifactLayout", plan_files::kArtifactLayout},
            {"hashSchema", plan_files::kHashSchema}}},
          {"planHash", plan.plan_hash},
          {"producerVersion", plan.producer_version},
          {"ffmpegVersion", plan.ffmpeg_version},
          {"fontSnapshotSha", plan.font_snapshot_sha},
          {"dimensions",
           {{"fpsNum", plan.fps.num},
            {"fpsDen", plan.fps.den},
            {"width", plan.width},
            {"height", plan.height},
            {"format", WireName(plan.format)}}},
          {"chunkCount", plan.chunks.size()},
          {"totalFrames", plan.total_frames},
          {"duration", plan.duration_seconds},
          {"hasAudio", plan.has_audio}};
}

// Unsynced: like compiled/, these files are vouched for by the hash in plan.json.
Status Write(const PlanDirectory& plan, const char* name, const std::string& bytes) {
  return WriteWholeFile(plan.root / name, bytes, Durability::kUnsynced);
}

Status WriteMeta(const PlanDirectory& plan) {
  std::error_code failure;
  const std::filesystem::path meta = plan.root / "meta";
  std::filesystem::create_directory(meta, failure);
  if (failure) {
    return Error{ErrorCode::kCannotWrite,
                 "cannot make " + meta.string() + ": " + failure.message()};
  }
  HYPERLOCAL_TRY(const std::string composition, PrettyJson(CompositionJson(plan.composition)));
  HYPERLOCAL_TRY_STATUS(Write(plan, plan_files::kComposition, composition + "\n"));
  HYPERLOCAL_TRY(const std::string locked, LockedConfigJson(plan.locked));
  HYPERLOCAL_TRY_STATUS(Write(plan, plan_files::kLockedConfig, locked));
  HYPERLOCAL_TRY(const std::string chunks, PrettyJson(ChunksJson(plan.chunks)));
  HYPERLOCAL_TRY_STATUS(Write(plan, plan_files::kChunks, chunks + "\n"));
  if (std::filesystem::exists(plan.root / plan_files::kVideos, failure)) return Ok();
  const ordered_json no_videos = {{"videos", ordered_json::array()},
                                  {"extracted", ordered_json::array()}};
  HYPERLOCAL_TRY(const std::string videos, PrettyJson(no_videos));
  return Write(plan, plan_files::kVideos, videos);
}

}  // namespace

Status FreezePlanDirectory(PlanDirectory& plan, std::int64_t size_limit_bytes) {
  RemoveFrozenFiles(plan.root);
  HYPERLOCAL_TRY_STATUS(CheckConsistent(plan));
  HYPERLOCAL_TRY_STATUS(WriteMeta(plan));
  // Before the hash, which reads everything; and once more with plan.json, whose length no hash
  // changes.
  HYPERLOCAL_TRY_STATUS(CheckPlanSize(plan.root, 0, size_limit_bytes));
  HYPERLOCAL_TRY(plan.plan_hash, ComputePlanHash(plan));
  HYPERLOCAL_TRY(std::string manifest, PrettyJson(ManifestJson(plan)));
  manifest += '\n';
  HYPERLOCAL_TRY_STATUS(
      CheckPlanSize(plan.root, static_cast<std::int64_t>(manifest.size()), size_limit_bytes));
  return WriteWholeFile(plan.root / plan_files::kManifest, manifest);
}

}  // namespace hyperlocal
