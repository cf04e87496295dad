#include <set>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "adapters/gcp/service/stored_plan_internal.h"
#include "adapters/gcp/service/task_crew_internal.h"
#include "engine/hash/sha256.h"
#include "engine/plan/materialize_plan.h"
#include "engine/plan/plan_manifest.h"
#include "engine/wire/bucket_layout.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlobsAtOnce = 8;
constexpr const char* kArchive = "plan.tar.gz";
constexpr const char* kExtracted = "plan";
constexpr const char* kManifest = "plan.json";

Error OtherPlan(const GcsUri& where, const std::string& expected, const std::string& found) {
  return Error{ErrorCode::kPlanHashMismatch, "the plan in " + FormatGcsUri(where) +
                                                 " has the hash " + found +
                                                 ", and the request names " + expected +
                                                 "; it was planned again, or the request is old"};
}

std::uint64_t BytesBelow(const fs::path& directory) {
  std::uint64_t bytes = 0;
  std::error_code failure;
  for (fs::recursive_directory_iterator it(directory, failure), end; !failure && it != end;
       it.increment(failure)) {
    std::error_code vanished;
    if (it->is_regular_file(vanished)) bytes += it->file_size(vanished);
  }
  return bytes;
}

// Whether what was fetched turned out not to be what it should be: a cached plan is fetched anew
// then.
bool IsDamage(ErrorCode code) {
  return code == ErrorCode::kPlanHashMismatch || code == ErrorCode::kMissingPlanArtifact ||
         code == ErrorCode::kPlanArtifactDigestMismatch ||
         code == ErrorCode::kPlanV2IntegrityUnrecoverable || code == ErrorCode::kNoInput ||
         code == ErrorCode::kIo || code == ErrorCode::kCannotWrite;
}

Status FetchArchive(ObjectStore& store, const GcsUri& uri, const fs::path& directory,
                    const ArchiveLimits& limits, const CancellationToken& cancel) {
  const fs::path archive = directory / kArchive;
  HYPERLOCAL_TRY_STATUS(store.Download(uri, archive, cancel));
  if (Status extracted = ExtractTarGz(archive, directory / kExtracted, limits); !extracted) {
    return std::move(extracted).error().WithContext(FormatGcsUri(uri));
  }
  std::error_code ignored;
  fs::remove(archive, ignored);
  return Ok();
}

Result<PlanDirectory> ReadVerified(const fs::path& root, PlanTarget target) {
  HYPERLOCAL_TRY(PlanDirectory plan,
                 target.is_assembler() ? ReadPlanForAssembly(root) : ReadPlanDirectory(root));
  // Not VerifyPlan: an archive may bring the mark of a materialized plan, and vouch for itself.
  HYPERLOCAL_TRY_STATUS(VerifyPlanHash(plan));
  return plan;
}

Status CheckSize(const std::vector<PlanArtifact>& needed, std::int64_t limit_bytes) {
  std::int64_t bytes = 0;
  for (const PlanArtifact& artifact : needed) {
    if (artifact.size_bytes > limit_bytes - bytes) {
      return Error{ErrorCode::kPlanTooLarge, "the plan's files have more than " +
                                                 std::to_string(limit_bytes) +
                                                 " bytes, which is what this service takes"};
    }
    bytes += artifact.size_bytes;
  }
  return Ok();
}

Status FetchBlob(ObjectStore& store, const GcsUri& uri, const PlanArtifact& artifact,
                 const fs::path& file, const CancellationToken& cancel) {
  std::error_code failure;
  fs::create_directories(file.parent_path(), failure);
  auto info = store.Download(uri, file, cancel);
  if (!info) {
    if (info.error().code != ErrorCode::kNotFound) return std::move(info).error();
    // Blobs were durable before the manifest was written: to wait for one is no use.
    return Error{ErrorCode::kPlanV2IntegrityUnrecoverable,
                 artifact.path + " of the plan is gone: " + info.error().message + ". Plan again"};
  }
  HYPERLOCAL_TRY(const std::string digest, Sha256HexOfFile(file));
  if (static_cast<std::int64_t>(info->size) == artifact.size_bytes && digest == artifact.sha256) {
    return Ok();
  }
  fs::remove(file, failure);
  return Error{ErrorCode::kPlanArtifactDigestMismatch,
               artifact.path + " of the plan, " + FormatGcsUri(uri) + ", has " +
                   std::to_string(info->size) + " bytes with the SHA-256 " + digest +
                   ", and the manifest says " + std::to_string(artifact.size_bytes) + " with " +
                   artifact.sha256 + ". Plan again"};
}

}  // namespace

Result<PlanDirectory> PlanFetcher::OpenV1(const V1Locator& locator, const std::string& plan_hash,
                                          PlanTarget target, FetchedPlan& fetched) {
  const fs::path directory = fetched.directory->path();
  const fs::path root = directory / kExtracted;
  if (!fetched.complete) {
    HYPERLOCAL_TRY_STATUS(
        FetchArchive(options_.store, locator.archive, directory, options_.limits, options_.cancel));
    fetched.complete = true;
    fetched.bytes_held = BytesBelow(directory);
  }
  HYPERLOCAL_TRY(PlanDirectory plan, ReadVerified(root, target));
  if (plan.plan_hash != plan_hash) return OtherPlan(locator.archive, plan_hash, plan.plan_hash);
  return plan;
}

Result<PlanDirectory> PlanFetcher::OpenV2(const V2Locator& locator, const std::string& plan_hash,
                                          PlanTarget target, FetchedPlan& fetched) {
  const fs::path directory = fetched.directory->path();
  if (!fetched.complete) {
    HYPERLOCAL_TRY_STATUS(
        options_.store.Download(locator.manifest, directory / kManifest, options_.cancel));
    fetched.complete = true;
  }
  auto manifest = ReadPlanManifest(directory);
  if (!manifest) return std::move(manifest).error().WithContext(FormatGcsUri(locator.manifest));
  if (manifest->plan_hash != plan_hash) {
    return OtherPlan(locator.manifest, plan_hash, manifest->plan_hash);
  }
  HYPERLOCAL_TRY(const std::vector<PlanArtifact> needed, ArtifactsFor(*manifest, target));
  HYPERLOCAL_TRY_STATUS(CheckSize(needed, options_.limits.max_total_bytes));

  std::set<std::string> missing;
  TaskCrew crew(kBlobsAtOnce);
  for (const PlanArtifact& artifact : needed) {
    if (fetched.blobs.contains(artifact.sha256) || !missing.insert(artifact.sha256).second)
      continue;
    crew.Add([this, &artifact, &locator, &directory] {
      return FetchBlob(options_.store, V2BlobUri(locator.artifact_prefix, artifact.sha256),
                       artifact, directory / BlobPath(artifact.sha256), options_.cancel);
    });
  }
  HYPERLOCAL_TRY_STATUS(crew.Finish());
  if (!missing.empty()) fetched.bytes_held = BytesBelow(directory);
  fetched.blobs.merge(missing);

  const fs::path root = options_.work / kExtracted;
  std::error_code ignored;
  fs::remove_all(root, ignored);  // of an attempt before this one
  HYPERLOCAL_TRY_STATUS(MaterializePlan(directory, target, root));
  HYPERLOCAL_TRY(PlanDirectory plan,
                 target.is_assembler() ? ReadPlanForAssembly(root) : ReadPlanDirectory(root));
  HYPERLOCAL_TRY_STATUS(VerifyPlan(plan, target));
  return plan;
}

Result<StoredPlan> PlanFetcher::Fetch(const PlanLocator& locator, const std::string& plan_hash,
                                      PlanTarget target) {
  const auto* v1 = std::get_if<V1Locator>(&locator);
  const auto* v2 = std::get_if<V2Locator>(&locator);
  const std::string key =
      (v1 ? FormatGcsUri(v1->archive)
          : FormatGcsUri(v2->manifest) + "\n" + FormatGcsUri(v2->artifact_prefix)) +
      "\n" + plan_hash;
  for (;;) {
    HYPERLOCAL_TRY(const std::shared_ptr<FetchedPlan> fetched, options_.cache.Find(key));
    HYPERLOCAL_TRY(auto lock, LockPlan(*fetched, options_.cancel));
    const bool was_cached = fetched->complete;
    Result<PlanDirectory> plan =
        v1 ? OpenV1(*v1, plan_hash, target, *fetched) : OpenV2(*v2, plan_hash, target, *fetched);
    const std::uint64_t bytes = fetched->bytes_held;
    lock.unlock();
    if (plan) {
      options_.cache.Settle(fetched, bytes);
      return StoredPlan{fetched, std::move(*plan)};
    }
    const bool damaged = IsDamage(plan.error().code);
    if (damaged || !was_cached) options_.cache.Forget(fetched);
    if (!damaged || !was_cached) return std::move(plan).error();
  }
}

Result<StoredPlan> PlanFetcher::FetchUnnamed(const V1Locator& locator, PlanTarget target) {
  HYPERLOCAL_TRY_STATUS(FetchArchive(options_.store, locator.archive, options_.work,
                                     options_.limits, options_.cancel));
  StoredPlan stored;
  HYPERLOCAL_TRY(stored.plan, ReadVerified(options_.work / kExtracted, target));
  return stored;
}

}  // namespace hyperlocal
