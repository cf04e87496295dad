#pragma once

#include "adapters/gcp/storage/object_requests_internal.h"
#include "adapters/gcp/storage/upload_file_internal.h"
#include "engine/object_store.h"

namespace hyperlocal {

Result<ObjectInfo> UploadObject(StorageOperation& operation, const UploadFile& file,
                                const GcsUri& uri, const ObjectWrite& write);

// An attempt in one request; the whole file is held in memory.
Tried<StoredObject> UploadAtOnce(StorageOperation& operation, const UploadFile& file,
                                 const GcsUri& uri, const std::string& description,
                                 const ObjectPreconditions& preconditions);

// What the sessions of an operation have in common.
struct UploadProgress {
  explicit UploadProgress(const UploadFile& file) : checksum(file) {}

  UploadChecksum checksum;        // of what was sent
  std::uint64_t most_stored = 0;  // how far any session has come: only beyond it is there progress
};
// An attempt in a session of several requests: goes on where the service says it is, as often as
// the operation allows. The last request says what the content's checksum is.
Tried<StoredObject> UploadInChunks(StorageOperation& operation, const UploadFile& file,
                                   const GcsUri& uri, const ObjectWrite& write,
                                   const ObjectPreconditions& preconditions,
                                   UploadProgress& progress);

}  // namespace hyperlocal
