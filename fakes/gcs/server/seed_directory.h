#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/error/result.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

struct SeedSummary {
  std::uint64_t buckets = 0, objects = 0, bytes = 0;
  bool operator==(const SeedSummary&) const = default;
};

// Puts the files below `directory`/<bucket>/ into the bucket, each as the object that its path
// names; the content type follows from the file's ending. A directory that ExportToDirectory wrote
// gives back what was exported, metadata and names that no file can have among it. Buckets that are
// missing are made; objects of the same names get a new generation, others stay. Links are left
// out, and so is what begins with a dot at the top.
//
// Files are streamed, several at once. Not all or nothing: what was read before an error stays.
// Errors: kNoInput, kPermission, kIo, kBadRequest (a bucket's name, a file outside of any bucket),
// kInvalidComposition (a name that is not UTF-8), and the store's.
Result<SeedSummary> SeedFromDirectory(Store& store, const std::filesystem::path& directory);

}  // namespace hyperlocal::gcs
