#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "fakes/gcs/server/access_control_internal.h"
#include "fakes/gcs/server/bucket_resource_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/json_handlers_internal.h"

namespace hyperlocal::gcs {
namespace {

using nlohmann::json;

constexpr std::int64_t kMostResults = 1000;

Timestamp Now() {
  return std::chrono::system_clock::now();
}

Status AnswerBucket(GcsCall& call, const BucketRecord& bucket, bool full) {
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  WriteBucket(answer.json(), bucket, call.BaseUrl(), full);
  std::move(answer).Send(call);
  return Ok();
}

// predefinedAcl and predefinedDefaultObjectAcl stand for the lists that they name.
Status TakePredefinedAcls(const GcsCall& call, json& writable) {
  constexpr std::pair<const char*, const char*> kParameters[] = {
      {"predefinedAcl", "acl"}, {"predefinedDefaultObjectAcl", "defaultObjectAcl"}};
  for (const auto& [parameter, field] : kParameters) {
    const auto name = call.query.Find(parameter);
    if (!name) continue;
    HYPERLOCAL_TRY(const std::string acl, PredefinedAcl(*name));
    writable[field] = json::parse(acl, nullptr, false);
  }
  return Ok();
}

Status ChangeBucket(GcsCall& call, bool patch) {
  HYPERLOCAL_TRY(json body, ReadJsonBody(call));
  body.erase("objectRetention");  // chosen when a bucket is made, and for ever
  HYPERLOCAL_TRY_STATUS(TakePredefinedAcls(call, body));
  HYPERLOCAL_TRY(const bool full, WantsAcl(call.query, true));
  HYPERLOCAL_TRY(const Preconditions preconditions, PreconditionsOf(call.query));
  HYPERLOCAL_TRY(
      const BucketRecord bucket,
      call.store.UpdateBucket(call.bucket, preconditions, [&](BucketRecord& changed) -> Status {
        json writable = patch ? WritableOf(changed) : json::object();
        if (patch) {
          // RFC 7396: members are merged, null removes, arrays are replaced.
          writable.merge_patch(body);
          // Both names mean one thing; what was just said of either holds.
          const json* given = MemberOf(body, "iamConfiguration");
          if (given && MemberOf(*given, "bucketPolicyOnly") &&
              !MemberOf(*given, "uniformBucketLevelAccess")) {
            writable["iamConfiguration"].erase("uniformBucketLevelAccess");
          }
        } else {
          writable = body;
          const json retention = Setting(changed, "objectRetention");
          if (!retention.is_null()) writable["objectRetention"] = retention;
        }
        return ApplyWritable(writable, Now(), changed);
      }));
  return AnswerBucket(call, bucket, full);
}

}  // namespace

Status ListBuckets(GcsCall& call) {
  BucketQuery query;
  query.prefix = call.query.Get("prefix");
  query.page_token = call.query.Get("pageToken");
  HYPERLOCAL_TRY(const auto most, call.query.Integer("maxResults"));
  query.max_results =
      static_cast<int>(std::clamp<std::int64_t>(most.value_or(kMostResults), 1, kMostResults));
  HYPERLOCAL_TRY(const bool full, WantsAcl(call.query, false));
  HYPERLOCAL_TRY(const BucketPage page, call.store.ListBuckets(query));
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  const std::string base_url = call.BaseUrl();
  JsonWriter& writer = answer.json();
  writer.BeginObject();
  writer.Member("kind", "storage#buckets");
  if (!page.next_page_token.empty()) writer.Member("nextPageToken", page.next_page_token);
  if (!page.buckets.empty() && writer.BeginArray("items")) {
    for (const BucketRecord& bucket : page.buckets) WriteBucket(writer, bucket, base_url, full);
    writer.EndArray();
  }
  writer.EndObject();
  std::move(answer).Send(call);
  return Ok();
}

Status InsertBucket(GcsCall& call) {
  HYPERLOCAL_TRY(json body, ReadJsonBody(call));
  const json* name = MemberOf(body, "name");
  if (name == nullptr) return Required("name");
  BucketRecord wanted;
  HYPERLOCAL_TRY(wanted.name, TextOf(*name, "name"));
  call.bucket = wanted.name;
  HYPERLOCAL_TRY_STATUS(TakePredefinedAcls(call, body));
  HYPERLOCAL_TRY(const auto retention, call.query.Boolean("enableObjectRetention"));
  body.erase("objectRetention");  // the query's to say
  if (retention.value_or(false)) body["objectRetention"] = {{"mode", "Enabled"}};
  HYPERLOCAL_TRY_STATUS(ApplyWritable(body, Now(), wanted));
  const bool names_acl = body.contains("acl") || body.contains("defaultObjectAcl");
  HYPERLOCAL_TRY(const bool full, WantsAcl(call.query, names_acl));
  auto made = call.store.CreateBucket(wanted);
  if (!made && made.error().code == ErrorCode::kConflict) {
    Refuse(call, GcsError{409, "conflict",
                          "Your previous request to create the named bucket succeeded and you "
                          "already own it."});
    return Ok();
  }
  HYPERLOCAL_TRY(const BucketRecord bucket, std::move(made));
  return AnswerBucket(call, bucket, full);
}

Status GetBucket(GcsCall& call) {
  HYPERLOCAL_TRY(const bool full, WantsAcl(call.query, false));
  HYPERLOCAL_TRY(const Preconditions preconditions, PreconditionsOf(call.query));
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  if (preconditions.if_metageneration_match.value_or(bucket.metageneration) !=
      bucket.metageneration) {
    return Error{ErrorCode::kPreconditionFailed, "the bucket's metageneration is another one"};
  }
  if (preconditions.if_metageneration_not_match == bucket.metageneration) {
    call.response.status = 304;
    return Ok();
  }
  return AnswerBucket(call, bucket, full);
}

Status PatchBucket(GcsCall& call) {
  return ChangeBucket(call, true);
}
Status UpdateBucket(GcsCall& call) {
  return ChangeBucket(call, false);
}

Status DeleteBucket(GcsCall& call) {
  HYPERLOCAL_TRY(const Preconditions preconditions, PreconditionsOf(call.query));
  const Status deleted = call.store.DeleteBucket(call.bucket, preconditions);
  if (!deleted && deleted.error().code == ErrorCode::kConflict) {
    Refuse(call, GcsError{409, "conflict", "The bucket you tried to delete is not empty."});
    return Ok();
  }
  HYPERLOCAL_TRY_STATUS(deleted);
  AnswerNothing(call);
  return Ok();
}

Status LockRetentionPolicy(GcsCall& call) {
  HYPERLOCAL_TRY(const Preconditions preconditions, PreconditionsOf(call.query));
  // Locking cannot be undone: the service wants to know that the caller saw what it locks.
  if (!preconditions.if_metageneration_match) return Required("ifMetagenerationMatch");
  HYPERLOCAL_TRY(
      const BucketRecord bucket,
      call.store.UpdateBucket(call.bucket, preconditions, [](BucketRecord& changed) -> Status {
        if (!changed.policy.retention) {
          return Error{ErrorCode::kBadRequest,
                       "the bucket has no retention policy that could be locked"};
        }
        changed.policy.retention_locked = true;
        return Ok();
      }));
  return AnswerBucket(call, bucket, false);
}

Status GetStorageLayout(GcsCall& call) {
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  JsonWriter& writer = answer.json();
  const json location = Setting(bucket, "location");
  writer.BeginObject();
  writer.Member("kind", "storage#storageLayout");
  writer.Member("bucket", bucket.name);
  writer.Member("location", location.is_string() ? location.get<std::string>() : "US");
  if (writer.BeginObject("hierarchicalNamespace")) {
    writer.Member("enabled", false);
    writer.EndObject();
  }
  writer.EndObject();
  std::move(answer).Send(call);
  return Ok();
}

}  // namespace hyperlocal::gcs
