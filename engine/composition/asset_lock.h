#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "engine/error/result.h"

namespace hyperlocal {

struct LockedAsset {
  std::string sha256;
  std::string content_type;
  std::int64_t size = 0;  // bytes
  bool operator==(const LockedAsset&) const = default;
};

// The addresses that a project asks for outside of itself, and what each is: a file of the project,
// to be committed with it. A plan takes no other content for an address that it names.
struct AssetLock {
  inline static constexpr const char* kFile = "hyperlocal-assets.lock.json";

  std::map<std::string, LockedAsset> assets;  // by address

  // The lock of a project; nothing when it has none. Errors: kInvalidJson, kIo.
  static Result<std::optional<AssetLock>> Load(const std::filesystem::path& project);
  // Errors: kCannotWrite, kIo.
  Status Save(const std::filesystem::path& project) const;

  bool operator==(const AssetLock&) const = default;
};

}  // namespace hyperlocal
