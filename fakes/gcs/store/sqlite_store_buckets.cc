#include <chrono>
#include <utility>
#include <vector>

#include "fakes/gcs/store/bucket_rows_internal.h"
#include "fakes/gcs/store/name_rules_internal.h"
#include "fakes/gcs/store/object_rules_internal.h"
#include "fakes/gcs/store/object_writes_internal.h"
#include "fakes/gcs/store/sqlite_store_internal.h"

namespace hyperlocal::gcs {
namespace {

// The service's limits: https://cloud.google.com/storage/docs/bucket-lock and /soft-delete.
constexpr std::chrono::seconds kLongestRetention{3'155'760'000};
constexpr std::chrono::seconds kLongestSoftDelete{90 * 86400};

Status CheckPolicy(const BucketPolicy& policy) {
  if (policy.retention &&
      (policy.retention->count() < 1 || *policy.retention > kLongestRetention)) {
    return Error{ErrorCode::kBadRequest,
                 "a retention period of " + std::to_string(policy.retention->count()) +
                     " seconds is not possible: 1 to 3155760000 (100 years)"};
  }
  // Shorter ones than the service takes, so that a test need not wait.
  if (policy.soft_delete_retention.count() < 0 ||
      policy.soft_delete_retention > kLongestSoftDelete) {
    return Error{ErrorCode::kBadRequest, "a soft delete retention of " +
                                             std::to_string(policy.soft_delete_retention.count()) +
                                             " seconds is not possible: 0 to 7776000 (90 days)"};
  }
  if (policy.retention_locked && !policy.retention) {
    return Error{ErrorCode::kBadRequest, "there is no retention policy that could be locked"};
  }
  return Ok();
}

}  // namespace

Result<BucketRecord> SqliteStore::CreateBucket(const BucketRecord& bucket) {
  HYPERLOCAL_TRY_STATUS(CheckBucketName(bucket.name));
  HYPERLOCAL_TRY_STATUS(CheckPolicy(bucket.policy));
  return Change<BucketRecord>([&](WriteTransaction& transaction) -> Result<BucketRecord> {
    HYPERLOCAL_TRY(const auto there, FindBucket(transaction.database(), bucket.name));
    if (there) {
      return Error{ErrorCode::kConflict, "the bucket " + bucket.name + " exists already"};
    }
    BucketRecord made = bucket;
    made.generation = transaction.NextGeneration();
    made.metageneration = 1;
    made.created = made.updated = transaction.now();
    HYPERLOCAL_TRY_STATUS(InsertBucket(transaction.database(), made));
    return made;
  });
}

Result<BucketRecord> SqliteStore::GetBucket(std::string_view name) {
  HYPERLOCAL_TRY(const auto reader, readers_->Take());
  HYPERLOCAL_TRY(BucketRow bucket, RequireBucket(*reader, name));
  return std::move(bucket.record);
}

Result<BucketPage> SqliteStore::ListBuckets(const BucketQuery& query) {
  HYPERLOCAL_TRY(const auto reader, readers_->Take());
  return ListBucketRows(*reader, query);
}

Result<BucketRecord> SqliteStore::UpdateBucket(std::string_view name,
                                               const Preconditions& preconditions,
                                               const std::function<Status(BucketRecord&)>& change) {
  return Change<BucketRecord>([&](WriteTransaction& transaction) -> Result<BucketRecord> {
    HYPERLOCAL_TRY(BucketRow bucket, RequireBucket(transaction.database(), name));
    HYPERLOCAL_TRY_STATUS(JudgeBucket(bucket.record, preconditions));
    BucketRecord changed = bucket.record;
    HYPERLOCAL_TRY_STATUS(change(changed));
    HYPERLOCAL_TRY_STATUS(CheckPolicy(changed.policy));
    HYPERLOCAL_TRY_STATUS(JudgePolicyChange(bucket.record, changed.policy));
    bucket.record.policy = std::move(changed.policy);
    bucket.record.settings = std::move(changed.settings);
    ++bucket.record.metageneration;
    bucket.record.updated = transaction.now();
    HYPERLOCAL_TRY_STATUS(ReplaceBucket(transaction.database(), bucket));
    return bucket.record;
  });
}

Status SqliteStore::DeleteBucket(std::string_view name, const Preconditions& preconditions) {
  return commits_.Run([&](WriteTransaction& transaction) -> Status {
    Database& database = transaction.database();
    HYPERLOCAL_TRY(const BucketRow bucket, RequireBucket(database, name));
    HYPERLOCAL_TRY_STATUS(JudgeBucket(bucket.record, preconditions));
    std::vector<ObjectRow> soft_deleted;
    {
      static const std::string kSql =
          std::string("SELECT ") + kObjectColumns + " FROM object WHERE bucket = ?1 ORDER BY state";
      Query row(database, kSql.c_str());
      row.Bind(bucket.id);
      for (;;) {
        HYPERLOCAL_TRY(const bool more, row.Step());
        if (!more) break;
        HYPERLOCAL_TRY(ObjectRow object, ReadObjectRow(row, name));
        if (object.state != ObjectState::kSoftDeleted) {
          return Error{ErrorCode::kConflict,
                       "the bucket " + std::string(name) + " is not empty: it has " +
                           object.record.key.name +
                           (object.state == ObjectState::kLive ? "" : " (a noncurrent version)")};
        }
        soft_deleted.push_back(std::move(object));
      }
    }
    for (const ObjectRow& object : soft_deleted) {
      HYPERLOCAL_TRY_STATUS(EraseObject(transaction, object));
    }
    return RemoveBucket(database, bucket.id);
  });
}

}  // namespace hyperlocal::gcs
