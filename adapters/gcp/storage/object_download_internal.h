#pragma once

#include <filesystem>

#include "adapters/gcp/storage/object_requests_internal.h"
#include "engine/object_store.h"

namespace hyperlocal {

Result<ObjectInfo> DownloadObject(StorageOperation& operation, const GcsUri& uri,
                                  const std::filesystem::path& file,
                                  const CancellationToken& cancelled);

// Where the bytes of one generation go.
struct DownloadTarget {
  const ObjectInfo& object;
  int file;  // written at the places where the bytes belong
};

// Fetches the bytes from `begin` up to `end`, going on where a stream breaks off; their crc32c.
Tried<std::uint32_t> FetchRange(StorageOperation& operation, const DownloadTarget& target,
                                std::uint64_t begin, std::uint64_t end);
// Fetches all of it in parts, several at once; the crc32c of the whole.
Tried<std::uint32_t> FetchInParts(StorageOperation& operation, const DownloadTarget& target,
                                  const CancellationToken& cancelled);

}  // namespace hyperlocal
