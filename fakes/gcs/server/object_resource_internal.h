#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/gcs/server/json_writer_internal.h"
#include "fakes/gcs/store/content.h"
#include "fakes/gcs/store/object_record.h"

namespace hyperlocal::gcs {

// Objects as the JSON API shows and takes them:
// https://cloud.google.com/storage/docs/json_api/v1/objects

// Opaque to clients; the service writes both numbers as a little protocol buffer, in base64.
std::string EtagOf(std::int64_t generation, std::int64_t metageneration);

// The resource, as a value. `base_url` is this server's, for the links. `full`: with `acl` and
// `owner`. `bucket_retention` is that of the object's bucket, for retentionExpirationTime.
void WriteObject(JsonWriter& json, const ObjectRecord& object, std::string_view base_url, bool full,
                 std::optional<std::chrono::seconds> bucket_retention = std::nullopt);

// Percent-encoded path of the resource below an API's root: "/b/bucket/o/a%2Fb".
std::string ObjectPath(const ObjectKey& key);

// What a client may say of an object, and how it does so.
enum class FieldsChange {
  kNew,      // onto nothing
  kPatch,    // named fields are changed, null removes
  kReplace,  // fields that are not named are removed
};
struct FieldsRules {
  FieldsChange change = FieldsChange::kNew;
  // What the request and the bucket allow.
  bool override_unlocked_retention = false;
  bool object_retention = false;
};

// Applies `resource` to `fields`. Fields that only the service sets are ignored, as it does itself.
// Errors: kBadRequest naming the field; kPermission for a retention that may not be shortened.
Status ReadObjectFields(const nlohmann::json& resource, const FieldsRules& rules,
                        ObjectFields& fields);
// Whether the resource says anything that ReadObjectFields would take over.
bool HasObjectFields(const nlohmann::json& resource);

// md5Hash and crc32c of a resource that is being uploaded. Error: kBadRequest.
Status ReadResourceClaims(const nlohmann::json& resource, ContentClaims& claims);

// Text that becomes a header field of an answer. Error: kBadRequest for control characters.
Status CheckHeaderText(std::string_view text, std::string_view field);

// Error: kBadRequest naming the classes there are.
Status CheckStorageClass(std::string_view storage_class);

}  // namespace hyperlocal::gcs
