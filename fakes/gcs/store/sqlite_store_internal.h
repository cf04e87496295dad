#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/file/file_descriptor_internal.h"
#include "fakes/gcs/store/bucket_rows_internal.h"
#include "fakes/gcs/store/content_shelf_internal.h"
#include "fakes/gcs/store/group_commit_internal.h"
#include "fakes/gcs/store/live_uploads_internal.h"
#include "fakes/gcs/store/object_rows_internal.h"
#include "fakes/gcs/store/read_connections_internal.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

// The store over a database and a shelf: on disk, or both in memory. Changes go through one
// GroupCommit, reads through connections of their own.
class SqliteStore final : public Store {
 public:
  struct Parts {
    FileDescriptor lock{-1};  // of the directory; released when the store has gone
    std::unique_ptr<Database> writer;
    std::unique_ptr<ContentShelf> shelf;
    std::filesystem::path file;  // of the database; empty in memory
    StoreOptions options;        // with a clock
  };
  static Result<std::unique_ptr<Store>> Create(Parts parts);
  ~SqliteStore() override;

  Result<BucketRecord> CreateBucket(const BucketRecord& bucket) override;
  Result<BucketRecord> GetBucket(std::string_view name) override;
  Result<BucketPage> ListBuckets(const BucketQuery& query) override;
  Result<BucketRecord> UpdateBucket(std::string_view name, const Preconditions& preconditions,
                                    const std::function<Status(BucketRecord&)>& change) override;
  Status DeleteBucket(std::string_view name, const Preconditions& preconditions) override;

  Result<std::unique_ptr<ContentWriter>> NewContent() override;
  Result<ObjectRecord> InsertObject(const ObjectKey& key, const ObjectFields& fields,
                                    std::unique_ptr<ContentWriter> content,
                                    const ContentClaims& claims,
                                    const Preconditions& preconditions) override;
  Result<ObjectRecord> GetObject(const ObjectAddress& address) override;
  Result<ObjectRecord> GetSoftDeleted(const ObjectKey& key, std::int64_t generation) override;
  Result<OpenedObject> OpenObject(const ObjectAddress& address) override;
  Result<std::shared_ptr<ContentReader>> OpenContent(const ObjectRecord& object) override;
  Result<ObjectPage> ListObjects(std::string_view bucket, const ObjectQuery& query) override;
  Result<ObjectRecord> UpdateObject(const ObjectAddress& address,
                                    const Preconditions& preconditions,
                                    const std::function<Status(ObjectFields&)>& change) override;
  Status DeleteObject(const ObjectAddress& address, const Preconditions& preconditions) override;
  Result<ObjectRecord> ComposeObject(const ObjectKey& target,
                                     const std::vector<ComposeSource>& sources,
                                     const ObjectFields& fields,
                                     const Preconditions& preconditions) override;
  Result<ObjectRecord> CopyObject(const ObjectAddress& source,
                                  const Preconditions& source_preconditions,
                                  const ObjectKey& target,
                                  const std::optional<ObjectFields>& fields,
                                  const Preconditions& preconditions) override;
  Result<ObjectRecord> MoveObject(const ObjectKey& source,
                                  const Preconditions& source_preconditions,
                                  const ObjectKey& target,
                                  const Preconditions& preconditions) override;
  Result<ObjectRecord> RestoreObject(const ObjectKey& key, std::int64_t generation,
                                     const Preconditions& preconditions) override;

  Result<UploadSession> StartUpload(const UploadSession& session) override;
  Result<UploadSession> GetUpload(std::string_view id) override;
  Result<std::unique_ptr<UploadWriter>> ContinueUpload(std::string_view id) override;
  Result<ObjectRecord> FinishUpload(std::string_view id, const ContentClaims& claims) override;
  Status CancelUpload(std::string_view id) override;
  Result<std::vector<UploadSession>> ListUploads(std::string_view bucket,
                                                 std::string_view request_prefix) override;
  Status NoteUpload(std::string_view id, std::string_view request) override;
  Result<ObjectRecord> JoinUploads(const ObjectKey& target, const std::vector<std::string>& ids,
                                   const ObjectFields& fields,
                                   const Preconditions& preconditions) override;

  Status Reset() override;

 private:
  friend class StoreUploadWriter;

  explicit SqliteStore(Parts parts, std::int64_t generation);

  // What was left by a process that was killed goes.
  Status Recover();
  // A change that gives a value.
  template <typename Value>
  Result<Value> Change(const std::function<Result<Value>(WriteTransaction&)>& change);

  // The end of a content; looks whether its bytes are stored already, outside any transaction,
  // since reading large ones takes a while.
  Result<ContentIdentity> FinishContent(Spool& spool);
  // The upload's spool, at the end of what was received. For whoever has the turn.
  Result<Spool*> SpoolOf(LiveUpload& upload, const std::string& id);
  Status SyncUpload(LiveUpload& upload, const std::string& id);

  struct Sources;
  Result<Sources> ReadSources(const std::string& bucket, const std::vector<ComposeSource>& sources);
  Status CheckSources(WriteTransaction& transaction, const BucketRow& bucket,
                      const Sources& sources);

  // Destroyed from the bottom up: the lock is the last to go.
  FileDescriptor lock_;
  StoreOptions options_;
  std::unique_ptr<Database> writer_;
  std::unique_ptr<ContentShelf> shelf_;
  bool on_disk_;
  std::mutex shared_connection_;  // in memory only
  std::unique_ptr<ReadConnections> readers_;
  GroupCommit commits_;
  LiveUploads uploads_;
};

template <typename Value>
Result<Value> SqliteStore::Change(const std::function<Result<Value>(WriteTransaction&)>& change) {
  std::optional<Value> value;
  HYPERLOCAL_TRY_STATUS(commits_.Run([&](WriteTransaction& transaction) -> Status {
    HYPERLOCAL_TRY(value, change(transaction));
    return Ok();
  }));
  return std::move(*value);
}

}  // namespace hyperlocal::gcs
