#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/error/result.h"
#include "engine/file/whole_file.h"

namespace hyperlocal::sqlite {

// A connection to SQLite, with its prepared statements. One thread at a time.
class Database {
 public:
  enum class Access { kReadWrite, kReadOnly };
  // A file that is not there is made (kReadWrite). Errors: kIo, kInvalidArchive when the file is
  // not a database or is damaged.
  static Result<std::unique_ptr<Database>> Open(const std::filesystem::path& file, Access access,
                                                Durability durability = Durability::kSynced);
  static Result<std::unique_ptr<Database>> InMemory();
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Statements without parameters and rows, several at once.
  Status Execute(const char* sql);
  // The first column of the first row; 0 when there is none.
  Result<std::int64_t> Number(const char* sql);
  bool InTransaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  // Of the last failure. Damage is kInvalidArchive, everything else kIo.
  Error LastError(std::string_view doing) const;

 private:
  friend class Query;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using StatementHandle = std::unique_ptr<sqlite3_stmt, Finalize>;
  struct Prepared {
    StatementHandle statement;
    bool in_use = false;
  };

  explicit Database(sqlite3* handle) : handle_(handle) {}
  static Result<std::unique_ptr<Database>> Open(const std::string& name, int flags);

  sqlite3* handle_;
  // By the address of their text: statements are literals.
  std::unordered_map<const void*, Prepared> prepared_;
};

// One run of a statement: bind, step, read the columns. Prepared once a connection, and reset when
// this goes. What is bound must outlive it.
class Query {
 public:
  // `sql` must be a literal.
  Query(Database& database, const char* sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // To the parameters in order. Text of every kind is bound as bytes: names are compared as such.
  template <typename... Values>
  Query& Bind(const Values&... values) {
    int at = 0;
    (BindOne(++at, values), ...);
    return *this;
  }
  // Again from the start, with other values.
  template <typename... Values>
  Query& Rebind(const Values&... values) {
    if (statement_ != nullptr) sqlite3_reset(statement_);
    return Bind(values...);
  }

  // Whether there is a (further) row.
  Result<bool> Step();
  // To the end; rows are not looked at.
  Status Run();

  bool IsNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t Number(int column) const { return sqlite3_column_int64(statement_, column); }
  std::optional<std::int64_t> NumberIfAny(int column) const {
    return IsNull(column) ? std::nullopt : std::optional(Number(column));
  }
  // Valid until the next step.
  std::string_view Bytes(int column) const;

 private:
  void BindOne(int at, std::string_view bytes);
  void BindOne(int at, const std::string& bytes) { BindOne(at, std::string_view(bytes)); }
  void BindOne(int at, std::int64_t number);
  void BindOne(int at, int number) { BindOne(at, std::int64_t{number}); }
  void BindOne(int at, bool truth) { BindOne(at, std::int64_t{truth ? 1 : 0}); }
  void BindOne(int at, std::nullopt_t);
  template <typename Value>
  void BindOne(int at, const std::optional<Value>& value) {
    if (value) {
      BindOne(at, *value);
    } else {
      BindOne(at, std::nullopt);
    }
  }

  Database& database_;
  Database::Prepared* shared_ = nullptr;
  Database::StatementHandle own_;  // when the shared one is in use further up
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace hyperlocal::sqlite
