#include <string>

#include "fakes/gcs/store/schema_internal.h"

namespace hyperlocal::gcs {
namespace {

// Times are microseconds since 1970, durations seconds. `state` is ObjectState: it comes before the
// name, so that a listing of live objects never steps over noncurrent ones. An object's `content`
// is its content's id; `file` is the name of the content's file when it lies in one (its hex digits
// as bytes), so that reading it needs no second look-up. `fields` and an upload's `session` are
// written by record_codec.cc.
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
    id INTEGER PRIMARY KEY, size INTEGER NOT NULL, crc32c INTEGER NOT NULL, md5 BLOB, file BLOB,
    refs INTEGER NOT NULL);
  CREATE INDEX content_crc32c ON content(crc32c, size);
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

  PRAGMA user_version = 2;
)sql";

// Version 1 knew contents by their SHA-256, which was their file's name too; the files keep it. The
// checksums are those of the objects that have the content.
constexpr const char* kToVersion2 = R"sql(
  CREATE TABLE new_content(
    id INTEGER PRIMARY KEY, size INTEGER NOT NULL, crc32c INTEGER NOT NULL, md5 BLOB, file BLOB,
    refs INTEGER NOT NULL);
  INSERT INTO new_content
    SELECT content.id, content.size, coalesce(known.crc32c, -1), known.md5,
           CASE WHEN in_file THEN sha256 END, refs
    FROM content
    LEFT JOIN (SELECT content AS id, max(crc32c) AS crc32c, max(md5) AS md5
               FROM object GROUP BY content) AS known ON known.id = content.id;
  DROP TABLE content;
  ALTER TABLE new_content RENAME TO content;
  CREATE INDEX content_crc32c ON content(crc32c, size);

  PRAGMA user_version = 2;
)sql";

Status ChangeTables(Database& database, const char* sql) {
  HYPERLOCAL_TRY_STATUS(database.Execute("BEGIN IMMEDIATE"));
  Status changed = database.Execute(sql);
  if (changed.has_value()) changed = database.Execute("COMMIT");
  if (!changed.has_value() && database.InTransaction()) (void)database.Execute("ROLLBACK");
  return changed;
}

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
  if (version == 1) return ChangeTables(database, kToVersion2);
  HYPERLOCAL_TRY(const std::int64_t tables,
                 database.Number("SELECT count(*) FROM sqlite_master WHERE type = 'table'"));
  if (version != 0 || tables != 0) {
    return Error{ErrorCode::kDependencyUnavailable,
                 "the store's database has version " + std::to_string(version) + " and " +
                     std::to_string(tables) + " tables, which no program of ours made (" +
                     std::to_string(kSchemaVersion) + " is known). Use another directory."};
  }
  return ChangeTables(database, kTables);
}

}  // namespace hyperlocal::gcs
