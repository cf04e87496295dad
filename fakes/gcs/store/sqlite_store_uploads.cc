#include <sys/random.h>

#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "engine/hash/crc32c.h"
#include "fakes/gcs/store/bucket_rows_internal.h"
#include "fakes/gcs/store/hex_bytes_internal.h"
#include "fakes/gcs/store/name_rules_internal.h"
#include "fakes/gcs/store/object_rules_internal.h"
#include "fakes/gcs/store/object_writes_internal.h"
#include "fakes/gcs/store/sqlite_store_internal.h"
#include "fakes/gcs/store/upload_rows_internal.h"

namespace hyperlocal::gcs {
namespace {

// Who knows the id may write: it must not be guessed.
Result<std::string> NewUploadId() {
  std::array<char, 24> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return Error{ErrorCode::kIo,
                 "the system gives no random bytes (errno " + std::to_string(errno) + ")"};
  }
  return HexOfBytes(std::string_view(bytes.data(), bytes.size()));
}

constexpr std::size_t kReadBytes = std::size_t{1} << 20;

// An id that cannot be one of ours must not reach the shelf, where it is a file's name.
bool CanBeUploadId(std::string_view id) {
  return id.size() == 48 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Error kBadRequest: they contradict what was claimed before.
Status AddClaims(const ContentClaims& claims, UploadSession& session) {
  const auto add = [](auto& claim, const auto& added) {
    if (added && claim && *claim != *added) return false;
    if (added) claim = added;
    return true;
  };
  if (add(session.claims.crc32c, claims.crc32c) && add(session.claims.md5, claims.md5) &&
      add(session.claims.size, claims.size)) {
    return Ok();
  }
  return Error{ErrorCode::kBadRequest, "what is said of the content of the upload " + session.id +
                                           " contradicts what was said before (crc32c, md5 or "
                                           "size)"};
}

}  // namespace

class StoreUploadWriter final : public UploadWriter {
 public:
  StoreUploadWriter(SqliteStore& store, UploadTurn turn, std::string id, Spool& spool)
      : store_(store), turn_(std::move(turn)), id_(std::move(id)), spool_(spool) {}
  ~StoreUploadWriter() override { spool_.Rest(); }

  Status Append(std::string_view bytes) override {
    HYPERLOCAL_TRY_STATUS(spool_.Append(bytes));
    turn_->received.store(spool_.size());
    return Ok();
  }
  std::uint64_t received() const override { return spool_.size(); }
  Status Sync() override { return store_.SyncUpload(*turn_, id_); }

 private:
  SqliteStore& store_;
  const UploadTurn turn_;
  const std::string id_;
  Spool& spool_;
};

Result<UploadSession> SqliteStore::StartUpload(const UploadSession& session) {
  HYPERLOCAL_TRY_STATUS(CheckObjectName(session.key.name));
  UploadSession started = session;
  started.received = 0;
  started.finished.reset();
  started.cancelled = false;
  HYPERLOCAL_TRY(started.id, NewUploadId());
  Status begun = commits_.Run([&](WriteTransaction& transaction) -> Status {
    const auto bucket = RequireBucket(transaction.database(), session.key.bucket);
    if (!bucket.has_value()) return Error(bucket.error());
    return InsertUpload(transaction.database(), started, transaction.now());
  });
  HYPERLOCAL_TRY_STATUS(std::move(begun));
  return started;
}

Result<UploadSession> SqliteStore::GetUpload(std::string_view id) {
  if (!CanBeUploadId(id)) return NoSuchUpload(id);
  HYPERLOCAL_TRY(const auto reader, readers_->Take());
  HYPERLOCAL_TRY(UploadSession session, ReadUpload(*reader, id));
  if (!session.finished && !session.cancelled) {
    session.received = uploads_.Received(id).value_or(session.received);
  }
  return session;
}

Result<Spool*> SqliteStore::SpoolOf(LiveUpload& upload, const std::string& id) {
  UploadSession session;
  {
    HYPERLOCAL_TRY(const auto reader, readers_->Take());
    HYPERLOCAL_TRY(session, ReadUpload(*reader, id));
  }
  if (session.cancelled) return NoSuchUpload(id);
  if (session.finished) {
    return Error{ErrorCode::kConflict, "the upload " + id + " is finished already"};
  }
  if (upload.spool == nullptr) {
    HYPERLOCAL_TRY(upload.spool, Spool::Resume(*shelf_, id, session.received));
    upload.received.store(session.received);
  }
  return upload.spool.get();
}

Result<std::unique_ptr<UploadWriter>> SqliteStore::ContinueUpload(std::string_view upload) {
  if (!CanBeUploadId(upload)) return NoSuchUpload(upload);
  const std::string id(upload);
  HYPERLOCAL_TRY(UploadTurn turn, uploads_.Take(id));
  auto spool = SpoolOf(*turn, id);
  if (!spool.has_value()) {
    uploads_.Forget(id);
    return std::move(spool).error();
  }
  return std::unique_ptr<UploadWriter>(
      std::make_unique<StoreUploadWriter>(*this, std::move(turn), id, **spool));
}

Status SqliteStore::SyncUpload(LiveUpload& upload, const std::string& id) {
  HYPERLOCAL_TRY_STATUS(upload.spool->Sync());
  return commits_.Run([&](WriteTransaction& transaction) {
    return SetUploadSynced(transaction.database(), id, upload.spool->size());
  });
}

Result<ObjectRecord> SqliteStore::FinishUpload(std::string_view upload_id,
                                               const ContentClaims& claims) {
  if (!CanBeUploadId(upload_id)) return NoSuchUpload(upload_id);
  const std::string id(upload_id);
  HYPERLOCAL_TRY(const UploadTurn turn, uploads_.Take(id));
  {
    HYPERLOCAL_TRY(const auto reader, readers_->Take());
    auto session = ReadUpload(*reader, id);
    const bool over = !session.has_value() || session->finished || session->cancelled;
    if (over) uploads_.Forget(id);
    if (!session.has_value()) return std::move(session).error();
    if (session->finished) return std::move(*session->finished);
    if (session->cancelled) return NoSuchUpload(id);
    HYPERLOCAL_TRY_STATUS(AddClaims(claims, *session));
  }
  HYPERLOCAL_TRY(Spool* const spool, SpoolOf(*turn, id));
  HYPERLOCAL_TRY(const ContentIdentity identity, FinishContent(*spool));
  auto object = Change<ObjectRecord>([&](WriteTransaction& transaction) -> Result<ObjectRecord> {
    Database& database = transaction.database();
    HYPERLOCAL_TRY(UploadSession session, ReadUpload(database, id));
    if (session.cancelled) return NoSuchUpload(id);
    HYPERLOCAL_TRY_STATUS(AddClaims(claims, session));
    HYPERLOCAL_TRY_STATUS(JudgeClaims(session.claims, identity.size, identity.checksums));
    HYPERLOCAL_TRY(const BucketRow bucket, RequireBucket(database, session.key.bucket));
    NewObject written{session.fields, identity.size, identity.checksums, {}, {}};
    written.content = [&] { return AddContent(transaction, *spool, identity); };
    HYPERLOCAL_TRY(ObjectRecord record, WriteObject(transaction, bucket, session.key.name, written,
                                                    session.preconditions));
    HYPERLOCAL_TRY_STATUS(SetUploadFinished(database, id, record));
    if (spool->incoming() != nullptr) transaction.DropUploadAfterwards(id);
    return record;
  });
  // A disk that is full now may have room later; everything else stays as it is.
  if (!object.has_value() && object.error().code != ErrorCode::kIo) {
    HYPERLOCAL_TRY_STATUS(commits_.Run([&](WriteTransaction& transaction) {
      transaction.DropUploadAfterwards(id);
      return RemoveUpload(transaction.database(), id);
    }));
  }
  if (object.has_value() || object.error().code != ErrorCode::kIo) {
    uploads_.Forget(id);
    turn->spool.reset();
  }
  return object;
}

Status SqliteStore::CancelUpload(std::string_view upload_id) {
  if (!CanBeUploadId(upload_id)) return NoSuchUpload(upload_id);
  const std::string id(upload_id);
  Status cancelled = commits_.Run([&](WriteTransaction& transaction) -> Status {
    HYPERLOCAL_TRY(const UploadSession session, ReadUpload(transaction.database(), id));
    if (session.cancelled) return NoSuchUpload(id);
    if (session.finished) {
      return Error{ErrorCode::kConflict, "the upload " + id + " is finished already"};
    }
    transaction.DropUploadAfterwards(id);
    return SetUploadCancelled(transaction.database(), id);
  });
  if (cancelled.has_value()) uploads_.Forget(id);
  return cancelled;
}

Status SqliteStore::NoteUpload(std::string_view id, std::string_view request) {
  if (!CanBeUploadId(id)) return NoSuchUpload(id);
  return commits_.Run([&](WriteTransaction& transaction) -> Status {
    HYPERLOCAL_TRY(UploadSession session, ReadUpload(transaction.database(), id));
    session.request = request;
    return ReplaceSession(transaction.database(), session);
  });
}

Result<std::vector<UploadSession>> SqliteStore::ListUploads(std::string_view bucket,
                                                            std::string_view request_prefix) {
  HYPERLOCAL_TRY(const auto reader, readers_->Take());
  HYPERLOCAL_TRY(auto uploads, ActiveUploadsOf(*reader, bucket, request_prefix));
  for (UploadSession& upload : uploads) {
    upload.received = uploads_.Received(upload.id).value_or(upload.received);
  }
  return uploads;
}

Result<ObjectRecord> SqliteStore::JoinUploads(const ObjectKey& target,
                                              const std::vector<std::string>& ids,
                                              const ObjectFields& fields,
                                              const Preconditions& preconditions) {
  HYPERLOCAL_TRY_STATUS(CheckObjectName(target.name));
  // In one order for everybody, so that two joins do not wait for each other.
  std::map<std::string, std::unique_ptr<UploadTurn>> turns;
  for (const std::string& id : ids) {
    if (!CanBeUploadId(id)) return NoSuchUpload(id);
    if (!turns.emplace(id, nullptr).second) {
      return Error{ErrorCode::kBadRequest, "the upload " + id + " cannot be joined to itself"};
    }
  }
  for (auto& [id, turn] : turns) {
    HYPERLOCAL_TRY(UploadTurn taken, uploads_.Take(id));
    turn = std::make_unique<UploadTurn>(std::move(taken));
  }
  Spool joined(*shelf_);
  joined.LeaveOutMd5();
  std::uint32_t crc32c = 0;
  std::vector<char> buffer(kReadBytes);
  for (const std::string& id : ids) {
    LiveUpload& upload = **turns[id];
    HYPERLOCAL_TRY(Spool* const part, SpoolOf(upload, id));
    for (std::uint64_t at = 0; at < part->size();) {
      HYPERLOCAL_TRY(const std::size_t got, part->ReadAt(at, buffer.data(), buffer.size()));
      if (got == 0) break;
      HYPERLOCAL_TRY_STATUS(joined.Append(std::string_view(buffer.data(), got)));
      at += got;
    }
    crc32c = CombineCrc32c(crc32c, part->crc32c(), part->size());
    part->Rest();
  }
  HYPERLOCAL_TRY(const ContentIdentity identity, FinishContent(joined));
  if (identity.checksums.crc32c != crc32c) {
    return Error{ErrorCode::kIo, "the parts of " + target.name +
                                     " do not read as they were received: they are damaged on "
                                     "disk"};
  }
  auto object = Change<ObjectRecord>([&](WriteTransaction& transaction) -> Result<ObjectRecord> {
    Database& database = transaction.database();
    HYPERLOCAL_TRY(const BucketRow bucket, RequireBucket(database, target.bucket));
    NewObject written{fields,
                      identity.size,
                      ContentChecksums{crc32c, std::nullopt},
                      static_cast<int>(ids.size()),
                      {}};
    written.content = [&] { return AddContent(transaction, joined, identity); };
    HYPERLOCAL_TRY(ObjectRecord record,
                   WriteObject(transaction, bucket, target.name, written, preconditions));
    for (const std::string& id : ids) {
      // Somebody may have cancelled it meanwhile.
      HYPERLOCAL_TRY(const UploadSession session, ReadUpload(database, id));
      if (session.cancelled || session.finished) return NoSuchUpload(id);
      transaction.DropUploadAfterwards(id);
      HYPERLOCAL_TRY_STATUS(RemoveUpload(database, id));
    }
    return record;
  });
  if (object.has_value()) {
    for (const std::string& id : ids) uploads_.Forget(id);
  }
  return object;
}

}  // namespace hyperlocal::gcs
