#include <set>
#include <system_error>
#include <utility>

#include "engine/file/aside_directory.h"
#include "engine/file/whole_file.h"
#include "engine/hash/sha256.h"
#include "engine/plan/plan_files_internal.h"
#include "engine/plan/plan_manifest.h"
#include "engine/plan/plan_publisher.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

class DirectoryPlanPublisher final : public PlanPublisher {
 public:
  explicit DirectoryPlanPublisher(std::unique_ptr<AsideDirectory> directory)
      : directory_(std::move(directory)) {}

  Status PutBlob(const fs::path& file, const std::string& sha256,
                 std::int64_t size_bytes) override {
    if (published_.contains(sha256)) return Ok();
    const fs::path blob = directory_->path() / BlobPath(sha256);
    std::error_code failure;
    fs::create_directories(blob.parent_path(), failure);
    if (failure) return CannotWrite(blob.parent_path(), failure);
    fs::create_hard_link(file, blob, failure);
    // Another file system, or one without links.
    if (failure) fs::copy_file(file, blob, failure);
    if (failure) return CannotWrite(blob, failure);
    const auto size = static_cast<std::int64_t>(fs::file_size(blob, failure));
    HYPERLOCAL_TRY(const std::string digest, Sha256HexOfFile(blob));
    if (failure || size != size_bytes || digest != sha256) {
      return Error{ErrorCode::kPlanArtifactDigestMismatch,
                   file.string() + " changed while it was published: it was to have " +
                       std::to_string(size_bytes) + " bytes of SHA-256 " + sha256 + ", and has " +
                       std::to_string(size) + " of " + digest};
    }
    published_.insert(sha256);
    return Ok();
  }

  Status CommitManifest(std::string_view manifest_json) override {
    HYPERLOCAL_TRY(const PlanManifest manifest, ParsePlanManifest(manifest_json, "the manifest"));
    for (const PlanArtifact& artifact : manifest.artifacts) {
      if (published_.contains(artifact.sha256)) continue;
      return Error{ErrorCode::kPlanV2IntegrityUnrecoverable,
                   "the manifest names " + artifact.path + ", which was not published"};
    }
    HYPERLOCAL_TRY_STATUS(
        WriteWholeFile(directory_->path() / plan_files::kManifest, manifest_json));
    return directory_->Commit();
  }

 private:
  static Error CannotWrite(const fs::path& path, const std::error_code& failure) {
    return Error{ErrorCode::kCannotWrite,
                 "cannot write " + path.string() + ": " + failure.message()};
  }

  std::unique_ptr<AsideDirectory> directory_;
  std::set<std::string> published_;
};

}  // namespace

Result<std::unique_ptr<PlanPublisher>> PublishPlanToDirectory(const fs::path& directory) {
  HYPERLOCAL_TRY(std::unique_ptr<AsideDirectory> aside, AsideDirectory::Create(directory));
  return std::unique_ptr<PlanPublisher>(std::make_unique<DirectoryPlanPublisher>(std::move(aside)));
}

}  // namespace hyperlocal
