#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/error/result.h"
#include "fakes/gcs/store/bucket_record.h"
#include "fakes/gcs/store/database_internal.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

struct BucketRow {
  std::int64_t id = 0;
  BucketRecord record;
};

Error NoSuchBucket(std::string_view name);
Result<std::optional<BucketRow>> FindBucket(Database& database, std::string_view name);
// Error: kNotFound.
Result<BucketRow> RequireBucket(Database& database, std::string_view name);
Status InsertBucket(Database& database, const BucketRecord& bucket);
Status ReplaceBucket(Database& database, const BucketRow& bucket);
Status RemoveBucket(Database& database, std::int64_t id);
Result<BucketPage> ListBucketRows(Database& database, const BucketQuery& query);

}  // namespace hyperlocal::gcs
