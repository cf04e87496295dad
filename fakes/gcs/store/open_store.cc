#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <system_error>

#include "engine/file/file_descriptor_internal.h"
#include "engine/file/whole_file.h"
#include "fakes/gcs/store/schema_internal.h"
#include "fakes/gcs/store/sqlite_store_internal.h"

namespace hyperlocal::gcs {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDatabaseFile = "store.db";

StoreOptions WithClock(StoreOptions options) {
  if (!options.now) options.now = [] { return std::chrono::system_clock::now(); };
  return options;
}

// The lock goes with the process, however it ends.
Result<FileDescriptor> LockDirectory(const fs::path& directory) {
  const fs::path file = directory / "lock";
  FileDescriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock.valid()) {
    return Error{ErrorCode::kCannotWrite,
                 "cannot write " + file.string() + ": " + std::generic_category().message(errno)};
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    const auto owner = ReadWholeFile(file);
    return Error{ErrorCode::kDependencyUnavailable,
                 fmt::format("the store {} is in use by process {}. Stop it, or use another "
                             "directory.",
                             directory.string(),
                             owner && !owner->empty() ? *owner : std::string("(unknown)"))};
  }
  const std::string own = std::to_string(::getpid());
  if (::ftruncate(lock.get(), 0) != 0 ||
      ::pwrite(lock.get(), own.data(), own.size(), 0) != static_cast<ssize_t>(own.size())) {
    return Error{ErrorCode::kCannotWrite,
                 "cannot write " + file.string() + ": " + std::generic_category().message(errno)};
  }
  return lock;
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

// A damaged database says nothing of the contents beside it: they go with it, for whoever can
// rescue something.
Status SetAside(const fs::path& directory, const Error& damage, const StoreOptions& options) {
  const std::string stamp = fmt::format(
      "{:%Y%m%dT%H%M%S}Z",
      fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
  fs::path aside = directory / ("damaged-" + stamp);
  std::error_code ec;
  for (int number = 2; fs::exists(aside, ec); ++number) {
    aside = directory / fmt::format("damaged-{}-{}", stamp, number);
  }
  fs::create_directory(aside, ec);
  for (const char* const name :
       {"store.db", "store.db-wal", "store.db-shm", "contents", "uploads"}) {
    std::error_code unknown;
    if (ec || !fs::exists(directory / name, unknown)) continue;
    fs::rename(directory / name, aside / name, ec);
  }
  if (ec) {
    return Error{ErrorCode::kCannotWrite,
                 fmt::format("{} is damaged ({}) and cannot be set aside: {}",
                             (directory / kDatabaseFile).string(), damage.message, ec.message())};
  }
  if (options.log) {
    options.log(
        fmt::format("{} is damaged ({}). It was moved to {} with its contents; the store "
                    "starts empty.",
                    (directory / kDatabaseFile).string(), damage.message, aside.string()));
  }
  return Ok();
}

}  // namespace

Result<std::unique_ptr<Store>> Store::Open(const fs::path& directory, const StoreOptions& options) {
  std::error_code ec;
  fs::create_directories(directory, ec);
  if (ec) {
    return Error{ErrorCode::kCannotWrite,
                 "cannot make the store's directory " + directory.string() + ": " + ec.message()};
  }
  HYPERLOCAL_TRY(FileDescriptor lock, LockDirectory(directory));
  const fs::path file = directory / kDatabaseFile;
  auto database = OpenDatabase(file, options.durability);
  if (!database.has_value() && database.error().code == ErrorCode::kInvalidArchive) {
    HYPERLOCAL_TRY_STATUS(SetAside(directory, database.error(), options));
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
