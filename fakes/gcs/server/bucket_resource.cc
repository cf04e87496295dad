#include "fakes/gcs/server/bucket_resource_internal.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "fakes/gcs/server/access_control_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"
#include "fakes/gcs/server/rfc3339_internal.h"

namespace hyperlocal::gcs {
namespace {

using nlohmann::json;
using std::chrono::seconds;

// Set by the service alone.
constexpr std::array<std::string_view, 15> kServiceOwned{
    "kind",       "id",           "selfLink",     "name",           "projectNumber",
    "owner",      "etag",         "updated",      "timeCreated",    "metageneration",
    "generation", "locationType", "satisfiesPZS", "softDeleteTime", "hardDeleteTime"};
// Kept as the store's policy, or shown by WriteBucket itself.
constexpr std::array<std::string_view, 10> kShownByName{"versioning",       "softDeletePolicy",
                                                        "retentionPolicy",  "defaultEventBasedHold",
                                                        "storageClass",     "location",
                                                        "iamConfiguration", "acl",
                                                        "defaultObjectAcl", "name"};
constexpr std::array<std::string_view, 7> kObjects{"lifecycle", "labels",    "website",   "logging",
                                                   "billing",   "autoclass", "encryption"};

constexpr std::int64_t kLongestRetention = 3'155'760'000;  // 100 years, in seconds

constexpr std::string_view kRetentionSince = "_retentionEffectiveTime";
constexpr std::string_view kSoftDeleteSince = "_softDeleteEffectiveTime";

json SettingsOf(const BucketRecord& bucket) {
  json settings = json::parse(bucket.settings, nullptr, false);
  return settings.is_object() ? settings : json::object();
}

template <std::size_t N>
bool IsOneOf(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view LocationTypeOf(std::string_view location) {
  constexpr std::array<std::string_view, 3> kMulti{"US", "EU", "ASIA"};
  constexpr std::array<std::string_view, 6> kDual{"NAM4", "EUR4", "ASIA1", "EUR5", "EUR7", "EUR8"};
  if (IsOneOf(location, kMulti)) return "multi-region";
  return IsOneOf(location, kDual) ? "dual-region" : "region";
}

Result<bool> FlagOf(const json& object, std::string_view name, std::string_view field) {
  const json* value = MemberOf(object, name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) return BadField(field, "must be true or false");
  return value->get<bool>();
}

Status CheckObject(const json& value, std::string_view field) {
  if (!value.is_object()) return BadField(field, "must be an object");
  return Ok();
}

// bucketPolicyOnly is the older name of uniformBucketLevelAccess; clients send either.
Status ApplyIamConfiguration(const json& writable, Timestamp now, json& settings) {
  const json* given = MemberOf(writable, "iamConfiguration");
  if (given == nullptr) {
    settings.erase("iamConfiguration");
    return Ok();
  }
  HYPERLOCAL_TRY_STATUS(CheckObject(*given, "iamConfiguration"));
  const json* uniform = MemberOf(*given, "uniformBucketLevelAccess");
  const json* older = MemberOf(*given, "bucketPolicyOnly");
  const json none = json::object();
  HYPERLOCAL_TRY(bool enabled, FlagOf(uniform ? *uniform : none, "enabled",
                                      "iamConfiguration.uniformBucketLevelAccess.enabled"));
  HYPERLOCAL_TRY(const bool older_enabled, FlagOf(older ? *older : none, "enabled",
                                                  "iamConfiguration.bucketPolicyOnly.enabled"));
  if (uniform == nullptr) enabled = older_enabled;
  json kept = {{"uniformBucketLevelAccess", {{"enabled", enabled}}},
               {"publicAccessPrevention", "inherited"}};
  if (enabled) {
    const json* since = uniform ? MemberOf(*uniform, "lockedTime") : nullptr;
    kept["uniformBucketLevelAccess"]["lockedTime"] =
        since ? *since : json(Rfc3339(now + std::chrono::days(90)));
  }
  if (const json* prevention = MemberOf(*given, "publicAccessPrevention")) {
    HYPERLOCAL_TRY(const std::string text,
                   TextOf(*prevention, "iamConfiguration.publicAccessPrevention"));
    if (text != "enforced" && text != "inherited" && text != "unspecified") {
      return BadField("iamConfiguration.publicAccessPrevention",
                      "\"" + text + "\" is neither enforced nor inherited");
    }
    kept["publicAccessPrevention"] = text == "enforced" ? "enforced" : "inherited";
  }
  settings["iamConfiguration"] = std::move(kept);
  return Ok();
}

Status ApplyRetention(const json& writable, Timestamp now, BucketPolicy& policy, json& settings) {
  std::optional<seconds> wanted;
  if (const json* given = MemberOf(writable, "retentionPolicy")) {
    HYPERLOCAL_TRY_STATUS(CheckObject(*given, "retentionPolicy"));
    if (const json* period = MemberOf(*given, "retentionPeriod")) {
      HYPERLOCAL_TRY(const std::int64_t length,
                     WholeNumberOf(*period, "retentionPolicy.retentionPeriod"));
      if (length < 1 || length > kLongestRetention) {
        return BadField("retentionPolicy.retentionPeriod",
                        "must be between 1 second and 100 years");
      }
      wanted = seconds(length);
    }
  }
  if (wanted == policy.retention) return Ok();
  if (policy.retention_locked && (!wanted || *wanted < *policy.retention)) {
    return Error{ErrorCode::kPermission,
                 "a locked retention policy cannot be removed, and its period not be reduced"};
  }
  policy.retention = wanted;
  if (wanted) {
    settings[std::string(kRetentionSince)] = Rfc3339(now);
  } else {
    settings.erase(std::string(kRetentionSince));
  }
  return Ok();
}

Status ApplySoftDelete(const json& writable, Timestamp now, BucketPolicy& policy, json& settings) {
  seconds wanted{0};
  if (const json* given = MemberOf(writable, "softDeletePolicy")) {
    HYPERLOCAL_TRY_STATUS(CheckObject(*given, "softDeletePolicy"));
    if (const json* duration = MemberOf(*given, "retentionDurationSeconds")) {
      HYPERLOCAL_TRY(const std::int64_t length,
                     WholeNumberOf(*duration, "softDeletePolicy.retentionDurationSeconds"));
      if (length < 0 || length > kLongestRetention) {
        return BadField("softDeletePolicy.retentionDurationSeconds", "must not be negative");
      }
      wanted = seconds(length);
    }
  }
  if (wanted == policy.soft_delete_retention) return Ok();
  policy.soft_delete_retention = wanted;
  settings[std::string(kSoftDeleteSince)] = Rfc3339(now);
  return Ok();
}

Status ApplyPolicy(const json& writable, Timestamp now, BucketPolicy& policy, json& settings) {
  const json* versioning = MemberOf(writable, "versioning");
  if (versioning != nullptr) HYPERLOCAL_TRY_STATUS(CheckObject(*versioning, "versioning"));
  HYPERLOCAL_TRY(policy.versioning, FlagOf(versioning ? *versioning : json::object(), "enabled",
                                           "versioning.enabled"));
  HYPERLOCAL_TRY(policy.default_event_based_hold,
                 FlagOf(writable, "defaultEventBasedHold", "defaultEventBasedHold"));
  policy.storage_class = "STANDARD";
  if (const json* storage_class = MemberOf(writable, "storageClass")) {
    HYPERLOCAL_TRY(std::string text, TextOf(*storage_class, "storageClass"));
    HYPERLOCAL_TRY_STATUS(CheckStorageClass(text));
    policy.storage_class = std::move(text);
  }
  HYPERLOCAL_TRY_STATUS(ApplyRetention(writable, now, policy, settings));
  return ApplySoftDelete(writable, now, policy, settings);
}

Status CheckShapes(const json& writable) {
  for (const std::string_view name : kObjects) {
    if (const json* value = MemberOf(writable, name)) {
      HYPERLOCAL_TRY_STATUS(CheckObject(*value, name));
    }
  }
  if (const json* labels = MemberOf(writable, "labels")) {
    for (const auto& [key, value] : labels->items()) {
      if (!value.is_string()) return BadField("labels." + key, "must be a string");
    }
  }
  if (const json* cors = MemberOf(writable, "cors")) {
    if (!cors->is_array()) return BadField("cors", "must be an array of rules");
    for (const json& rule : *cors) HYPERLOCAL_TRY_STATUS(CheckObject(rule, "cors[]"));
  }
  return Ok();
}

void WriteIamConfiguration(JsonWriter& json_writer, const json& settings) {
  const json* given = MemberOf(settings, "iamConfiguration");
  json shown = given ? *given
                     : json{{"uniformBucketLevelAccess", {{"enabled", false}}},
                            {"publicAccessPrevention", "inherited"}};
  shown["bucketPolicyOnly"] = shown["uniformBucketLevelAccess"];
  json_writer.JsonMember("iamConfiguration", shown);
}

void WritePolicy(JsonWriter& writer, const BucketRecord& bucket, const json& settings) {
  const BucketPolicy& policy = bucket.policy;
  writer.Member("storageClass", policy.storage_class);
  if (policy.versioning && writer.BeginObject("versioning")) {
    writer.Member("enabled", true);
    writer.EndObject();
  }
  if (policy.default_event_based_hold) writer.Member("defaultEventBasedHold", true);
  if (policy.retention && writer.BeginObject("retentionPolicy")) {
    writer.QuotedMember("retentionPeriod", policy.retention->count());
    writer.Member("effectiveTime",
                  settings.value(std::string(kRetentionSince), Rfc3339(bucket.created)));
    if (policy.retention_locked) writer.Member("isLocked", true);
    writer.EndObject();
  }
  if (writer.BeginObject("softDeletePolicy")) {
    writer.QuotedMember("retentionDurationSeconds", policy.soft_delete_retention.count());
    writer.Member("effectiveTime",
                  settings.value(std::string(kSoftDeleteSince), Rfc3339(bucket.created)));
    writer.EndObject();
  }
}

void WriteAcls(JsonWriter& writer, const BucketRecord& bucket, const json& settings,
               std::string_view base_url) {
  if (writer.BeginObject("owner")) {
    writer.Member("entity", kOwnerEntity);
    writer.EndObject();
  }
  const std::string link = std::string(base_url) + "/storage/v1/b/" + bucket.name;
  const auto write = [&](std::string_view name, const AclSubject& subject) {
    if (!writer.BeginArray(name)) return;
    WriteAclEntry(writer, {{"entity", kOwnerEntity}, {"role", "OWNER"}}, subject);
    if (const json* acl = MemberOf(settings, name)) {
      for (const json& entry : *acl) WriteAclEntry(writer, entry, subject);
    }
    writer.EndArray();
  };
  write("acl", {"storage#bucketAccessControl", bucket.name, nullptr, link + "/acl"});
  write("defaultObjectAcl",
        {"storage#objectAccessControl", bucket.name, nullptr, link + "/defaultObjectAcl"});
}

}  // namespace

void WriteBucket(JsonWriter& writer, const BucketRecord& bucket, std::string_view base_url,
                 bool full) {
  const json settings = SettingsOf(bucket);
  const std::string location = settings.value("location", "US");
  writer.BeginObject();
  writer.Member("kind", "storage#bucket");
  writer.Member("id", bucket.name);
  writer.Member("selfLink", std::string(base_url) + "/storage/v1/b/" + bucket.name);
  writer.Member("name", bucket.name);
  writer.Member("projectNumber", "0");
  writer.QuotedMember("generation", bucket.generation);
  writer.QuotedMember("metageneration", bucket.metageneration);
  writer.Member("etag", EtagOf(bucket.generation, bucket.metageneration));
  writer.Member("location", location);
  writer.Member("locationType", LocationTypeOf(location));
  writer.Member("timeCreated", Rfc3339(bucket.created));
  writer.Member("updated", Rfc3339(bucket.updated));
  WriteIamConfiguration(writer, settings);
  WritePolicy(writer, bucket, settings);
  for (const auto& [name, value] : settings.items()) {
    if (!name.starts_with('_') && !IsOneOf(name, kShownByName)) writer.JsonMember(name, value);
  }
  if (full) WriteAcls(writer, bucket, settings, base_url);
  writer.EndObject();
}

json WritableOf(const BucketRecord& bucket) {
  json writable = json::object();
  const json settings = SettingsOf(bucket);
  for (const auto& [name, value] : settings.items()) {
    if (!name.starts_with('_')) writable[name] = value;
  }
  const BucketPolicy& policy = bucket.policy;
  writable["versioning"] = {{"enabled", policy.versioning}};
  writable["defaultEventBasedHold"] = policy.default_event_based_hold;
  writable["storageClass"] = policy.storage_class;
  writable["softDeletePolicy"] = {
      {"retentionDurationSeconds", policy.soft_delete_retention.count()}};
  if (policy.retention) {
    writable["retentionPolicy"] = {{"retentionPeriod", policy.retention->count()}};
  }
  return writable;
}

Status ApplyWritable(const json& writable, Timestamp now, BucketRecord& bucket) {
  HYPERLOCAL_TRY_STATUS(CheckShapes(writable));
  const json before = SettingsOf(bucket);
  json settings = json::object();
  for (const auto& [name, value] : before.items()) {
    if (name.starts_with('_')) settings[name] = value;
  }
  for (const auto& [name, value] : writable.items()) {
    if (value.is_null() || name.starts_with('_') || IsOneOf(name, kServiceOwned) ||
        IsOneOf(name, kShownByName)) {
      continue;
    }
    settings[name] = value;
  }
  // Where a bucket is, is decided when it is made.
  if (const json* location = MemberOf(before, "location")) {
    settings["location"] = *location;
  } else {
    std::string text = "US";
    if (const json* wanted = MemberOf(writable, "location")) {
      HYPERLOCAL_TRY(text, TextOf(*wanted, "location"));
      std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      });
    }
    settings["location"] = text;
  }
  for (const char* name : {"acl", "defaultObjectAcl"}) {
    const json* acl = MemberOf(writable, name);
    if (acl == nullptr) continue;
    HYPERLOCAL_TRY(const std::string kept, ReadAcl(*acl));
    settings[name] = json::parse(kept, nullptr, false);
  }
  HYPERLOCAL_TRY_STATUS(ApplyIamConfiguration(writable, now, settings));
  HYPERLOCAL_TRY_STATUS(ApplyPolicy(writable, now, bucket.policy, settings));
  bucket.settings = settings.dump(-1, ' ', false, json::error_handler_t::replace);
  return Ok();
}

json Setting(const BucketRecord& bucket, std::string_view name) {
  // Most buckets have next to no settings: no tree is built for what is not there.
  if (bucket.settings.find(name) == std::string::npos) return nullptr;
  const json settings = SettingsOf(bucket);
  const json* value = MemberOf(settings, name);
  return value ? *value : json(nullptr);
}

void SetSetting(BucketRecord& bucket, std::string_view name, const json& value) {
  json settings = SettingsOf(bucket);
  if (value.is_null()) {
    settings.erase(std::string(name));
  } else {
    settings[std::string(name)] = value;
  }
  bucket.settings = settings.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string DefaultObjectAcl(const BucketRecord& bucket) {
  const json acl = Setting(bucket, "defaultObjectAcl");
  return acl.is_array() ? acl.dump() : "[]";
}

Status RefuseUniformAccess(const BucketRecord& bucket) {
  const json configuration = Setting(bucket, "iamConfiguration");
  const json* uniform = MemberOf(configuration, "uniformBucketLevelAccess");
  if (uniform == nullptr || !uniform->value("enabled", false)) return Ok();
  return Error{ErrorCode::kBadRequest,
               "access controls of single objects cannot be used: the bucket has uniform "
               "bucket-level access. Change its IAM policy, or switch that off."};
}

bool HasObjectRetention(const BucketRecord& bucket) {
  return Setting(bucket, "objectRetention") == json{{"mode", "Enabled"}};
}

}  // namespace hyperlocal::gcs
