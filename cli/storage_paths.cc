#include "cli/storage_paths.h"

#include <algorithm>
#include <utility>

namespace hyperlocal::cli {
namespace {

constexpr std::string_view kScheme = "gs://";

Error Usage(std::string_view text, std::string_view problem) {
  return Error{ErrorCode::kUsage, "'" + std::string(text) + "' " + std::string(problem)};
}

}  // namespace

bool IsStorageUrl(std::string_view text) {
  return text.starts_with(kScheme);
}

Result<StoragePrefix> ParseStoragePrefix(std::string_view text) {
  if (!IsStorageUrl(text)) return Usage(text, "is not a gs:// URL");
  const std::string_view rest = text.substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  StoragePrefix place{std::string(rest.substr(0, slash)), ""};
  if (slash != std::string_view::npos) place.prefix = rest.substr(slash + 1);
  if (place.bucket.empty()) return Usage(text, "names no bucket: gs://bucket/object");
  return place;
}

Result<GcsUri> ParseStorageUrl(std::string_view text) {
  HYPERLOCAL_TRY(StoragePrefix place, ParseStoragePrefix(text));
  if (place.prefix.empty()) return Usage(text, "names no object: gs://bucket/object");
  return GcsUri{std::move(place.bucket), std::move(place.prefix)};
}

Result<GcsUri> ParseStorageTarget(std::string_view text, std::string_view name) {
  HYPERLOCAL_TRY(StoragePrefix place, ParseStoragePrefix(text));
  if (!place.prefix.empty() && !place.prefix.ends_with('/')) {
    return GcsUri{std::move(place.bucket), std::move(place.prefix)};
  }
  if (name.empty()) return Usage(text, "ends in /, and what is copied there has no name");
  return GcsUri{std::move(place.bucket), JoinKey(place.prefix, name)};
}

std::string JoinKey(std::string_view prefix, std::string_view name) {
  std::string key(prefix);
  if (!key.empty() && !key.ends_with('/')) key += '/';
  return key += name;
}

std::string AsFolder(std::string_view prefix) {
  return prefix.empty() ? std::string() : JoinKey(prefix, "");
}

Result<std::filesystem::path> SafeRelativePath(std::string_view name) {
  std::filesystem::path path;
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    const std::string_view part = name.substr(start, end - start);
    if (part.empty() || part == "." || part == ".." || part.find('\0') != std::string_view::npos) {
      return Error{ErrorCode::kBadRequest, "the object's name '" + std::string(name) +
                                               "' cannot be a file's below a directory; copy it by "
                                               "itself and name the file"};
    }
    path /= part;
    start = end + 1;
  }
  return path;
}

}  // namespace hyperlocal::cli
