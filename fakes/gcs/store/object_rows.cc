#include "fakes/gcs/store/object_rows_internal.h"

#include <utility>

#include "fakes/gcs/store/bucket_rows_internal.h"
#include "fakes/gcs/store/hex_bytes_internal.h"
#include "fakes/gcs/store/record_codec_internal.h"

namespace hyperlocal::gcs {

const char* const kObjectColumns =
    "bucket, state, name, generation, metageneration, object.size, crc32c, md5, component_count, "
    "created, updated, storage_class_updated, retention_start, noncurrent, soft_deleted, "
    "hard_delete, content, file, fields";

namespace {

// The text of a statement, kept for ever: Query knows statements by their address.
std::string Select(std::string_view more_columns, std::string_view rest) {
  return "SELECT " + std::string(kObjectColumns) + std::string(more_columns) + " FROM object " +
         std::string(rest);
}

Result<std::optional<ObjectRow>> OnlyRow(Query& row, const ObjectKey& key) {
  HYPERLOCAL_TRY(const bool found, row.Step());
  if (!found) return std::optional<ObjectRow>();
  HYPERLOCAL_TRY(ObjectRow object, ReadObjectRow(row, key.bucket));
  return std::optional(std::move(object));
}

std::optional<std::string> Md5Column(const ObjectRecord& record) {
  return record.checksums.md5 ? std::optional(Md5Bytes(*record.checksums.md5)) : std::nullopt;
}

}  // namespace

Error NoSuchObject(const ObjectAddress& address) {
  std::string message = "gs://" + address.key.bucket + "/" + address.key.name + " does not exist";
  if (address.generation) message += " in generation " + std::to_string(*address.generation);
  return Error{ErrorCode::kNotFound, std::move(message)};
}

Result<ObjectRow> ReadObjectRow(const Query& row, std::string_view bucket) {
  ObjectRow object;
  object.bucket = row.Number(0);
  object.state = static_cast<ObjectState>(row.Number(1));
  ObjectRecord& record = object.record;
  record.key.bucket = bucket;
  record.key.name = row.Bytes(2);
  record.generation = row.Number(3);
  record.metageneration = row.Number(4);
  record.size = static_cast<std::uint64_t>(row.Number(5));
  record.checksums.crc32c = static_cast<std::uint32_t>(row.Number(6));
  record.checksums.md5 = Md5OfBytes(row.Bytes(7));
  if (const auto count = row.NumberIfAny(8)) record.component_count = static_cast<int>(*count);
  record.created = TimeOf(row.Number(9));
  record.updated = TimeOf(row.Number(10));
  record.storage_class_updated = TimeOf(row.Number(11));
  record.retention_start = TimeOf(row.Number(12));
  record.noncurrent = TimeOf(row.NumberIfAny(13));
  record.soft_deleted = TimeOf(row.NumberIfAny(14));
  record.hard_delete = TimeOf(row.NumberIfAny(15));
  object.content = ContentRef{row.Number(16), HexOfBytes(row.Bytes(17))};
  record.content = NameOfContent(object.content);
  auto fields = DecodeFields(row.Bytes(18));
  if (!fields) {
    return Error{ErrorCode::kIo, "the store's row of " + record.key.name + " is damaged"};
  }
  record.fields = std::move(*fields);
  return object;
}

Result<std::optional<ObjectRow>> FindLive(Database& database, std::int64_t bucket_id,
                                          const ObjectKey& key) {
  static const std::string kSql = Select("", "WHERE bucket = ?1 AND state = 0 AND name = ?2");
  Query row(database, kSql.c_str());
  row.Bind(bucket_id, key.name);
  return OnlyRow(row, key);
}

Result<std::optional<ObjectRow>> FindGeneration(Database& database, std::int64_t bucket_id,
                                                const ObjectKey& key, std::int64_t generation) {
  static const std::string kSql =
      Select("", "WHERE bucket = ?1 AND state IN (0, 1) AND name = ?2 AND generation = ?3");
  Query row(database, kSql.c_str());
  row.Bind(bucket_id, key.name, generation);
  return OnlyRow(row, key);
}

Result<std::optional<ObjectRow>> FindSoftDeleted(Database& database, std::int64_t bucket_id,
                                                 const ObjectKey& key, std::int64_t generation) {
  static const std::string kSql =
      Select("", "WHERE bucket = ?1 AND state = 2 AND name = ?2 AND generation = ?3");
  Query row(database, kSql.c_str());
  row.Bind(bucket_id, key.name, generation);
  return OnlyRow(row, key);
}

Result<std::optional<ObjectRow>> FindAddressed(Database& database, std::int64_t bucket_id,
                                               const ObjectAddress& address) {
  if (!address.generation) return FindLive(database, bucket_id, address.key);
  return FindGeneration(database, bucket_id, address.key, *address.generation);
}

Result<ReadObject> ReadAddressed(Database& database, const ObjectAddress& address, bool bytes) {
  static constexpr std::string_view kBytes =
      ", (SELECT bytes FROM small_content WHERE id = content AND file IS NULL)";
  static constexpr std::string_view kLive =
      "WHERE bucket = (SELECT id FROM bucket WHERE name = ?1) AND state = 0 AND name = ?2";
  static constexpr std::string_view kGeneration =
      "WHERE bucket = (SELECT id FROM bucket WHERE name = ?1) AND state IN (0, 1) AND name = ?2 "
      "AND generation = ?3";
  static const std::string kSql[2][2] = {{Select("", kLive), Select(kBytes, kLive)},
                                         {Select("", kGeneration), Select(kBytes, kGeneration)}};
  {
    Query row(database, kSql[address.generation ? 1 : 0][bytes ? 1 : 0].c_str());
    row.Bind(address.key.bucket, address.key.name);
    if (address.generation) row.Bind(address.key.bucket, address.key.name, *address.generation);
    HYPERLOCAL_TRY(const bool found, row.Step());
    if (found) {
      HYPERLOCAL_TRY(ObjectRow object, ReadObjectRow(row, address.key.bucket));
      ReadObject read{std::move(object.record), {}};
      if (bytes) read.bytes = row.Bytes(19);
      return read;
    }
  }
  HYPERLOCAL_TRY(const auto bucket, FindBucket(database, address.key.bucket));
  if (!bucket) return NoSuchBucket(address.key.bucket);
  return NoSuchObject(address);
}

Status InsertObjectRow(Database& database, const ObjectRow& object) {
  const ObjectRecord& record = object.record;
  const auto md5 = Md5Column(record);
  const std::string fields = EncodeFields(record.fields);
  const std::optional<std::string> file =
      object.content.file.empty() ? std::nullopt : std::optional(BytesOfHex(object.content.file));
  return Query(database,
               "INSERT INTO object VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
               "?14, ?15, ?16, ?17, ?18, ?19)")
      .Bind(object.bucket, static_cast<int>(object.state), record.key.name, record.generation,
            record.metageneration, static_cast<std::int64_t>(record.size),
            std::int64_t{record.checksums.crc32c}, md5, record.component_count,
            Micros(record.created), Micros(record.updated), Micros(record.storage_class_updated),
            Micros(record.retention_start), Micros(record.noncurrent), Micros(record.soft_deleted),
            Micros(record.hard_delete), object.content.id, file, fields)
      .Run();
}

Status RemoveObjectRow(Database& database, const ObjectRow& object) {
  return Query(database,
               "DELETE FROM object WHERE bucket = ?1 AND state = ?2 AND name = ?3 AND "
               "generation = ?4")
      .Bind(object.bucket, static_cast<int>(object.state), object.record.key.name,
            object.record.generation)
      .Run();
}

Status ReplaceObjectRow(Database& database, const ObjectRow& object) {
  const ObjectRecord& record = object.record;
  const std::string fields = EncodeFields(record.fields);
  return Query(database,
               "UPDATE object SET metageneration = ?5, updated = ?6, storage_class_updated = ?7, "
               "retention_start = ?8, fields = ?9 "
               "WHERE bucket = ?1 AND state = ?2 AND name = ?3 AND generation = ?4")
      .Bind(object.bucket, static_cast<int>(object.state), record.key.name, record.generation,
            record.metageneration, Micros(record.updated), Micros(record.storage_class_updated),
            Micros(record.retention_start), fields)
      .Run();
}

}  // namespace hyperlocal::gcs
