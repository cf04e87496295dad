#include "fakes/gcs/store/object_writes_internal.h"

#include <chrono>
#include <utility>
#include <vector>

#include "fakes/gcs/store/object_rules_internal.h"
#include "fakes/gcs/store/record_codec_internal.h"

namespace hyperlocal::gcs {
namespace {

// As long as the service keeps an upload.
constexpr std::chrono::hours kUploadLife{7 * 24};
constexpr std::size_t kMostPurged = 64;  // at a time, so that nobody waits long for it

Status MoveToState(WriteTransaction& transaction, const ObjectRow& object, ObjectState state,
                   std::chrono::seconds soft_delete_retention) {
  HYPERLOCAL_TRY_STATUS(RemoveObjectRow(transaction.database(), object));
  ObjectRow moved = object;
  moved.state = state;
  if (!moved.record.noncurrent) moved.record.noncurrent = transaction.now();
  if (state == ObjectState::kSoftDeleted) {
    moved.record.soft_deleted = transaction.now();
    moved.record.hard_delete = transaction.now() + soft_delete_retention;
  }
  return InsertObjectRow(transaction.database(), moved);
}

}  // namespace

NewObject CopyOf(WriteTransaction& transaction, const ObjectRow& source,
                 const ObjectFields& fields) {
  const ObjectRecord& record = source.record;
  NewObject copy{fields, record.size, record.checksums, record.component_count, {}};
  copy.content = [&transaction, content = source.content]() -> Result<ContentRef> {
    HYPERLOCAL_TRY_STATUS(AddReference(transaction, content.id));
    return content;
  };
  return copy;
}

Result<ObjectRecord> WriteObject(WriteTransaction& transaction, const BucketRow& bucket,
                                 const std::string& name, const NewObject& object,
                                 const Preconditions& preconditions) {
  Database& database = transaction.database();
  const ObjectKey key{bucket.record.name, name};
  HYPERLOCAL_TRY(const auto live, FindLive(database, bucket.id, key));
  HYPERLOCAL_TRY_STATUS(JudgeWrite(key, live ? &live->record : nullptr, preconditions));
  if (live && !bucket.record.policy.versioning) {
    HYPERLOCAL_TRY_STATUS(JudgeRemoval(live->record, bucket.record.policy, transaction.now()));
  }

  ObjectRow row;
  row.bucket = bucket.id;
  // Before the old one goes: it may be the same content.
  HYPERLOCAL_TRY(row.content, object.content());
  if (live) HYPERLOCAL_TRY_STATUS(DisplaceLive(transaction, bucket, *live));
  ObjectRecord& record = row.record;
  record.key = key;
  record.generation = transaction.NextGeneration();
  record.fields = object.fields;
  if (record.fields.storage_class.empty()) {
    record.fields.storage_class = bucket.record.policy.storage_class;
  }
  if (bucket.record.policy.default_event_based_hold) record.fields.event_based_hold = true;
  record.size = object.size;
  record.checksums = object.checksums;
  record.component_count = object.component_count;
  record.created = record.updated = record.storage_class_updated = record.retention_start =
      transaction.now();
  record.content = NameOfContent(row.content);
  HYPERLOCAL_TRY_STATUS(InsertObjectRow(database, row));
  return record;
}

Status DisplaceLive(WriteTransaction& transaction, const BucketRow& bucket,
                    const ObjectRow& object) {
  if (!bucket.record.policy.versioning) return DeleteGeneration(transaction, bucket, object);
  return MoveToState(transaction, object, ObjectState::kNoncurrent, std::chrono::seconds(0));
}

Status DeleteGeneration(WriteTransaction& transaction, const BucketRow& bucket,
                        const ObjectRow& object) {
  const BucketPolicy& policy = bucket.record.policy;
  HYPERLOCAL_TRY_STATUS(JudgeRemoval(object.record, policy, transaction.now()));
  if (policy.soft_delete_retention > std::chrono::seconds(0)) {
    return MoveToState(transaction, object, ObjectState::kSoftDeleted,
                       policy.soft_delete_retention);
  }
  return EraseObject(transaction, object);
}

Status EraseObject(WriteTransaction& transaction, const ObjectRow& object) {
  HYPERLOCAL_TRY_STATUS(RemoveObjectRow(transaction.database(), object));
  return DropReference(transaction, object.content.id);
}

Status PurgeExpired(WriteTransaction& transaction) {
  Database& database = transaction.database();
  std::vector<ObjectRow> objects;
  {
    static const std::string kSql =
        std::string("SELECT ") + kObjectColumns + " FROM object WHERE hard_delete <= ?1 LIMIT ?2";
    Query row(database, kSql.c_str());
    row.Bind(Micros(transaction.now()), static_cast<std::int64_t>(kMostPurged));
    for (;;) {
      HYPERLOCAL_TRY(const bool more, row.Step());
      if (!more) break;
      HYPERLOCAL_TRY(ObjectRow object, ReadObjectRow(row, ""));
      objects.push_back(std::move(object));
    }
  }
  for (const ObjectRow& object : objects) HYPERLOCAL_TRY_STATUS(EraseObject(transaction, object));
  Query upload(database,
               "DELETE FROM upload WHERE id IN (SELECT id FROM upload WHERE created <= ?1 LIMIT "
               "?2) RETURNING id");
  upload.Bind(Micros(transaction.now() - kUploadLife), static_cast<std::int64_t>(kMostPurged));
  for (;;) {
    HYPERLOCAL_TRY(const bool more, upload.Step());
    if (!more) return Ok();
    transaction.DropUploadAfterwards(std::string(upload.Bytes(0)));
  }
}

}  // namespace hyperlocal::gcs
