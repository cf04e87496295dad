#include "engine/plan/materialize_plan.h"

#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "engine/file/aside_directory.h"
#include "engine/file/whole_file.h"
#include "engine/hash/sha256.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"
#include "engine/plan/plan_files_internal.h"
#include "engine/plan/plan_videos.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Error Damaged(const std::string& what) {
  return Error{ErrorCode::kPlanV2IntegrityUnrecoverable,
               what +
                   ". A file was changed or did not arrive whole; fetch the plan again or plan "
                   "again"};
}

// Whether `file` is what the manifest says of the artifact.
Status CheckArtifact(const fs::path& file, const PlanArtifact& artifact) {
  std::error_code failure;
  if (!fs::is_regular_file(fs::symlink_status(file, failure))) {
    return Damaged(artifact.path + " is missing (" + file.string() + ")");
  }
  const auto size = fs::file_size(file, failure);
  if (failure || static_cast<std::int64_t>(size) != artifact.size_bytes) {
    return Damaged(artifact.path + " has " + std::to_string(size) + " bytes instead of " +
                   std::to_string(artifact.size_bytes));
  }
  HYPERLOCAL_TRY(const std::string digest, Sha256HexOfFile(file));
  if (digest != artifact.sha256) {
    return Damaged(artifact.path + " has the SHA-256 " + digest + " instead of " + artifact.sha256);
  }
  return Ok();
}

json TargetJson(PlanTarget target) {
  if (target.is_assembler()) return {{"role", "assembler"}};
  return {{"role", "chunk"}, {"chunkIndex", target.chunk}};
}

Result<std::string> MarkJson(const PlanManifest& manifest, PlanTarget target) {
  HYPERLOCAL_TRY(const std::string text, PlanManifestJson(manifest));
  HYPERLOCAL_TRY(json parsed, ParseJson(text, "the manifest"));
  return CanonicalJson({{"manifest", std::move(parsed)}, {"target", TargetJson(target)}});
}

// The chunk stage looks for a directory of every video, also of one that the chunk does not show.
Status MakeVideoDirectories(const fs::path& plan) {
  HYPERLOCAL_TRY(const std::vector<PlanVideo> videos, ReadPlanVideos(plan));
  for (const PlanVideo& video : videos) {
    HYPERLOCAL_TRY(const fs::path directory, ExtractedFramesDirectory(plan, video.id));
    std::error_code failure;
    fs::create_directories(directory, failure);
    if (failure) {
      return Error{ErrorCode::kCannotWrite,
                   "cannot make " + directory.string() + ": " + failure.message()};
    }
  }
  return Ok();
}

Status CheckMark(const std::string& text, const PlanDirectory& plan, PlanTarget target) {
  const std::string where = (plan.root / plan_files::kMaterialized).string();
  auto mark = ParseJson(text, where);
  if (!mark) return Damaged(mark.error().message);
  if (!mark->is_object() || !mark->contains("manifest") || !mark->contains("target")) {
    return Damaged(where + " is not the mark of a materialized plan");
  }
  if (const json wanted = TargetJson(target); (*mark)["target"] != wanted) {
    const std::string made_for =
        (*mark)["target"].dump(-1, ' ', true, json::error_handler_t::replace);
    return Error{ErrorCode::kPlanV2IntegrityUnrecoverable,
                 "the plan in " + plan.root.string() + " was materialized for " + made_for +
                     ", not for " + wanted.dump() + "; materialize it for each of them"};
  }
  HYPERLOCAL_TRY(const std::string manifest_text, CanonicalJson((*mark)["manifest"]));
  HYPERLOCAL_TRY(const PlanManifest manifest, ParsePlanManifest(manifest_text, where));
  if (manifest.source_plan_v1_hash != plan.plan_hash) {
    return Damaged(where + " belongs to the plan " + manifest.source_plan_v1_hash + ", not to " +
                   plan.plan_hash);
  }
  HYPERLOCAL_TRY(const std::vector<PlanArtifact> needed, ArtifactsFor(manifest, target));
  for (const PlanArtifact& artifact : needed) {
    HYPERLOCAL_TRY_STATUS(CheckArtifact(plan.root / artifact.path, artifact));
  }
  return Ok();
}

}  // namespace

Result<PlanManifest> MaterializePlan(const fs::path& root, PlanTarget target,
                                     const fs::path& destination) {
  HYPERLOCAL_TRY(PlanManifest manifest, ReadPlanManifest(root));
  HYPERLOCAL_TRY(const std::vector<PlanArtifact> needed, ArtifactsFor(manifest, target));
  HYPERLOCAL_TRY(const std::string mark, MarkJson(manifest, target));
  HYPERLOCAL_TRY(const std::unique_ptr<AsideDirectory> aside, AsideDirectory::Create(destination));
  for (const PlanArtifact& artifact : needed) {
    const fs::path blob = root / BlobPath(artifact.sha256);
    HYPERLOCAL_TRY_STATUS(CheckArtifact(blob, artifact));
    const fs::path file = aside->path() / artifact.path;
    std::error_code failure;
    fs::create_directories(file.parent_path(), failure);
    if (!failure) fs::copy_file(blob, file, failure);
    if (failure) {
      return Error{ErrorCode::kCannotWrite,
                   "cannot write " + file.string() + ": " + failure.message()};
    }
  }
  if (!target.is_assembler()) HYPERLOCAL_TRY_STATUS(MakeVideoDirectories(aside->path()));
  HYPERLOCAL_TRY_STATUS(
      WriteWholeFile(aside->path() / plan_files::kMaterialized, mark, Durability::kUnsynced));
  HYPERLOCAL_TRY_STATUS(aside->Commit());
  return manifest;
}

Status VerifyPlan(const PlanDirectory& plan, PlanTarget target) {
  auto mark = ReadWholeFile(plan.root / plan_files::kMaterialized);
  if (mark) return CheckMark(*mark, plan, target);
  if (mark.error().code != ErrorCode::kNoInput) return std::move(mark).error();
  return VerifyPlanHash(plan);
}

}  // namespace hyperlocal
