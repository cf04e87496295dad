#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "engine/object_store.h"

namespace hyperlocal {

// A project in the bucket, which any number of renders may use.
struct SiteHandle {
  std::string site_id;
  std::string bucket_name;
  std::string project_gcs_uri;
  std::int64_t bytes = 0;   // of the archive
  std::string uploaded_at;  // RFC 3339, of the archive that is there
  bool uploaded = false;    // false: it had been there before
  bool operator==(const SiteHandle&) const = default;
};

struct DeploySiteOptions {
  std::filesystem::path project_dir;
  std::string bucket_name;
  std::optional<std::string> site_id;  // absent: the first 16 digits of the project's hash
};

// Puts the project as sites/<siteId>/project.tar.gz into the bucket, unless there is such an
// archive. Two that do it at once agree: the archive is written under if-generation-match 0.
// Errors: kNoInput for what is no directory; kUsage for a site id that is none; those of packing
// and of the store.
Result<SiteHandle> DeploySite(ObjectStore& store, const DeploySiteOptions& options,
                              const CancellationToken& cancelled = {});

// The field names of the published library.
nlohmann::ordered_json ToJson(const SiteHandle& site);

}  // namespace hyperlocal
