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
// An attempt in a session of several requests: goes on where the service says it is, as often as
// the operation allows. `most_stored` is how far any session of the operation has come: only beyond
// it is there progress.
Tried<StoredObject> UploadInChunks(StorageOperation& operation, const UploadFile& file,
                                   const GcsUri& uri, const ObjectWrite& write,
                                   const std::string& description,
                                   const ObjectPreconditions& preconditions,
                                   std::uint64_t& most_stored);

}  // namespace hyperlocal
