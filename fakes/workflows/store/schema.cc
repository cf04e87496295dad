#include <string>

#include "fakes/workflows/store/workflow_store_internal.h"

namespace hyperlocal::workflows {
namespace {

constexpr std::int64_t kSchemaVersion = 1;

// Times are microseconds since 1970; texts are bytes, names are compared as such. `state` of an
// execution is ApiState, `type` and `state` of a step StepType and StepState of the interpreter.
// What an execution needs to go on (`bytes`) is in a table of its own: it is written after every
// event, and goes when the execution is over.
constexpr const char* kTables = R"sql(
  CREATE TABLE workflow(
    key INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL UNIQUE,
    created INTEGER NOT NULL, updated INTEGER NOT NULL, revision INTEGER NOT NULL,
    settings BLOB NOT NULL);

  CREATE TABLE revision(
    workflow INTEGER NOT NULL, number INTEGER NOT NULL, id BLOB NOT NULL,
    created INTEGER NOT NULL, source BLOB NOT NULL, settings BLOB NOT NULL,
    PRIMARY KEY(workflow, number));

  CREATE TABLE execution(
    key INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL UNIQUE,
    workflow INTEGER NOT NULL, revision INTEGER NOT NULL, revision_id BLOB NOT NULL,
    state INTEGER NOT NULL, created INTEGER NOT NULL, started INTEGER, ended INTEGER,
    settings BLOB NOT NULL, argument BLOB NOT NULL, result BLOB NOT NULL, error BLOB NOT NULL,
    steps BLOB NOT NULL, callbacks BLOB NOT NULL);
  CREATE INDEX execution_workflow ON execution(workflow, key);
  CREATE INDEX execution_unfinished ON execution(key) WHERE ended IS NULL;

  CREATE TABLE progress(execution INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
  CREATE TABLE set_aside(execution INTEGER PRIMARY KEY, time INTEGER NOT NULL, bytes BLOB NOT NULL);

  CREATE TABLE step_entry(
    execution INTEGER NOT NULL, id INTEGER NOT NULL, parent INTEGER NOT NULL,
    routine BLOB NOT NULL, step BLOB NOT NULL, type INTEGER NOT NULL, state INTEGER NOT NULL,
    thread INTEGER NOT NULL, number INTEGER NOT NULL, expected INTEGER,
    created INTEGER NOT NULL, updated INTEGER NOT NULL, exception BLOB NOT NULL,
    PRIMARY KEY(execution, id)) WITHOUT ROWID;

  CREATE TABLE operation(name BLOB PRIMARY KEY, created INTEGER NOT NULL, body BLOB NOT NULL)
    WITHOUT ROWID;

  PRAGMA user_version = 1;
)sql";

}  // namespace

Status PrepareSchema(sqlite::Database& database) {
  HYPERLOCAL_TRY(const std::int64_t version, database.Number("PRAGMA user_version"));
  if (version == kSchemaVersion) return Ok();
  HYPERLOCAL_TRY(const std::int64_t tables,
                 database.Number("SELECT count(*) FROM sqlite_master WHERE type = 'table'"));
  if (version != 0 || tables != 0) {
    return Error{ErrorCode::kDependencyUnavailable,
                 "the database has version " + std::to_string(version) + " and " +
                     std::to_string(tables) + " tables, this program knows version " +
                     std::to_string(kSchemaVersion) +
                     ". Use the program that made it, or another directory."};
  }
  HYPERLOCAL_TRY_STATUS(database.Execute("BEGIN IMMEDIATE"));
  HYPERLOCAL_TRY_STATUS(database.Execute(kTables));
  return database.Execute("COMMIT");
}

}  // namespace hyperlocal::workflows
