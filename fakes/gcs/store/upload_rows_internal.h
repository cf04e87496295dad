#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "fakes/gcs/store/database_internal.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

enum class UploadState : int { kActive = 0, kFinished = 1, kCancelled = 2 };

Error NoSuchUpload(std::string_view id);
Status InsertUpload(Database& database, const UploadSession& session, Timestamp now);
// `received` is what was synced. Error: kNotFound.
Result<UploadSession> ReadUpload(Database& database, std::string_view id);
// Of an active upload; otherwise kNotFound.
Status SetUploadSynced(Database& database, std::string_view id, std::uint64_t synced);
Status SetUploadFinished(Database& database, std::string_view id, const ObjectRecord& object);
Status SetUploadCancelled(Database& database, std::string_view id);
// Claims and request; of an active upload, otherwise kNotFound.
Status ReplaceSession(Database& database, const UploadSession& session);
// Active ones of a bucket whose request begins so, by request.
Result<std::vector<UploadSession>> ActiveUploadsOf(Database& database, std::string_view bucket,
                                                   std::string_view request_prefix);
Status RemoveUpload(Database& database, std::string_view id);

struct ActiveUpload {
  std::string id;
  std::uint64_t synced = 0;
};
Result<std::vector<ActiveUpload>> ActiveUploads(Database& database);

}  // namespace hyperlocal::gcs
