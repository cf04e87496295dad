#include <utility>
#include <vector>

#include "fakes/gcs/store/bucket_rows_internal.h"
#include "fakes/gcs/store/name_rules_internal.h"
#include "fakes/gcs/store/object_listing_internal.h"
#include "fakes/gcs/store/object_rules_internal.h"
#include "fakes/gcs/store/object_writes_internal.h"
#include "fakes/gcs/store/record_codec_internal.h"
#include "fakes/gcs/store/sqlite_store_internal.h"

namespace hyperlocal::gcs {
namespace {

// A content may go between the look at its object and its opening, when the object is overwritten
// at that moment; the next look finds the new one. So often in a row is not by chance.
constexpr int kMostLooks = 100;

class StoreContentWriter final : public ContentWriter {
 public:
  explicit StoreContentWriter(ContentShelf& shelf) : spool_(shelf) {}
  Status Append(std::string_view bytes) override { return spool_.Append(bytes); }
  std::uint64_t size() const override { return spool_.size(); }
  Spool& spool() { return spool_; }

 private:
  Spool spool_;
};

// What of an object's description is about that object alone, and does not go with a copy.
ObjectFields FieldsForCopy(const ObjectFields& source) {
  ObjectFields fields = source;
  fields.temporary_hold = false;
  fields.event_based_hold = false;
  fields.retain_until.reset();
  fields.retention_locked = false;
  return fields;
}

}  // namespace

Result<std::unique_ptr<ContentWriter>> SqliteStore::NewContent() {
  return std::unique_ptr<ContentWriter>(std::make_unique<StoreContentWriter>(*shelf_));
}

Result<ContentIdentity> SqliteStore::FinishContent(Spool& spool) {
  HYPERLOCAL_TRY(ContentIdentity identity, spool.Finish());
  if (spool.incoming() == nullptr) return identity;
  std::vector<ContentRef> alike;
  {
    HYPERLOCAL_TRY(const auto reader, readers_->Take());
    HYPERLOCAL_TRY(alike, ContentsLike(*reader, identity));
  }
  for (const ContentRef& content : alike) {
    if (content.file.empty() || !IsStoredAs(content, *shelf_, spool, identity)) continue;
    identity.stored_as = content.id;
    break;
  }
  return identity;
}

Result<ObjectRecord> SqliteStore::InsertObject(const ObjectKey& key, const ObjectFields& fields,
                                               std::unique_ptr<ContentWriter> content,
                                               const ContentClaims& claims,
                                               const Preconditions& preconditions) {
  HYPERLOCAL_TRY_STATUS(CheckObjectName(key.name));
  auto* const writer = dynamic_cast<StoreContentWriter*>(content.get());
  if (writer == nullptr) {
    return Error{ErrorCode::kInternal, "the content was not made by this store's NewContent"};
  }
  Spool& spool = writer->spool();
  HYPERLOCAL_TRY(const ContentIdentity identity, FinishContent(spool));
  HYPERLOCAL_TRY_STATUS(JudgeClaims(claims, identity.size, identity.checksums));
  return Change<ObjectRecord>([&](WriteTransaction& transaction) -> Result<ObjectRecord> {
    HYPERLOCAL_TRY(const BucketRow bucket, RequireBucket(transaction.database(), key.bucket));
    NewObject object{fields, identity.size, identity.checksums, {}, {}};
    object.content = [&] { return AddContent(transaction, spool, identity); };
    return WriteObject(transaction, bucket, key.name, object, preconditions);
  });
}

Result<ObjectRecord> SqliteStore::GetObject(const ObjectAddress& address) {
  HYPERLOCAL_TRY(const auto reader, readers_->Take());
  HYPERLOCAL_TRY(ReadObject object, ReadAddressed(*reader, address, false));
  return std::move(object.record);
}

Result<ObjectRecord> SqliteStore::GetSoftDeleted(const ObjectKey& key, std::int64_t generation) {
  HYPERLOCAL_TRY(const auto reader, readers_->Take());
  HYPERLOCAL_TRY(const BucketRow bucket, RequireBucket(*reader, key.bucket));
  HYPERLOCAL_TRY(auto object, FindSoftDeleted(*reader, bucket.id, key, generation));
  if (!object || *object->record.hard_delete <= options_.now()) {
    return NoSuchObject(ObjectAddress{key, generation}).WithContext("soft deleted");
  }
  return std::move(object->record);
}

Result<OpenedObject> SqliteStore::OpenObject(const ObjectAddress& address) {
  for (int looks = 1;; ++looks) {
    ReadObject object;
    {
      HYPERLOCAL_TRY(const auto reader, readers_->Take());
      HYPERLOCAL_TRY(object, ReadAddressed(*reader, address, true));
    }
    if (object.record.content.starts_with('#')) {
      return OpenedObject{std::move(object.record), ReaderOfBytes(std::move(object.bytes))};
    }
    auto content = shelf_->Open(object.record.content, object.record.size);
    if (content.has_value()) return OpenedObject{std::move(object.record), std::move(*content)};
    if (content.error().code != ErrorCode::kNotFound) return std::move(content).error();
    if (looks == kMostLooks) {
      return Error{ErrorCode::kIo, "gs://" + address.key.bucket + "/" + address.key.name +
                                       " has lost its content: " + content.error().message};
    }
  }
}

Result<std::shared_ptr<ContentReader>> SqliteStore::OpenContent(const ObjectRecord& object) {
  if (!object.content.starts_with('#')) return shelf_->Open(object.content, object.size);
  const std::int64_t id = std::strtoll(object.content.c_str() + 1, nullptr, 10);
  HYPERLOCAL_TRY(const auto reader, readers_->Take());
  Query row(*reader, "SELECT bytes FROM small_content WHERE id = ?1");
  row.Bind(id);
  HYPERLOCAL_TRY(const bool found, row.Step());
  if (!found) {
    return Error{ErrorCode::kNotFound, "the content of " + object.key.name + " in generation " +
                                           std::to_string(object.generation) +
                                           " is no longer there"};
  }
  return ReaderOfBytes(std::string(row.Bytes(0)));
}

Result<ObjectPage> SqliteStore::ListObjects(std::string_view bucket, const ObjectQuery& query) {
  HYPERLOCAL_TRY(const auto reader, readers_->Take());
  return ListObjectRows(*reader, bucket, query, options_.now());
}

Result<ObjectRecord> SqliteStore::UpdateObject(const ObjectAddress& address,
                                               const Preconditions& preconditions,
                                               const std::function<Status(ObjectFields&)>& change) {
  return Change<ObjectRecord>([&](WriteTransaction& transaction) -> Result<ObjectRecord> {
    Database& database = transaction.database();
    HYPERLOCAL_TRY(const BucketRow bucket, RequireBucket(database, address.key.bucket));
    HYPERLOCAL_TRY(auto object, FindAddressed(database, bucket.id, address));
    if (!object) return NoSuchObject(address);
    ObjectRecord& record = object->record;
    HYPERLOCAL_TRY_STATUS(JudgeExisting(record, preconditions));
    ObjectFields changed = record.fields;
    HYPERLOCAL_TRY_STATUS(change(changed));
    HYPERLOCAL_TRY_STATUS(JudgeFieldsChange(record, changed, transaction.now()));
    if (changed.storage_class.empty()) changed.storage_class = record.fields.storage_class;
    if (changed.storage_class != record.fields.storage_class) {
      record.storage_class_updated = transaction.now();
    }
    // https://cloud.google.com/storage/docs/object-holds: releasing an event-based hold starts the
    // bucket's retention anew.
    if (record.fields.event_based_hold && !changed.event_based_hold) {
      record.retention_start = transaction.now();
    }
    record.fields = std::move(changed);
    ++record.metageneration;
    record.updated = transaction.now();
    HYPERLOCAL_TRY_STATUS(ReplaceObjectRow(database, *object));
    return record;
  });
}

Status SqliteStore::DeleteObject(const ObjectAddress& address, const Preconditions& preconditions) {
  return commits_.Run([&](WriteTransaction& transaction) -> Status {
    Database& database = transaction.database();
    HYPERLOCAL_TRY(const BucketRow bucket, RequireBucket(database, address.key.bucket));
    HYPERLOCAL_TRY(const auto object, FindAddressed(database, bucket.id, address));
    if (!object) return NoSuchObject(address);
    HYPERLOCAL_TRY_STATUS(JudgeExisting(object->record, preconditions));
    if (address.generation) return DeleteGeneration(transaction, bucket, *object);
    return DisplaceLive(transaction, bucket, *object);
  });
}

Result<ObjectRecord> SqliteStore::CopyObject(const ObjectAddress& source,
                                             const Preconditions& source_preconditions,
                                             const ObjectKey& target,
                                             const std::optional<ObjectFields>& fields,
                                             const Preconditions& preconditions) {
  HYPERLOCAL_TRY_STATUS(CheckObjectName(target.name));
  return Change<ObjectRecord>([&](WriteTransaction& transaction) -> Result<ObjectRecord> {
    Database& database = transaction.database();
    HYPERLOCAL_TRY(const BucketRow from, RequireBucket(database, source.key.bucket));
    HYPERLOCAL_TRY(const auto object, FindAddressed(database, from.id, source));
    if (!object) return NoSuchObject(source);
    HYPERLOCAL_TRY_STATUS(JudgeExisting(object->record, source_preconditions));
    HYPERLOCAL_TRY(const BucketRow to, RequireBucket(database, target.bucket));
    return WriteObject(
        transaction, to, target.name,
        CopyOf(transaction, *object, fields ? *fields : FieldsForCopy(object->record.fields)),
        preconditions);
  });
}

Result<ObjectRecord> SqliteStore::MoveObject(const ObjectKey& source,
                                             const Preconditions& source_preconditions,
                                             const ObjectKey& target,
                                             const Preconditions& preconditions) {
  HYPERLOCAL_TRY_STATUS(CheckObjectName(target.name));
  if (source == target) {
    return Error{ErrorCode::kBadRequest,
                 "gs://" + source.bucket + "/" + source.name + " cannot be moved to its own name"};
  }
  return Change<ObjectRecord>([&](WriteTransaction& transaction) -> Result<ObjectRecord> {
    Database& database = transaction.database();
    HYPERLOCAL_TRY(const BucketRow from, RequireBucket(database, source.bucket));
    HYPERLOCAL_TRY(const auto object, FindLive(database, from.id, source));
    if (!object) return NoSuchObject(ObjectAddress{source, std::nullopt});
    HYPERLOCAL_TRY_STATUS(JudgeExisting(object->record, source_preconditions));
    HYPERLOCAL_TRY(const BucketRow to, RequireBucket(database, target.bucket));
    HYPERLOCAL_TRY(ObjectRecord moved,
                   WriteObject(transaction, to, target.name,
                               CopyOf(transaction, *object, object->record.fields), preconditions));
    HYPERLOCAL_TRY_STATUS(DisplaceLive(transaction, from, *object));
    return moved;
  });
}

Result<ObjectRecord> SqliteStore::RestoreObject(const ObjectKey& key, std::int64_t generation,
                                                const Preconditions& preconditions) {
  return Change<ObjectRecord>([&](WriteTransaction& transaction) -> Result<ObjectRecord> {
    Database& database = transaction.database();
    HYPERLOCAL_TRY(const BucketRow bucket, RequireBucket(database, key.bucket));
    HYPERLOCAL_TRY(const auto object, FindSoftDeleted(database, bucket.id, key, generation));
    if (!object || *object->record.hard_delete <= transaction.now()) {
      return NoSuchObject(ObjectAddress{key, generation}).WithContext("soft deleted");
    }
    HYPERLOCAL_TRY(ObjectRecord restored,
                   WriteObject(transaction, bucket, key.name,
                               CopyOf(transaction, *object, object->record.fields), preconditions));
    HYPERLOCAL_TRY_STATUS(EraseObject(transaction, *object));
    return restored;
  });
}

}  // namespace hyperlocal::gcs
