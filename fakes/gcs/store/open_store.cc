#include <filesystem>
#include <memory>
#include <utility>

#include "engine/file/file_descriptor_internal.h"
#include "fakes/gcs/store/schema_internal.h"
#include "fakes/gcs/store/sqlite_store_internal.h"
#include "fakes/sqlite/store_directory_internal.h"

namespace hyperlocal::gcs {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDatabaseFile = "store.db";

StoreOptions WithClock(StoreOptions options) {
  if (!options.now) options.now = [] { return std::chrono::system_clock::now(); };
  return options;
}

Result<std::unique_ptr<Database>> OpenDatabase(const fs::path& file, Durability durability) {
  HYPERLOCAL_TRY(auto database, Database::Open(file, Database::Access::kReadWrite, durability));
  HYPERLOCAL_TRY_STATUS(PrepareSchema(*database));
  // More than one connection's share: it has the pages that change. The log may grow to 16 MiB
  // before it is written back, which costs two syncs.
  HYPERLOCAL_TRY_STATUS(
      database->Execute("PRAGMA cache_size=-8192; PRAGMA wal_autocheckpoint=4000;"));
  // Looks at every table: damage shows now, not in the middle of a request.
  for (const char* const table :
       {"SELECT value FROM meta WHERE name = 'generation'", "SELECT max(id) FROM bucket",
        "SELECT max(id) FROM content", "SELECT max(id) FROM small_content",
        "SELECT max(bucket) FROM object", "SELECT max(created) FROM upload"}) {
    const auto looked = database->Number(table);
    if (!looked.has_value()) {
      return Error{ErrorCode::kInvalidArchive, looked.error().message};
    }
  }
  return database;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::Open(const fs::path& directory, const StoreOptions& options) {
  HYPERLOCAL_TRY(FileDescriptor lock, sqlite::LockStoreDirectory(directory));
  const fs::path file = directory / kDatabaseFile;
  auto database = OpenDatabase(file, options.durability);
  if (!database.has_value() && database.error().code == ErrorCode::kInvalidArchive) {
    // It says nothing of the contents beside it then: they go with it.
    HYPERLOCAL_TRY_STATUS(sqlite::SetStoreAside(
        directory, {"store.db", "store.db-wal", "store.db-shm", "contents", "uploads"},
        database.error(), options.log));
    database = OpenDatabase(file, options.durability);
  }
  if (!database.has_value()) {
    return std::move(database).error().WithContext("the store " + directory.string());
  }
  HYPERLOCAL_TRY(auto shelf, OpenDirectoryShelf(directory, options.durability));
  SqliteStore::Parts filled{std::move(lock), std::move(*database), std::move(shelf), file,
                            WithClock(options)};
  return SqliteStore::Create(std::move(filled));
}

Result<std::unique_ptr<Store>> Store::InMemory(const StoreOptions& options) {
  HYPERLOCAL_TRY(auto database, Database::InMemory());
  HYPERLOCAL_TRY_STATUS(PrepareSchema(*database));
  return SqliteStore::Create(SqliteStore::Parts{
      FileDescriptor(-1), std::move(database), NewMemoryShelf(), {}, WithClock(options)});
}

}  // namespace hyperlocal::gcs
