#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal {

// Where a content-addressed plan is put: a directory, or a bucket. Blobs come first, the manifest
// last; until it is there, there is no plan.
class PlanPublisher {
 public:
  virtual ~PlanPublisher() = default;

  // Makes the blob durable under its digest. One that is there already is used if its size and
  // digest agree. Errors: kPlanArtifactDigestMismatch when something else lies in its place, or
  // `file` is not what was said of it; those of the place.
  virtual Status PutBlob(const std::filesystem::path& file, const std::string& sha256,
                         std::int64_t size_bytes) = 0;
  // Called once, after every blob of the manifest was put.
  virtual Status CommitManifest(std::string_view manifest_json) = 0;
};

// Publishes into a directory, which appears whole with CommitManifest. Not committed, it leaves
// nothing. Blobs are hard links of the files where that works, copies elsewhere. Error of Create:
// kCannotWrite when `directory` exists already or its parent does not.
Result<std::unique_ptr<PlanPublisher>> PublishPlanToDirectory(
    const std::filesystem::path& directory);

}  // namespace hyperlocal
