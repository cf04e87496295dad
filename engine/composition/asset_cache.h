#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/composition/recorded_assets.h"
#include "engine/error/result.h"

namespace hyperlocal {

// Answers that were fetched once, kept in a directory: a record for each address, named by the
// SHA-256 of it, and the contents beside them by theirs. Any number of processes at once: files are
// written aside and renamed, and a content has one name only.
class AssetCache {
 public:
  explicit AssetCache(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // Where a person's cache is by the environment: $XDG_CACHE_HOME/hyperlocal/assets, else below
  // ~/.cache; empty when neither variable says.
  static std::filesystem::path DefaultDirectory();

  // What is kept for the address; nothing when that is nothing, or damaged.
  std::optional<RecordedAsset> Find(const std::string& url) const;
  // Errors: kCannotWrite, kIo.
  Status Keep(const std::string& url, const RecordedAsset& asset) const;

 private:
  std::filesystem::path directory_;
};

}  // namespace hyperlocal
