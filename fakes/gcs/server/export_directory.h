#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/error/result.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

struct ExportSummary {
  std::uint64_t buckets = 0, objects = 0, bytes = 0;
  bool operator==(const ExportSummary&) const = default;
};

// Writes every live object to `directory`/<bucket>/<name>, and what is known of buckets and objects
// to `directory`/.hyperlocal/<bucket>.jsonl. Names that file systems cannot have are escaped; the
// second kind of file tells which file is which object, and SeedFromDirectory reads it.
//
// The directory must not exist, or be empty; it appears whole or not at all. Objects written
// meanwhile may be in it or not. Memory grows with the number of names in one bucket. Errors:
// kCannotWrite, kPermission, kIo.
Result<ExportSummary> ExportToDirectory(Store& store, const std::filesystem::path& directory);

}  // namespace hyperlocal::gcs
