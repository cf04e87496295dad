#include "engine/plan/plan_hash.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/file/file_tree.h"
#include "engine/file/whole_file.h"
#include "engine/hash/sha256.h"
#include "engine/json/canonical_json.h"
#include "engine/json/javascript_string.h"
#include "engine/json/utf16_order.h"
#include "engine/plan/plan_directory.h"
#include "engine/plan/plan_files_internal.h"
#include "engine/plan/plan_manifest.h"

namespace hyperlocal {
namespace {

using namespace std::string_view_literals;
using plan_files::kEntryPage;
using plan_files::kLockedConfig;
using plan_files::kManifest;

constexpr std::string_view kEnd =
    "\0"sv;  // ends every part, so that no two parts can be read as one

Status AddArtifact(const std::filesystem::path& root, std::string_view path, Sha256& hash) {
  const std::filesystem::path file = root / path;
  std::error_code failure;
  if (!std::filesystem::exists(file, failure)) {
    return Error{ErrorCode::kMissingPlanArtifact,
                 "the plan in " + root.string() + " lacks " + std::string(path)};
  }
  return hash.UpdateFromFile(file);
}

// The published implementation also runs where '\\' separates names, and makes no difference here:
// any run of separators counts as one '/'.
std::string HashedPath(const std::string& path) {
  std::string out;
  for (const char c : path) {
    const bool separator = c == '/' || c == '\\';
    if (separator && out.ends_with('/')) continue;
    out += separator ? '/' : c;
  }
  return out;
}

struct HashedFile {
  std::string path;  // as it is hashed
  std::filesystem::path file;
};

// All but the three files that are hashed by themselves, or not at all.
Result<std::vector<HashedFile>> SortedAssets(const std::filesystem::path& root) {
  HYPERLOCAL_TRY(const std::vector<TreeFile> files, ListFileTree(root));
  std::vector<HashedFile> assets;
  for (const TreeFile& file : files) {
    std::string path = HashedPath(file.path);
    if (path == kEntryPage || path == kLockedConfig || path == kManifest) continue;
    assets.push_back(HashedFile{std::move(path), root / file.path});
  }
  std::stable_sort(assets.begin(), assets.end(), [](const HashedFile& a, const HashedFile& b) {
    return Utf16Less(a.path, b.path);
  });
  return assets;
}

}  // namespace

Result<std::string> ComputePlanHash(const PlanDirectory& plan) {
  HYPERLOCAL_TRY(const std::vector<HashedFile> assets, SortedAssets(plan.root));

  Sha256 hash;
  hash.Update(kPlanHashSchemaV1).Update(kEnd);
  HYPERLOCAL_TRY_STATUS(AddArtifact(plan.root, kEntryPage, hash));
  hash.Update(kEnd);
  for (const HashedFile& asset : assets) {
    HYPERLOCAL_TRY(const std::string digest, Sha256HexOfFile(asset.file));
    hash.Update(asset.path).Update(kEnd).Update(digest).Update(kEnd);
  }
  hash.Update(EncodedText(plan.font_snapshot_sha)).Update(kEnd);
  HYPERLOCAL_TRY_STATUS(AddArtifact(plan.root, kLockedConfig, hash));
  hash.Update(kEnd);
  hash.Update(EncodedText(plan.producer_version)).Update(kEnd);
  hash.Update(EncodedText(plan.ffmpeg_version)).Update(kEnd);
  hash.Update(std::to_string(plan.fps.num) + "/" + std::to_string(plan.fps.den) + "x" +
              std::to_string(plan.width) + "x" + std::to_string(plan.height) + "x" +
              std::string(WireName(plan.format)));
  return hash.HexDigest();
}

Status VerifyPlanHash(const PlanDirectory& plan) {
  HYPERLOCAL_TRY(const std::string computed, ComputePlanHash(plan));
  if (computed == plan.plan_hash) return Ok();
  return Error{
      ErrorCode::kPlanHashMismatch,
      "the plan in " + plan.root.string() + " is not what was planned: plan.json says " +
          plan.plan_hash + ", its files give " + computed +
          ". A file was changed or did not arrive whole; fetch the plan again or plan again"};
}

Result<std::string> RecomputePlanHash(const std::filesystem::path& root) {
  HYPERLOCAL_TRY(const bool content_addressed, IsContentAddressedPlan(root));
  if (content_addressed) {
    HYPERLOCAL_TRY(const std::string text, ReadWholeFile(root / kManifest));
    HYPERLOCAL_TRY(const nlohmann::json manifest, ParseJson(text, (root / kManifest).string()));
    return PlanManifestHash(manifest);
  }
  HYPERLOCAL_TRY(const PlanDirectory plan, ReadPlanDirectory(root));
  return ComputePlanHash(plan);
}

Result<std::string> PlanManifestHash(const nlohmann::json& manifest) {
  if (!manifest.is_object()) {
    return Error{ErrorCode::kInvalidJson, "a plan manifest must be a JSON object"};
  }
  nlohmann::json hashed = manifest;
  hashed.erase("planHash");
  HYPERLOCAL_TRY(const std::string text, CanonicalJson(hashed));
  return Sha256().Update(kPlanHashSchemaV2).Update(kEnd).Update(text).HexDigest();
}

}  // namespace hyperlocal
