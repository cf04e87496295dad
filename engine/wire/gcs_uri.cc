#include "engine/wire/gcs_uri.h"

#include <cstddef>

namespace hyperlocal {
namespace {

constexpr std::string_view kScheme = "gs://";

Error Bad(std::string_view problem, std::string_view text) {
  return Error{ErrorCode::kBadRequest, "must be a URI like gs://bucket/key, and " +
                                           std::string(problem) + "; got \"" + std::string(text) +
                                           "\""};
}

}  // namespace

std::string FormatGcsUri(const GcsUri& uri) {
  return std::string(kScheme) + uri.bucket + "/" + uri.key;
}

Result<GcsUri> ParseGcsUri(std::string_view text) {
  if (!text.starts_with(kScheme)) return Bad("does not begin with gs://", text);
  const std::string_view rest = text.substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  const std::string_view bucket = rest.substr(0, slash);
  if (bucket.empty()) return Bad("names no bucket", text);
  if (slash == std::string_view::npos || slash + 1 == rest.size()) {
    return Bad("names nothing within the bucket", text);
  }
  return GcsUri{std::string(bucket), std::string(rest.substr(slash + 1))};
}

}  // namespace hyperlocal
