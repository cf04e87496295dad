#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "engine/wire/gcs_uri.h"

namespace hyperlocal::cli {

bool IsStorageUrl(std::string_view text);  // begins with gs://

// One object. Error: kUsage, saying what is missing.
Result<GcsUri> ParseStorageUrl(std::string_view text);
// The object that is written: `text` itself, or below it under `name` when it ends in / or names a
// bucket only.
Result<GcsUri> ParseStorageTarget(std::string_view text, std::string_view name);

// gs://bucket, gs://bucket/ or gs://bucket/prefix.
struct StoragePrefix {
  std::string bucket;
  std::string prefix;
};
Result<StoragePrefix> ParseStoragePrefix(std::string_view text);

// Prefix and name with one slash between; the name alone without a prefix.
std::string JoinKey(std::string_view prefix, std::string_view name);
// A prefix as a folder, which ends in a slash: under "site" lies site/a, and not site2. The whole
// bucket stays "".
std::string AsFolder(std::string_view prefix);

// An object's name as a path below a directory. Error: kBadRequest for one that would lead out of
// it, or cannot be a file (it ends in a slash, or has an empty part).
Result<std::filesystem::path> SafeRelativePath(std::string_view name);

}  // namespace hyperlocal::cli
