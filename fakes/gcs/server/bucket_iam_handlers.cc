#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "engine/hash/base64.h"
#include "fakes/gcs/server/bucket_resource_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/json_handlers_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"

namespace hyperlocal::gcs {
namespace {

using nlohmann::json;

// {"version": …, "bindings": […], "revision": n}; kept, shown, and never enforced.
constexpr std::string_view kPolicy = "_iamPolicy";

json PolicyOf(const BucketRecord& bucket) {
  json policy = Setting(bucket, kPolicy);
  if (policy.is_object()) return policy;
  // What the service gives a new bucket.
  return {{"version", 1},
          {"revision", 0},
          {"bindings",
           {{{"role", "roles/storage.legacyBucketOwner"},
             {"members", {"projectEditor:local", "projectOwner:local"}}},
            {{"role", "roles/storage.legacyBucketReader"}, {"members", {"projectViewer:local"}}}}}};
}

std::string EtagOfPolicy(const json& policy) {
  return EtagOf(policy.value("revision", 0), 0);
}

Status AnswerPolicy(GcsCall& call, const json& policy) {
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  JsonWriter& writer = answer.json();
  writer.BeginObject();
  writer.Member("kind", "storage#policy");
  writer.Member("resourceId", "projects/_/buckets/" + call.bucket);
  writer.Member("version", policy.value("version", 1));
  writer.Member("etag", EtagOfPolicy(policy));
  writer.JsonMember("bindings", policy.value("bindings", json::array()));
  writer.EndObject();
  std::move(answer).Send(call);
  return Ok();
}

Status CheckBindings(const json& bindings) {
  if (!bindings.is_array()) return BadField("bindings", "must be an array");
  for (const json& binding : bindings) {
    const json* role = MemberOf(binding, "role");
    const json* members = MemberOf(binding, "members");
    if (role == nullptr || !role->is_string())
      return BadField("bindings[].role", "must be a string");
    if (members != nullptr && !members->is_array()) {
      return BadField("bindings[].members", "must be an array");
    }
  }
  return Ok();
}

}  // namespace

Status GetBucketIamPolicy(GcsCall& call) {
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  return AnswerPolicy(call, PolicyOf(bucket));
}

Status SetBucketIamPolicy(GcsCall& call) {
  HYPERLOCAL_TRY(const json body, ReadJsonBody(call));
  const json* bindings = MemberOf(body, "bindings");
  if (bindings != nullptr) HYPERLOCAL_TRY_STATUS(CheckBindings(*bindings));
  json policy;
  const auto change = [&](BucketRecord& changed) -> Status {
    const json before = PolicyOf(changed);
    if (const json* etag = MemberOf(body, "etag")) {
      // Somebody else has changed it since the client read it.
      if (*etag != EtagOfPolicy(before)) {
        return Error{ErrorCode::kPreconditionFailed, "the IAM policy is another one by now"};
      }
    }
    std::int64_t version = 1;
    if (const json* given = MemberOf(body, "version")) {
      HYPERLOCAL_TRY(version, WholeNumberOf(*given, "version"));
    }
    policy = {{"version", version},
              {"revision", before.value("revision", std::int64_t{0}) + 1},
              {"bindings", bindings ? *bindings : json::array()}};
    SetSetting(changed, kPolicy, policy);
    return Ok();
  };
  HYPERLOCAL_TRY([[maybe_unused]] const BucketRecord bucket,
                 call.store.UpdateBucket(call.bucket, {}, change));
  return AnswerPolicy(call, policy);
}

// Whoever asks may do everything here.
Status TestBucketIamPermissions(GcsCall& call) {
  HYPERLOCAL_TRY([[maybe_unused]] const BucketRecord bucket, call.store.GetBucket(call.bucket));
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  JsonWriter& writer = answer.json();
  writer.BeginObject();
  writer.Member("kind", "storage#testIamPermissionsResponse");
  if (call.query.Find("permissions") && writer.BeginArray("permissions")) {
    for (const auto& [name, value] : call.query) {
      if (name == "permissions") writer.Text(value);
    }
    writer.EndArray();
  }
  writer.EndObject();
  std::move(answer).Send(call);
  return Ok();
}

}  // namespace hyperlocal::gcs
