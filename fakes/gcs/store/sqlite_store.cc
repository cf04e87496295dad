#include <algorithm>
#include <set>
#include <utility>

#include "fakes/gcs/store/bucket_rows_internal.h"
#include "fakes/gcs/store/hex_bytes_internal.h"
#include "fakes/gcs/store/object_writes_internal.h"
#include "fakes/gcs/store/sqlite_store_internal.h"
#include "fakes/gcs/store/upload_rows_internal.h"

namespace hyperlocal::gcs {

SqliteStore::SqliteStore(Parts parts, std::int64_t generation)
    : lock_(std::move(parts.lock)),
      options_(std::move(parts.options)),
      writer_(std::move(parts.writer)),
      shelf_(std::move(parts.shelf)),
      on_disk_(!parts.file.empty()),
      readers_(on_disk_ ? std::make_unique<ReadConnections>(std::move(parts.file))
                        : std::make_unique<ReadConnections>(*writer_, shared_connection_)),
      commits_(GroupCommit::Parts{writer_.get(), shelf_.get(), options_.now,
                                  on_disk_ ? nullptr : &shared_connection_, PurgeExpired},
               generation) {}

Result<std::unique_ptr<Store>> SqliteStore::Create(Parts parts) {
  HYPERLOCAL_TRY(const std::int64_t generation,
                 parts.writer->Number("SELECT value FROM meta WHERE name = 'generation'"));
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(parts), generation));
  if (store->on_disk_) HYPERLOCAL_TRY_STATUS(store->Recover());
  return std::unique_ptr<Store>(std::move(store));
}

SqliteStore::~SqliteStore() {
  if (on_disk_) (void)writer_->Execute("UPDATE meta SET value = 1 WHERE name = 'closed'");
}

Status SqliteStore::Recover() {
  HYPERLOCAL_TRY(const std::int64_t closed,
                 writer_->Number("SELECT value FROM meta WHERE name = 'closed'"));
  HYPERLOCAL_TRY_STATUS(writer_->Execute("UPDATE meta SET value = 0 WHERE name = 'closed'"));

  HYPERLOCAL_TRY(const auto active, ActiveUploads(*writer_));
  std::set<std::string> resumable;
  for (const ActiveUpload& upload : active) {
    if (upload.synced == 0) continue;  // its bytes, if any, were never acknowledged
    // Cuts off what came after the last sync.
    if (shelf_->Reopen(upload.id, upload.synced).has_value()) {
      resumable.insert(upload.id);
      continue;
    }
    if (options_.log) options_.log("the upload " + upload.id + " has lost bytes and is given up");
    HYPERLOCAL_TRY_STATUS(RemoveUpload(*writer_, upload.id));
  }
  for (const std::string& upload : shelf_->Uploads()) {
    if (!resumable.contains(upload)) shelf_->DropUpload(upload);
  }

  if (closed != 0) return Ok();
  // Looking at every content takes a while in a large store: only after a kill.
  std::set<std::string> known;
  Query row(*writer_, "SELECT file FROM content WHERE file IS NOT NULL");
  for (;;) {
    HYPERLOCAL_TRY(const bool more, row.Step());
    if (!more) break;
    known.insert(HexOfBytes(row.Bytes(0)));
  }
  for (const std::string& content : shelf_->Contents()) {
    if (known.erase(content) == 0) shelf_->Remove(content);
  }
  for (const std::string& lost : known) {
    if (options_.log)
      options_.log("the content " + lost + " is missing; its objects are unreadable");
  }
  return Ok();
}

Status SqliteStore::Reset() {
  HYPERLOCAL_TRY_STATUS(commits_.Run([](WriteTransaction& transaction) -> Status {
    Database& database = transaction.database();
    {
      Query file(database, "SELECT id, file FROM content WHERE file IS NOT NULL");
      for (;;) {
        HYPERLOCAL_TRY(const bool more, file.Step());
        if (!more) break;
        transaction.MayBeUnused(file.Number(0), HexOfBytes(file.Bytes(1)));
      }
    }
    HYPERLOCAL_TRY(const auto uploads, ActiveUploads(database));
    for (const ActiveUpload& upload : uploads) transaction.DropUploadAfterwards(upload.id);
    return database.Execute(
        "DELETE FROM object; DELETE FROM content; DELETE FROM small_content; DELETE FROM upload; "
        "DELETE FROM bucket;");
  }));
  uploads_.ForgetAll();
  return Ok();
}

}  // namespace hyperlocal::gcs
