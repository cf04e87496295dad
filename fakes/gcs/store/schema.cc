#include <string>

#include "fakes/gcs/store/schema_internal.h"

namespace hyperlocal::gcs {
namespace {

// Times are microseconds since 1970, durations seconds. `state` is ObjectState: it comes before the
// name, so that a listing of live objects never steps over noncurrent ones. An object's `content`
// is its content's id; `file` is the content's SHA-256 when it lies in a file, so that reading it
// needs no second look-up. `fields` and an upload's `session` are written by record_codec.cc.
constexpr const char* kTables = R"sql(
  CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO meta VALUES('generation', 0), ('closed', 1);

  CREATE TABLE bucket(
    id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE,
    generation INTEGER NOT NULL, metageneration INTEGER NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL,
    versioning INTEGER NOT NULL, soft_delete_seconds INTEGER NOT NULL,
    retention_seconds INTEGER, retention_locked INTEGER NOT NULL,
    default_event_based_hold INTEGER NOT NULL, storage_class BLOB NOT NULL,
    settings BLOB NOT NULL);

  CREATE TABLE content(
    id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, size INTEGER NOT NULL,
    in_file INTEGER NOT NULL, refs INTEGER NOT NULL);
  CREATE TABLE small_content(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);

  CREATE TABLE object(
    bucket INTEGER NOT NULL, state INTEGER NOT NULL, name BLOB NOT NULL,
    generation INTEGER NOT NULL, metageneration INTEGER NOT NULL,
    size INTEGER NOT NULL, crc32c INTEGER NOT NULL, md5 BLOB, component_count INTEGER,
    created INTEGER NOT NULL, updated INTEGER NOT NULL, storage_class_updated INTEGER NOT NULL,
    retention_start INTEGER NOT NULL,
    noncurrent INTEGER, soft_deleted INTEGER, hard_delete INTEGER,
    content INTEGER NOT NULL, file BLOB, fields BLOB NOT NULL,
    PRIMARY KEY(bucket, state, name, generation)) WITHOUT ROWID;
  CREATE INDEX object_hard_delete ON object(hard_delete) WHERE hard_delete IS NOT NULL;

  CREATE TABLE upload(
    id BLOB PRIMARY KEY, created INTEGER NOT NULL, state INTEGER NOT NULL,
    synced INTEGER NOT NULL, session BLOB NOT NULL, finished BLOB) WITHOUT ROWID;
  CREATE INDEX upload_created ON upload(created);
  CREATE INDEX upload_active ON upload(state) WHERE state = 0;

  PRAGMA user_version = 1;
)sql";

}  // namespace

Status PrepareSchema(Database& database) {
  HYPERLOCAL_TRY(const std::int64_t version, database.Number("PRAGMA user_version"));
  if (version == kSchemaVersion) return Ok();
  if (version > kSchemaVersion) {
    return Error{ErrorCode::kDependencyUnavailable,
                 "the store was made by a newer program: its tables have version " +
                     std::to_string(version) + ", this program knows version " +
                     std::to_string(kSchemaVersion) +
                     ". Use the newer program, or another directory."};
  }
  HYPERLOCAL_TRY(const std::int64_t tables,
                 database.Number("SELECT count(*) FROM sqlite_master WHERE type = 'table'"));
  if (version != 0 || tables != 0) {
    return Error{ErrorCode::kDependencyUnavailable,
                 "the store's database has version " + std::to_string(version) + " and " +
                     std::to_string(tables) + " tables, which no program of ours made (" +
                     std::to_string(kSchemaVersion) + " is known). Use another directory."};
  }
  HYPERLOCAL_TRY_STATUS(database.Execute("BEGIN IMMEDIATE"));
  HYPERLOCAL_TRY_STATUS(database.Execute(kTables));
  return database.Execute("COMMIT");
}

}  // namespace hyperlocal::gcs
