#include "fakes/gcs/store/upload_rows_internal.h"

#include <algorithm>

#include "fakes/gcs/store/record_codec_internal.h"

namespace hyperlocal::gcs {

Error NoSuchUpload(std::string_view id) {
  return Error{ErrorCode::kNotFound, "the upload " + std::string(id.substr(0, 64)) +
                                         " does not exist: it was never started, was cancelled, "
                                         "failed, or is older than a week"};
}

Status InsertUpload(Database& database, const UploadSession& session, Timestamp now) {
  const std::string encoded = EncodeSession(session);
  return Query(database,
               "INSERT INTO upload(id, created, state, synced, session) VALUES(?1, ?2, 0, 0, ?3)")
      .Bind(session.id, Micros(now), encoded)
      .Run();
}

Result<UploadSession> ReadUpload(Database& database, std::string_view id) {
  Query row(database, "SELECT state, synced, session, finished FROM upload WHERE id = ?1");
  row.Bind(id);
  HYPERLOCAL_TRY(const bool found, row.Step());
  if (!found) return NoSuchUpload(id);
  auto session = DecodeSession(row.Bytes(2));
  const auto state = static_cast<UploadState>(row.Number(0));
  std::optional<ObjectRecord> finished;
  if (state == UploadState::kFinished) finished = DecodeRecord(row.Bytes(3));
  if (!session || (state == UploadState::kFinished && !finished)) {
    return Error{ErrorCode::kIo,
                 "the store's row of the upload " + std::string(id) + " is damaged"};
  }
  session->id = id;
  session->received = static_cast<std::uint64_t>(row.Number(1));
  session->finished = std::move(finished);
  session->cancelled = state == UploadState::kCancelled;
  return std::move(*session);
}

Status SetUploadSynced(Database& database, std::string_view id, std::uint64_t synced) {
  Query row(database, "UPDATE upload SET synced = ?2 WHERE id = ?1 AND state = 0 RETURNING 1");
  row.Bind(id, static_cast<std::int64_t>(synced));
  HYPERLOCAL_TRY(const bool found, row.Step());
  if (!found) return NoSuchUpload(id);
  return row.Run();
}

Status SetUploadFinished(Database& database, std::string_view id, const ObjectRecord& object) {
  const std::string encoded = EncodeRecord(object);
  return Query(database, "UPDATE upload SET state = 1, synced = ?2, finished = ?3 WHERE id = ?1")
      .Bind(id, static_cast<std::int64_t>(object.size), encoded)
      .Run();
}

Status SetUploadCancelled(Database& database, std::string_view id) {
  return Query(database, "UPDATE upload SET state = 2 WHERE id = ?1").Bind(id).Run();
}

Status ReplaceSession(Database& database, const UploadSession& session) {
  Query row(database, "UPDATE upload SET session = ?2 WHERE id = ?1 AND state = 0 RETURNING 1");
  const std::string encoded = EncodeSession(session);
  row.Bind(session.id, encoded);
  HYPERLOCAL_TRY(const bool found, row.Step());
  if (!found) return NoSuchUpload(session.id);
  return row.Run();
}

Result<std::vector<UploadSession>> ActiveUploadsOf(Database& database, std::string_view bucket,
                                                   std::string_view request_prefix) {
  std::vector<UploadSession> uploads;
  Query row(database, "SELECT id, synced, session FROM upload WHERE state = 0");
  for (;;) {
    HYPERLOCAL_TRY(const bool more, row.Step());
    if (!more) break;
    auto session = DecodeSession(row.Bytes(2));
    if (!session || session->key.bucket != bucket || !session->request.starts_with(request_prefix))
      continue;
    session->id = row.Bytes(0);
    session->received = static_cast<std::uint64_t>(row.Number(1));
    uploads.push_back(std::move(*session));
  }
  std::stable_sort(uploads.begin(), uploads.end(),
                   [](const auto& a, const auto& b) { return a.request < b.request; });
  return uploads;
}

Status RemoveUpload(Database& database, std::string_view id) {
  return Query(database, "DELETE FROM upload WHERE id = ?1").Bind(id).Run();
}

Result<std::vector<ActiveUpload>> ActiveUploads(Database& database) {
  std::vector<ActiveUpload> uploads;
  Query row(database, "SELECT id, synced FROM upload WHERE state = 0");
  for (;;) {
    HYPERLOCAL_TRY(const bool more, row.Step());
    if (!more) return uploads;
    uploads.push_back(
        ActiveUpload{std::string(row.Bytes(0)), static_cast<std::uint64_t>(row.Number(1))});
  }
}

}  // namespace hyperlocal::gcs
