#include <set>
#include <system_error>
#include <utility>

#include "adapters/gcp/service/bucket_plan_publisher_internal.h"
#include "adapters/gcp/service/task_crew_internal.h"
#include "engine/file/whole_file.h"
#include "engine/hash/sha256.h"
#include "engine/plan/plan_manifest.h"
#include "engine/wire/bucket_layout.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kUploadsAtOnce = 8;
// Larger ones are looked for before they are sent.
constexpr std::int64_t kWorthALook = std::int64_t{1} << 20;
constexpr const char* kDigestKey = "sha256";

struct Content {
  fs::path file;
  std::string sha256;
  std::int64_t size_bytes = 0;
  std::string content_type = "application/octet-stream";
};

class BucketPlanPublisher final : public PlanPublisher {
 public:
  BucketPlanPublisher(ObjectStore& store, V2Locator place, fs::path scratch,
                      CancellationToken cancel)
      : store_(store),
        place_(std::move(place)),
        scratch_(std::move(scratch)),
        cancel_(std::move(cancel)) {}

  Status PutBlob(const fs::path& file, const std::string& sha256,
                 std::int64_t size_bytes) override {
    if (uploads_.failed()) return uploads_.Finish();
    if (!published_.insert(sha256).second) return Ok();
    uploads_.Add([this, content = Content{file, sha256, size_bytes}] {
      return Put(content, V2BlobUri(place_.artifact_prefix, content.sha256));
    });
    return Ok();
  }

  Status CommitManifest(std::string_view manifest_json) override {
    HYPERLOCAL_TRY_STATUS(uploads_.Finish());
    HYPERLOCAL_TRY(const PlanManifest manifest, ParsePlanManifest(manifest_json, "the manifest"));
    for (const PlanArtifact& artifact : manifest.artifacts) {
      if (published_.contains(artifact.sha256)) continue;
      return Error{ErrorCode::kPlanV2IntegrityUnrecoverable,
                   "the manifest names " + artifact.path + ", which was not published"};
    }
    Content content{scratch_ / "manifest.json", Sha256Hex(manifest_json),
                    static_cast<std::int64_t>(manifest_json.size()), "application/json"};
    HYPERLOCAL_TRY_STATUS(WriteWholeFile(content.file, manifest_json, Durability::kUnsynced));
    return Put(content, place_.manifest);
  }

 private:
  Status Put(const Content& content, const GcsUri& uri) {
    if (cancel_.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
    HYPERLOCAL_TRY_STATUS(CheckSource(content));
    if (content.size_bytes > kWorthALook) {
      if (const auto there = store_.Stat(uri)) return CheckReusable(*there, content);
    }
    ObjectWrite write;
    write.content_type = content.content_type;
    write.metadata[kDigestKey] = content.sha256;
    write.preconditions.if_generation_match = kNoLiveObject;
    const auto uploaded = store_.Upload(content.file, uri, write, cancel_);
    if (uploaded) return Ok();
    if (uploaded.error().code != ErrorCode::kPreconditionFailed) return uploaded.error();
    HYPERLOCAL_TRY(const ObjectInfo there, store_.Stat(uri));
    return CheckReusable(there, content);
  }

  static Status CheckSource(const Content& content) {
    std::error_code failure;
    const auto size = fs::file_size(content.file, failure);
    HYPERLOCAL_TRY(const std::string digest, Sha256HexOfFile(content.file));
    if (!failure && static_cast<std::int64_t>(size) == content.size_bytes &&
        digest == content.sha256) {
      return Ok();
    }
    return Error{ErrorCode::kPlanArtifactDigestMismatch,
                 content.file.filename().string() +
                     " changed while it was published: it was to "
                     "have " +
                     std::to_string(content.size_bytes) + " bytes of SHA-256 " + content.sha256 +
                     ", and has " + std::to_string(size) + " of " + digest};
  }

  static Status CheckReusable(const ObjectInfo& there, const Content& content) {
    const auto digest = there.metadata.find(kDigestKey);
    const bool same = digest != there.metadata.end() && digest->second == content.sha256;
    if (same && static_cast<std::int64_t>(there.size) == content.size_bytes) return Ok();
    return Error{ErrorCode::kPlanArtifactDigestMismatch,
                 FormatGcsUri(there.uri) + " is there already and holds something else: " +
                     std::to_string(there.size) + " bytes" +
                     (digest == there.metadata.end() ? " of an unknown digest"
                                                     : " of SHA-256 " + digest->second) +
                     ", not the " + std::to_string(content.size_bytes) + " of " + content.sha256 +
                     ". Plan to another PlanOutputGcsPrefix"};
  }

  ObjectStore& store_;
  const V2Locator place_;
  const fs::path scratch_;
  const CancellationToken cancel_;
  std::set<std::string> published_;
  TaskCrew uploads_{kUploadsAtOnce};  // last: its tasks use the others
};

}  // namespace

std::unique_ptr<PlanPublisher> PublishPlanToBucket(ObjectStore& store, V2Locator place,
                                                   fs::path scratch, CancellationToken cancel) {
  return std::make_unique<BucketPlanPublisher>(store, std::move(place), std::move(scratch),
                                               std::move(cancel));
}

}  // namespace hyperlocal
