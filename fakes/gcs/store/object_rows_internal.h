#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "fakes/gcs/store/content_rows_internal.h"
#include "fakes/gcs/store/database_internal.h"
#include "fakes/gcs/store/object_record.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

enum class ObjectState : int { kLive = 0, kNoncurrent = 1, kSoftDeleted = 2 };

// A row of the object table.
struct ObjectRow {
  std::int64_t bucket = 0;
  ObjectState state = ObjectState::kLive;
  ObjectRecord record;
  ContentRef content;
};

Error NoSuchObject(const ObjectAddress& address);

// The columns that ReadObjectRow reads, in its order, first of the statement.
extern const char* const kObjectColumns;
// `row` stands on a row of a statement that begins with those. Error kIo: it is damaged.
Result<ObjectRow> ReadObjectRow(const Query& row, std::string_view bucket);

Result<std::optional<ObjectRow>> FindLive(Database& database, std::int64_t bucket_id,
                                          const ObjectKey& key);
// The live or noncurrent one of that generation.
Result<std::optional<ObjectRow>> FindGeneration(Database& database, std::int64_t bucket_id,
                                                const ObjectKey& key, std::int64_t generation);
Result<std::optional<ObjectRow>> FindSoftDeleted(Database& database, std::int64_t bucket_id,
                                                 const ObjectKey& key, std::int64_t generation);
// By generation if the address has one, else the live one.
Result<std::optional<ObjectRow>> FindAddressed(Database& database, std::int64_t bucket_id,
                                               const ObjectAddress& address);

// The same from the bucket's name, in one statement; with `bytes`, small contents come along.
struct ReadObject {
  ObjectRecord record;
  std::string bytes;
};
// Error: kNotFound, which tells a bucket that is not there from an object.
Result<ReadObject> ReadAddressed(Database& database, const ObjectAddress& address, bool bytes);

Status InsertObjectRow(Database& database, const ObjectRow& object);
Status RemoveObjectRow(Database& database, const ObjectRow& object);
// Everything that may change of a generation while it stays in its state.
Status ReplaceObjectRow(Database& database, const ObjectRow& object);

}  // namespace hyperlocal::gcs
