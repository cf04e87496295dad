#include <cassert>

#include "fakes/sqlite/database_internal.h"

namespace hyperlocal::sqlite {
namespace {

// How long a connection waits for another one's lock: only a checkpoint takes one, for a moment.
constexpr int kBusyMilliseconds = 30'000;

bool IsDamage(int code) {
  return (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::Open(const std::string& name, int flags) {
  sqlite3* handle = nullptr;
  // Every connection is used by one thread at a time.
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) return database->LastError("open " + name);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  sqlite3_extended_result_codes(handle, 1);
  return database;
}

Result<std::unique_ptr<Database>> Database::Open(const std::filesystem::path& file, Access access,
                                                 Durability durability) {
  HYPERLOCAL_TRY(std::unique_ptr<Database> database,
                 Open(file.string(), access == Access::kReadOnly
                                         ? SQLITE_OPEN_READONLY
                                         : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  // FULL: the log is synced with every commit, so that a commit that was acknowledged is there
  // after a loss of power. Pages are read through the mapping: they are the kernel's memory, not
  // ours, and shared by all connections.
  HYPERLOCAL_TRY_STATUS(database->Execute(
      durability == Durability::kSynced ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF"));
  HYPERLOCAL_TRY_STATUS(
      database->Execute("PRAGMA journal_mode=WAL; PRAGMA temp_store=MEMORY;"
                        "PRAGMA mmap_size=1073741824; PRAGMA cache_size=-1024;"));
  return database;
}

Result<std::unique_ptr<Database>> Database::InMemory() {
  HYPERLOCAL_TRY(std::unique_ptr<Database> database,
                 Open(std::string(":memory:"), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  HYPERLOCAL_TRY_STATUS(database->Execute("PRAGMA journal_mode=MEMORY; PRAGMA temp_store=MEMORY;"));
  return database;
}

Database::~Database() {
  prepared_.clear();
  sqlite3_close(handle_);
}

Status Database::Execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return LastError(sql);
  return Ok();
}

Result<std::int64_t> Database::Number(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) != SQLITE_OK) return LastError(sql);
  const StatementHandle owner(statement);
  const int code = sqlite3_step(statement);
  if (code == SQLITE_ROW) return sqlite3_column_int64(statement, 0);
  if (code == SQLITE_DONE) return std::int64_t{0};
  return LastError(sql);
}

Error Database::LastError(std::string_view doing) const {
  const int code = handle_ == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(handle_);
  const char* const what = handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_);
  return Error{IsDamage(code) ? ErrorCode::kInvalidArchive : ErrorCode::kIo,
               "the store's database: " + std::string(doing) + ": " + what + " (SQLite code " +
                   std::to_string(code) + ")"};
}

Query::Query(Database& database, const char* sql) : database_(database) {
  Database::Prepared& prepared = database.prepared_[sql];
  if (prepared.statement == nullptr || prepared.in_use) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v3(database.handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    // A text that SQLite refuses leaves null: Step then gives the error.
    if (prepared.in_use) {
      own_.reset(statement);
      statement_ = statement;
      return;
    }
    prepared.statement.reset(statement);
  }
  prepared.in_use = true;
  shared_ = &prepared;
  statement_ = prepared.statement.get();
}

Query::~Query() {
  if (statement_ != nullptr) sqlite3_reset(statement_);
  if (shared_ != nullptr) shared_->in_use = false;
}

Result<bool> Query::Step() {
  if (statement_ == nullptr) return database_.LastError("prepare a statement");
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_.LastError(sqlite3_sql(statement_));
}

Status Query::Run() {
  for (;;) {
    HYPERLOCAL_TRY(const bool more, Step());
    if (!more) return Ok();
  }
}

std::string_view Query::Bytes(int column) const {
  const void* const bytes = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string_view()
                          : std::string_view(static_cast<const char*>(bytes), size);
}

void Query::BindOne(int at, std::string_view bytes) {
  // A null pointer would be bound as NULL.
  const char* const data = bytes.data() == nullptr ? "" : bytes.data();
  [[maybe_unused]] const int code =
      sqlite3_bind_blob64(statement_, at, data, bytes.size(), SQLITE_STATIC);
  assert(statement_ == nullptr || code == SQLITE_OK);
}

void Query::BindOne(int at, std::int64_t number) {
  [[maybe_unused]] const int code = sqlite3_bind_int64(statement_, at, number);
  assert(statement_ == nullptr || code == SQLITE_OK);
}

void Query::BindOne(int at, std::nullopt_t) {
  [[maybe_unused]] const int code = sqlite3_bind_null(statement_, at);
  assert(statement_ == nullptr || code == SQLITE_OK);
}

}  // namespace hyperlocal::sqlite
