#include "adapters/gcp/sdk/site.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/workflows/timestamp.h"
#include "engine/archive/archive_writer.h"
#include "engine/file/scratch_directory.h"
#include "engine/hash/project_hash.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSiteIdDigits = 16;
constexpr std::size_t kMostKeyBytes = 1024;

// When an object was written: its generation is the time in microseconds, of the service and of the
// emulator. One that cannot be a time counts as now.
std::string WrittenAt(std::int64_t generation) {
  using std::chrono::system_clock;
  const auto now = system_clock::now();
  const system_clock::time_point time{std::chrono::microseconds(generation)};
  const bool plausible = generation > 1'000'000'000'000'000 && time < now + std::chrono::hours(24);
  return FormatTimestamp(plausible ? time : now);
}

SiteHandle HandleOf(const std::string& site_id, const ObjectInfo& archive, bool uploaded) {
  return {.site_id = site_id,
          .bucket_name = archive.uri.bucket,
          .project_gcs_uri = FormatGcsUri(archive.uri),
          .bytes = static_cast<std::int64_t>(archive.size),
          .uploaded_at = WrittenAt(archive.generation),
          .uploaded = uploaded};
}

// A site id is one segment of an object's name.
Status CheckSiteId(const std::string& id) {
  const auto is_odd = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '/'; };
  if (!id.empty() && id != "." && id != ".." && id.size() < kMostKeyBytes / 2 &&
      std::none_of(id.begin(), id.end(), is_odd)) {
    return Ok();
  }
  return Error{ErrorCode::kUsage,
               fmt::format("[deploySite] siteId must be one segment of an object's name, without "
                           "slashes and control characters: \"{}\"",
                           id)};
}

}  // namespace

Result<SiteHandle> DeploySite(ObjectStore& store, const DeploySiteOptions& options,
                              const CancellationToken& cancelled) {
  std::error_code ignored;
  if (!fs::is_directory(options.project_dir, ignored)) {
    return Error{ErrorCode::kNoInput,
                 "[deploySite] projectDir is not a directory: " + options.project_dir.string()};
  }
  if (options.bucket_name.empty()) {
    return Error{ErrorCode::kUsage, "[deploySite] bucketName is required"};
  }
  std::string site_id = options.site_id.value_or("");
  if (options.site_id) {
    HYPERLOCAL_TRY_STATUS(CheckSiteId(site_id));
  } else {
    HYPERLOCAL_TRY(site_id, ProjectHash(options.project_dir));
    site_id.resize(kSiteIdDigits);
  }
  const GcsUri uri{options.bucket_name, fmt::format("sites/{}/project.tar.gz", site_id)};
  auto existing = store.Stat(uri);
  if (existing) return HandleOf(site_id, *existing, false);
  if (existing.error().code != ErrorCode::kNotFound) return std::move(existing).error();
  if (cancelled.cancelled()) return Error{ErrorCode::kCancelled, "cancelled before the upload"};

  HYPERLOCAL_TRY(const auto scratch, ScratchDirectory::Create("deploy-site"));
  const fs::path archive = scratch->path() / "project.tar.gz";
  HYPERLOCAL_TRY_STATUS(PackTarGz(options.project_dir, archive, Durability::kUnsynced));
  ObjectWrite write;
  write.content_type = "application/gzip";
  write.preconditions.if_generation_match = kNoLiveObject;
  auto written = store.Upload(archive, uri, write, cancelled);
  if (written) return HandleOf(site_id, *written, true);
  if (written.error().code != ErrorCode::kPreconditionFailed) return std::move(written).error();
  // Somebody else deployed it meanwhile.
  HYPERLOCAL_TRY(const ObjectInfo other, store.Stat(uri));
  return HandleOf(site_id, other, false);
}

nlohmann::ordered_json ToJson(const SiteHandle& site) {
  return {{"siteId", site.site_id},
          {"bucketName", site.bucket_name},
          {"projectGcsUri", site.project_gcs_uri},
          {"bytes", site.bytes},
          {"uploadedAt", site.uploaded_at},
          {"uploaded", site.uploaded}};
}

}  // namespace hyperlocal
