#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "adapters/gcp/service/plan_cache_internal.h"
#include "engine/archive/archive_reader.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "engine/object_store.h"
#include "engine/plan/plan_directory.h"
#include "engine/plan/plan_target.h"
#include "engine/wire/plan_locator.h"

namespace hyperlocal {

// A plan of a bucket as its target works on it. Valid as long as the object.
struct StoredPlan {
  std::shared_ptr<FetchedPlan> kept;  // whose files these are, if the cache has them
  PlanDirectory plan;
};

// Fetches plans from buckets. One request.
class PlanFetcher {
 public:
  struct Options {
    ObjectStore& store;
    PlanCache& cache;
    const std::filesystem::path& work;  // of the request
    const ArchiveLimits& limits;
    CancellationToken cancel;
  };
  explicit PlanFetcher(Options options) : options_(std::move(options)) {}

  // The plan of that hash, for `target`; nothing of it is believed before its hash is verified.
  // Errors: kPlanHashMismatch when another plan lies there, or its files are not what they were;
  // kPlanArtifactDigestMismatch, naming the artifact; kPlanV2IntegrityUnrecoverable;
  // kPlanTooLarge; kNotFound, kInvalidArchive, and those of reading a plan and of the store.
  Result<StoredPlan> Fetch(const PlanLocator& locator, const std::string& plan_hash,
                           PlanTarget target);
  // An archive of protocol v1 whose hash nobody has told: it has to agree with itself.
  Result<StoredPlan> FetchUnnamed(const V1Locator& locator, PlanTarget target);

 private:
  Result<PlanDirectory> OpenV1(const V1Locator& locator, const std::string& plan_hash,
                               PlanTarget target, FetchedPlan& fetched);
  Result<PlanDirectory> OpenV2(const V2Locator& locator, const std::string& plan_hash,
                               PlanTarget target, FetchedPlan& fetched);

  const Options options_;
};

}  // namespace hyperlocal
