#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "engine/hash/base64.h"
#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"
#include "engine/http/http_message.h"
#include "fakes/gcs/server/access_control_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"
#include "fakes/gcs/server/rfc3339_internal.h"

namespace hyperlocal::gcs {
namespace {

// A protocol buffer's unsigned number, seven bits a byte.
std::size_t PutVarint(std::uint8_t* to, std::uint64_t value) {
  std::size_t count = 0;
  for (; value >= 0x80; value >>= 7) to[count++] = static_cast<std::uint8_t>(value | 0x80);
  to[count++] = static_cast<std::uint8_t>(value);
  return count;
}

void WriteText(JsonWriter& json, std::string_view name, const std::string& value) {
  if (!value.empty()) json.Member(name, value);
}

void WriteTime(JsonWriter& json, std::string_view name, const std::optional<Timestamp>& time) {
  if (time && json.Wants(name)) json.Member(name, Rfc3339(*time));
}

void WriteLinks(JsonWriter& json, const ObjectRecord& object, std::string_view base_url) {
  const bool self = json.Wants("selfLink");
  const bool media = json.Wants("mediaLink");
  if (!self && !media) return;
  const std::string path = ObjectPath(object.key);
  if (self) json.Member("selfLink", std::string(base_url) + "/storage/v1" + path);
  if (media) {
    json.Member("mediaLink", std::string(base_url) + "/download/storage/v1" + path +
                                 "?generation=" + std::to_string(object.generation) + "&alt=media");
  }
}

void WriteChecksums(JsonWriter& json, const ContentChecksums& checksums) {
  if (checksums.md5 && json.Wants("md5Hash")) json.Member("md5Hash", Md5Base64(*checksums.md5));
  if (json.Wants("crc32c")) json.Member("crc32c", Crc32cBase64(checksums.crc32c));
}

void WriteHoldsAndRetention(JsonWriter& json, const ObjectFields& fields) {
  if (fields.temporary_hold) json.Member("temporaryHold", true);
  if (fields.event_based_hold) json.Member("eventBasedHold", true);
  if (!fields.retain_until || !json.BeginObject("retention")) return;
  json.Member("mode", fields.retention_locked ? "Locked" : "Unlocked");
  WriteTime(json, "retainUntilTime", fields.retain_until);
  json.EndObject();
}

// While an event-based hold is on it is not known: the time counts from its release.
void WriteRetentionExpiry(JsonWriter& json, const ObjectRecord& object,
                          std::optional<std::chrono::seconds> bucket_retention) {
  if (!bucket_retention || object.fields.event_based_hold) return;
  const Timestamp by_bucket = object.retention_start + *bucket_retention;
  WriteTime(json, "retentionExpirationTime",
            std::max(by_bucket, object.fields.retain_until.value_or(by_bucket)));
}

}  // namespace

std::string EtagOf(std::int64_t generation, std::int64_t metageneration) {
  std::array<std::uint8_t, 24> bytes;
  std::size_t count = 0;
  bytes[count++] = 1 << 3;  // field 1, a varint
  count += PutVarint(bytes.data() + count, static_cast<std::uint64_t>(generation));
  bytes[count++] = 2 << 3;
  count += PutVarint(bytes.data() + count, static_cast<std::uint64_t>(metageneration));
  return Base64(std::span<const std::uint8_t>(bytes.data(), count));
}

std::string ObjectPath(const ObjectKey& key) {
  return "/b/" + PercentEncode(key.bucket) + "/o/" + PercentEncode(key.name);
}

void WriteObject(JsonWriter& json, const ObjectRecord& object, std::string_view base_url, bool full,
                 std::optional<std::chrono::seconds> bucket_retention) {
  const ObjectFields& fields = object.fields;
  json.BeginObject();
  json.Member("kind", "storage#object");
  if (json.Wants("id")) {
    json.Member(
        "id", object.key.bucket + "/" + object.key.name + "/" + std::to_string(object.generation));
  }
  WriteLinks(json, object, base_url);
  json.Member("name", object.key.name);
  json.Member("bucket", object.key.bucket);
  json.QuotedMember("generation", object.generation);
  json.QuotedMember("metageneration", object.metageneration);
  WriteText(json, "contentType", fields.content_type);
  WriteText(json, "storageClass", fields.storage_class);
  json.QuotedMember("size", static_cast<std::int64_t>(object.size));
  WriteChecksums(json, object.checksums);
  WriteText(json, "contentEncoding", fields.content_encoding);
  WriteText(json, "contentDisposition", fields.content_disposition);
  WriteText(json, "contentLanguage", fields.content_language);
  WriteText(json, "cacheControl", fields.cache_control);
  if (object.component_count) json.Member("componentCount", *object.component_count);
  if (json.Wants("etag")) json.Member("etag", EtagOf(object.generation, object.metageneration));
  WriteHoldsAndRetention(json, fields);
  WriteRetentionExpiry(json, object, bucket_retention);
  WriteTime(json, "timeCreated", object.created);
  WriteTime(json, "updated", object.updated);
  WriteTime(json, "timeStorageClassUpdated", object.storage_class_updated);
  WriteTime(json, "timeFinalized", object.created);
  WriteTime(json, "timeDeleted", object.noncurrent);
  WriteTime(json, "softDeleteTime", object.soft_deleted);
  WriteTime(json, "hardDeleteTime", object.hard_delete);
  WriteTime(json, "customTime", fields.custom_time);
  if (!fields.metadata.empty() && json.BeginObject("metadata")) {
    for (const auto& [name, value] : fields.metadata) json.Member(name, value);
    json.EndObject();
  }
  if (full) WriteObjectAcl(json, object, base_url);
  json.EndObject();
}

}  // namespace hyperlocal::gcs
