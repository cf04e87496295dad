#include "fakes/gcs/store/bucket_rows_internal.h"

#include <algorithm>
#include <string>

#include "fakes/gcs/store/page_token_internal.h"
#include "fakes/gcs/store/record_codec_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr int kMostResults = 1000;

BucketRow ReadRow(const Query& row) {
  BucketRow bucket;
  bucket.id = row.Number(0);
  BucketRecord& record = bucket.record;
  record.name = row.Bytes(1);
  record.generation = row.Number(2);
  record.metageneration = row.Number(3);
  record.created = TimeOf(row.Number(4));
  record.updated = TimeOf(row.Number(5));
  record.policy.versioning = row.Number(6) != 0;
  record.policy.soft_delete_retention = std::chrono::seconds(row.Number(7));
  if (const auto seconds = row.NumberIfAny(8)) {
    record.policy.retention = std::chrono::seconds(*seconds);
  }
  record.policy.retention_locked = row.Number(9) != 0;
  record.policy.default_event_based_hold = row.Number(10) != 0;
  record.policy.storage_class = row.Bytes(11);
  record.settings = row.Bytes(12);
  return bucket;
}

std::optional<std::int64_t> RetentionSeconds(const BucketPolicy& policy) {
  return policy.retention ? std::optional<std::int64_t>(policy.retention->count()) : std::nullopt;
}

}  // namespace

Error NoSuchBucket(std::string_view name) {
  return Error{ErrorCode::kNotFound, "the bucket " + std::string(name) + " does not exist"};
}

Result<std::optional<BucketRow>> FindBucket(Database& database, std::string_view name) {
  Query row(database,
            "SELECT id, name, generation, metageneration, created, updated, versioning, "
            "soft_delete_seconds, retention_seconds, retention_locked, default_event_based_hold, "
            "storage_class, settings FROM bucket WHERE name = ?1");
  row.Bind(name);
  HYPERLOCAL_TRY(const bool found, row.Step());
  if (!found) return std::optional<BucketRow>();
  return std::optional(ReadRow(row));
}

Result<BucketRow> RequireBucket(Database& database, std::string_view name) {
  HYPERLOCAL_TRY(auto bucket, FindBucket(database, name));
  if (!bucket) return NoSuchBucket(name);
  return std::move(*bucket);
}

Status InsertBucket(Database& database, const BucketRecord& bucket) {
  return Query(database,
               "INSERT INTO bucket(name, generation, metageneration, created, updated, versioning, "
               "soft_delete_seconds, retention_seconds, retention_locked, "
               "default_event_based_hold, storage_class, settings) "
               "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")
      .Bind(bucket.name, bucket.generation, bucket.metageneration, Micros(bucket.created),
            Micros(bucket.updated), bucket.policy.versioning,
            std::int64_t{bucket.policy.soft_delete_retention.count()},
            RetentionSeconds(bucket.policy), bucket.policy.retention_locked,
            bucket.policy.default_event_based_hold, bucket.policy.storage_class, bucket.settings)
      .Run();
}

Status ReplaceBucket(Database& database, const BucketRow& bucket) {
  const BucketRecord& record = bucket.record;
  return Query(database,
               "UPDATE bucket SET metageneration = ?2, updated = ?3, versioning = ?4, "
               "soft_delete_seconds = ?5, retention_seconds = ?6, retention_locked = ?7, "
               "default_event_based_hold = ?8, storage_class = ?9, settings = ?10 WHERE id = ?1")
      .Bind(bucket.id, record.metageneration, Micros(record.updated), record.policy.versioning,
            std::int64_t{record.policy.soft_delete_retention.count()},
            RetentionSeconds(record.policy), record.policy.retention_locked,
            record.policy.default_event_based_hold, record.policy.storage_class, record.settings)
      .Run();
}

Status RemoveBucket(Database& database, std::int64_t id) {
  return Query(database, "DELETE FROM bucket WHERE id = ?1").Bind(id).Run();
}

Result<BucketPage> ListBucketRows(Database& database, const BucketQuery& query) {
  std::string from = query.prefix;
  if (!query.page_token.empty()) {
    HYPERLOCAL_TRY(const PagePosition position, DecodePageToken(query.page_token));
    from = std::max(from, position.name);
  }
  const auto most = static_cast<std::size_t>(std::clamp(query.max_results, 1, kMostResults));
  BucketPage page;
  Query row(database,
            "SELECT id, name, generation, metageneration, created, updated, versioning, "
            "soft_delete_seconds, retention_seconds, retention_locked, default_event_based_hold, "
            "storage_class, settings FROM bucket WHERE name >= ?1 ORDER BY name");
  row.Bind(from);
  for (;;) {
    HYPERLOCAL_TRY(const bool more, row.Step());
    if (!more || !row.Bytes(1).starts_with(query.prefix)) return page;
    if (page.buckets.size() == most) {
      page.next_page_token = EncodePageToken(PagePosition{std::string(row.Bytes(1)), 0, ""});
      return page;
    }
    page.buckets.push_back(ReadRow(row).record);
  }
}

}  // namespace hyperlocal::gcs
