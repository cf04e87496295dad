#include "engine/wire/bucket_layout.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace hyperlocal {
namespace {

constexpr std::size_t kChunkDigits = 4;

GcsUri Under(const GcsUri& prefix, const std::string& path) {
  std::string_view key = prefix.key;
  if (key.ends_with('/')) key.remove_suffix(1);
  return GcsUri{prefix.bucket, std::string(key) + "/" + path};
}

}  // namespace

V1Locator V1PlanUnder(const GcsUri& plan_output_prefix) {
  return V1Locator{Under(plan_output_prefix, "plan.tar.gz")};
}

V2Locator V2PlanUnder(const GcsUri& plan_output_prefix) {
  const std::string& key = plan_output_prefix.key;
  const std::size_t last = key.find_last_not_of('/');
  // Nothing but slashes is the bucket itself.
  const std::string base = last == std::string::npos ? "v2" : key.substr(0, last + 1) + "/v2";
  return V2Locator{GcsUri{plan_output_prefix.bucket, base + "/manifest.json"},
                   GcsUri{plan_output_prefix.bucket, base + "/artifacts/sha256"}};
}

GcsUri V2BlobUri(const GcsUri& artifact_prefix, std::string_view sha256) {
  return Under(artifact_prefix, std::string(sha256.substr(0, 2)) + "/" + std::string(sha256));
}

GcsUri ChunkUri(const GcsUri& chunk_output_prefix, int chunk_index, OutputFormat format) {
  const std::string digits = std::to_string(chunk_index);
  const std::string zeros(kChunkDigits - std::min(kChunkDigits, digits.size()), '0');
  const std::string extension =
      format == OutputFormat::kPngSequence ? ".tar.gz" : std::string(FileExtension(format));
  return Under(chunk_output_prefix, "chunks/" + zeros + digits + extension);
}

}  // namespace hyperlocal
