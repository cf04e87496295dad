#include "fakes/workflows/store/workflow_store.h"

#include <utility>

#include "fakes/sqlite/store_directory_internal.h"
#include "fakes/workflows/store/workflow_store_internal.h"

namespace hyperlocal::workflows {
namespace {

using sqlite::Database;

constexpr const char* kDatabaseFile = "workflows.db";

Result<std::unique_ptr<Database>> OpenDatabase(const std::filesystem::path& file,
                                               Durability durability) {
  HYPERLOCAL_TRY(auto database, Database::Open(file, Database::Access::kReadWrite, durability));
  HYPERLOCAL_TRY_STATUS(PrepareSchema(*database));
  HYPERLOCAL_TRY_STATUS(
      database->Execute("PRAGMA cache_size=-8192; PRAGMA wal_autocheckpoint=4000;"));
  // Looks at every table: damage shows now, not in the middle of a run.
  for (const char* const table :
       {"SELECT max(key) FROM workflow", "SELECT max(number) FROM revision",
        "SELECT max(key) FROM execution", "SELECT max(execution) FROM progress",
        "SELECT max(execution) FROM step_entry", "SELECT max(created) FROM operation"}) {
    HYPERLOCAL_TRY_STATUS([&]() -> Status {
      const auto looked = database->Number(table);
      if (looked) return Ok();
      return Error{ErrorCode::kInvalidArchive, looked.error().message};
    }());
  }
  return database;
}

}  // namespace

WorkflowStore::WorkflowStore(std::unique_ptr<Running> running) : running_(std::move(running)) {}
WorkflowStore::~WorkflowStore() = default;

Result<std::unique_ptr<WorkflowStore>> WorkflowStore::Open(const std::filesystem::path& directory,
                                                           WorkflowStoreOptions options) {
  HYPERLOCAL_TRY(FileDescriptor lock, sqlite::LockStoreDirectory(directory));
  const std::filesystem::path file = directory / kDatabaseFile;
  auto writer = OpenDatabase(file, options.durability);
  if (!writer && writer.error().code == ErrorCode::kInvalidArchive) {
    HYPERLOCAL_TRY_STATUS(
        sqlite::SetStoreAside(directory, {"workflows.db", "workflows.db-wal", "workflows.db-shm"},
                              writer.error(), options.log));
    writer = OpenDatabase(file, options.durability);
  }
  if (!writer) return std::move(writer).error().WithContext("the store " + directory.string());
  HYPERLOCAL_TRY(auto reader, Database::Open(file, Database::Access::kReadOnly));
  return std::unique_ptr<WorkflowStore>(new WorkflowStore(
      std::make_unique<Running>(std::move(lock), std::move(*writer), std::move(reader))));
}

Result<std::unique_ptr<WorkflowStore>> WorkflowStore::InMemory() {
  HYPERLOCAL_TRY(auto database, Database::InMemory());
  HYPERLOCAL_TRY_STATUS(PrepareSchema(*database));
  return std::unique_ptr<WorkflowStore>(new WorkflowStore(
      std::make_unique<Running>(FileDescriptor(-1), std::move(database), nullptr)));
}

Status WorkflowStore::Reset() {
  return running_->writes.Run([](Database& database) {
    return database.Execute(
        "DELETE FROM step_entry; DELETE FROM progress; DELETE FROM set_aside; "
        "DELETE FROM execution; DELETE FROM revision; DELETE FROM workflow; "
        "DELETE FROM operation;");
  });
}

}  // namespace hyperlocal::workflows
