#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "fakes/gcs/server/json_writer_internal.h"
#include "fakes/gcs/store/bucket_record.h"

namespace hyperlocal::gcs {

// Buckets as the JSON API shows and takes them:
// https://cloud.google.com/storage/docs/json_api/v1/buckets

// The resource, as a value. `full`: with acl, defaultObjectAcl and owner.
void WriteBucket(JsonWriter& json, const BucketRecord& bucket, std::string_view base_url,
                 bool full);

// What a client may write, as one JSON object: the store's policy and the settings together.
nlohmann::json WritableOf(const BucketRecord& bucket);
// Takes it over. Members that only the service sets are ignored. Errors: kBadRequest naming the
// field; kPermission for a locked retention policy that would become weaker.
Status ApplyWritable(const nlohmann::json& writable, Timestamp now, BucketRecord& bucket);

// One setting: "acl", "cors", …; null when absent. Names that begin with `_` are of what is kept
// with a bucket and is no part of its resource: the IAM policy, notifications.
nlohmann::json Setting(const BucketRecord& bucket, std::string_view name);
void SetSetting(BucketRecord& bucket, std::string_view name, const nlohmann::json& value);

// The controls that a new object gets, a JSON array.
std::string DefaultObjectAcl(const BucketRecord& bucket);
// Error: kBadRequest when the bucket knows no access controls of objects (uniform bucket-level
// access).
Status RefuseUniformAccess(const BucketRecord& bucket);
bool HasObjectRetention(const BucketRecord& bucket);

}  // namespace hyperlocal::gcs
