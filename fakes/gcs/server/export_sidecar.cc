#include "fakes/gcs/server/export_sidecar_internal.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"
#include "fakes/gcs/server/json_writer_internal.h"
#include "fakes/gcs/server/rfc3339_internal.h"

namespace hyperlocal::gcs {
namespace {

using Json = nlohmann::json;

void MemberUnlessEmpty(JsonWriter& json, std::string_view name, const std::string& text) {
  if (!text.empty()) json.Member(name, text);
}

Result<std::string> TextOr(const JsonObject& object, std::string_view name,
                           std::string_view otherwise) {
  if (object.Find(name) == nullptr) return std::string(otherwise);
  return object.Text(name);
}

Result<bool> BooleanOr(const JsonObject& object, std::string_view name, bool otherwise) {
  if (object.Find(name) == nullptr) return otherwise;
  return object.Boolean(name);
}

Result<std::optional<Timestamp>> TimeOf(const JsonObject& object, std::string_view name) {
  if (object.Find(name) == nullptr) return std::optional<Timestamp>();
  HYPERLOCAL_TRY(const std::string text, object.Text(name));
  const auto time = ParseRfc3339(text);
  if (!time) return object.Bad(name, "a time");
  return std::optional<Timestamp>(*time);
}

Result<BucketRecord> ReadBucket(const JsonObject& line) {
  BucketRecord bucket;
  HYPERLOCAL_TRY(bucket.name, line.Text("bucket"));
  BucketPolicy& policy = bucket.policy;
  HYPERLOCAL_TRY(policy.versioning, BooleanOr(line, "versioning", false));
  if (line.Find("softDeleteSeconds") != nullptr) {
    HYPERLOCAL_TRY(const std::int64_t seconds, line.Integer("softDeleteSeconds", 0));
    policy.soft_delete_retention = std::chrono::seconds(seconds);
  }
  if (line.Find("retentionSeconds") != nullptr) {
    HYPERLOCAL_TRY(const std::int64_t seconds, line.Integer("retentionSeconds", 0));
    policy.retention = std::chrono::seconds(seconds);
  }
  HYPERLOCAL_TRY(policy.retention_locked, BooleanOr(line, "retentionLocked", false));
  HYPERLOCAL_TRY(policy.default_event_based_hold, BooleanOr(line, "defaultEventBasedHold", false));
  HYPERLOCAL_TRY(policy.storage_class, TextOr(line, "storageClass", policy.storage_class));
  if (const Json* settings = line.Find("settings")) {
    if (!settings->is_object()) return line.Bad("settings", "an object");
    HYPERLOCAL_TRY(bucket.settings, CanonicalJson(*settings));
  }
  return bucket;
}

Result<SidecarObject> ReadObject(const JsonObject& line) {
  SidecarObject object;
  ObjectFields& fields = object.fields;
  HYPERLOCAL_TRY(object.name, line.Text("name"));
  HYPERLOCAL_TRY(object.file, line.Text("file"));
  HYPERLOCAL_TRY(fields.content_type, TextOr(line, "contentType", ""));
  HYPERLOCAL_TRY(fields.content_encoding, TextOr(line, "contentEncoding", ""));
  HYPERLOCAL_TRY(fields.content_disposition, TextOr(line, "contentDisposition", ""));
  HYPERLOCAL_TRY(fields.content_language, TextOr(line, "contentLanguage", ""));
  HYPERLOCAL_TRY(fields.cache_control, TextOr(line, "cacheControl", ""));
  HYPERLOCAL_TRY(fields.storage_class, TextOr(line, "storageClass", ""));
  HYPERLOCAL_TRY(fields.custom_time, TimeOf(line, "customTime"));
  HYPERLOCAL_TRY(fields.temporary_hold, BooleanOr(line, "temporaryHold", false));
  HYPERLOCAL_TRY(fields.event_based_hold, BooleanOr(line, "eventBasedHold", false));
  HYPERLOCAL_TRY(fields.retain_until, TimeOf(line, "retainUntil"));
  HYPERLOCAL_TRY(fields.retention_locked, BooleanOr(line, "retentionLocked", false));
  if (const Json* metadata = line.Find("metadata")) {
    if (!metadata->is_object()) return line.Bad("metadata", "an object of texts");
    for (const auto& [key, value] : metadata->items()) {
      if (!value.is_string()) return line.Bad("metadata", "an object of texts");
      fields.metadata[key] = value.get<std::string>();
    }
  }
  if (const Json* acl = line.Find("acl")) {
    if (!acl->is_array()) return line.Bad("acl", "an array");
    HYPERLOCAL_TRY(fields.acl, CanonicalJson(*acl));
  }
  return object;
}

}  // namespace

std::string SidecarLine(const BucketRecord& bucket) {
  JsonWriter json;
  json.BeginObject();
  json.Member("bucket", bucket.name);
  if (bucket.policy.versioning) json.Member("versioning", true);
  if (bucket.policy.soft_delete_retention.count() != 0) {
    json.Member("softDeleteSeconds", bucket.policy.soft_delete_retention.count());
  }
  if (bucket.policy.retention) json.Member("retentionSeconds", bucket.policy.retention->count());
  if (bucket.policy.retention_locked) json.Member("retentionLocked", true);
  if (bucket.policy.default_event_based_hold) json.Member("defaultEventBasedHold", true);
  json.Member("storageClass", bucket.policy.storage_class);
  json.JsonMember("settings", std::string_view(bucket.settings));
  json.EndObject();
  return std::move(json).Take() + "\n";
}

std::string SidecarLine(const SidecarObject& object) {
  const ObjectFields& fields = object.fields;
  JsonWriter json;
  json.BeginObject();
  json.Member("name", object.name);
  json.Member("file", object.file);
  MemberUnlessEmpty(json, "contentType", fields.content_type);
  MemberUnlessEmpty(json, "contentEncoding", fields.content_encoding);
  MemberUnlessEmpty(json, "contentDisposition", fields.content_disposition);
  MemberUnlessEmpty(json, "contentLanguage", fields.content_language);
  MemberUnlessEmpty(json, "cacheControl", fields.cache_control);
  MemberUnlessEmpty(json, "storageClass", fields.storage_class);
  if (fields.custom_time) json.Member("customTime", Rfc3339(*fields.custom_time));
  if (fields.temporary_hold) json.Member("temporaryHold", true);
  if (fields.event_based_hold) json.Member("eventBasedHold", true);
  if (fields.retain_until) json.Member("retainUntil", Rfc3339(*fields.retain_until));
  if (fields.retention_locked) json.Member("retentionLocked", true);
  if (!fields.metadata.empty()) {
    json.BeginObject("metadata");
    for (const auto& [key, value] : fields.metadata) json.Member(key, value);
    json.EndObject();
  }
  if (fields.acl != "[]") json.JsonMember("acl", std::string_view(fields.acl));
  json.EndObject();
  return std::move(json).Take() + "\n";
}

Result<Sidecar> ReadSidecar(std::string_view text, std::string_view where) {
  Sidecar sidecar;
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty()) continue;
    const std::string place = std::string(where) + ", line " + std::to_string(number);
    HYPERLOCAL_TRY(const Json json, ParseJson(line, place));
    HYPERLOCAL_TRY(const JsonObject members, JsonObject::Of(json, place));
    if (number == 1) {
      HYPERLOCAL_TRY(sidecar.bucket, ReadBucket(members));
      continue;
    }
    HYPERLOCAL_TRY(SidecarObject object, ReadObject(members));
    sidecar.objects.push_back(std::move(object));
  }
  if (number == 0) {
    return Error{ErrorCode::kBadRequest, std::string(where) +
                                             " is empty; its first line must be "
                                             "the bucket"};
  }
  return sidecar;
}

}  // namespace hyperlocal::gcs
