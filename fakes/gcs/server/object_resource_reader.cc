#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"
#include "engine/json/javascript_string.h"
#include "fakes/gcs/server/access_control_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"
#include "fakes/gcs/server/rfc3339_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr const char* kNoTime = "\" is no RFC 3339 time (of the years 1678 to 2261)";

struct TextField {
  std::string_view name;
  std::string ObjectFields::*member;
};
constexpr std::array kTextFields{
    TextField{"contentType", &ObjectFields::content_type},
    TextField{"contentEncoding", &ObjectFields::content_encoding},
    TextField{"contentDisposition", &ObjectFields::content_disposition},
    TextField{"contentLanguage", &ObjectFields::content_language},
    TextField{"cacheControl", &ObjectFields::cache_control},
};

struct FlagField {
  std::string_view name;
  bool ObjectFields::*member;
};
constexpr std::array kFlagFields{
    FlagField{"temporaryHold", &ObjectFields::temporary_hold},
    FlagField{"eventBasedHold", &ObjectFields::event_based_hold},
};

constexpr std::array<std::string_view, 7> kStorageClasses{"STANDARD",
                                                          "NEARLINE",
                                                          "COLDLINE",
                                                          "ARCHIVE",
                                                          "MULTI_REGIONAL",
                                                          "REGIONAL",
                                                          "DURABLE_REDUCED_AVAILABILITY"};

// https://cloud.google.com/storage/quotas#objects: custom metadata of one object.
constexpr std::size_t kMetadataLimit = 8192;

// The member; null where it is absent or null, and `named` tells the two apart.
const nlohmann::json* Named(const nlohmann::json& resource, std::string_view name, bool& named) {
  const auto found = resource.find(name);
  named = found != resource.end();
  return named && !found->is_null() ? &*found : nullptr;
}

Status ReadTexts(const nlohmann::json& resource, FieldsChange change, ObjectFields& fields) {
  for (const TextField& field : kTextFields) {
    bool named;
    const nlohmann::json* value = Named(resource, field.name, named);
    if (value != nullptr) {
      HYPERLOCAL_TRY(fields.*field.member, TextOf(*value, field.name));
      HYPERLOCAL_TRY_STATUS(CheckHeaderText(fields.*field.member, field.name));
    } else if (named || change == FieldsChange::kReplace) {
      (fields.*field.member).clear();
    }
  }
  return Ok();
}

Status ReadFlags(const nlohmann::json& resource, FieldsChange change, ObjectFields& fields) {
  for (const FlagField& field : kFlagFields) {
    bool named;
    const nlohmann::json* value = Named(resource, field.name, named);
    if (value != nullptr) {
      if (!value->is_boolean()) return BadField(field.name, "must be true or false");
      fields.*field.member = value->get<bool>();
    } else if (named || change == FieldsChange::kReplace) {
      fields.*field.member = false;
    }
  }
  return Ok();
}

Status ReadMetadata(const nlohmann::json& resource, FieldsChange change, ObjectFields& fields) {
  bool named;
  const nlohmann::json* value = Named(resource, "metadata", named);
  if (value == nullptr) {
    if (named || change == FieldsChange::kReplace) fields.metadata.clear();
    return Ok();
  }
  if (!value->is_object()) return BadField("metadata", "must be an object of strings");
  if (change != FieldsChange::kPatch) fields.metadata.clear();
  for (const auto& [key, entry] : value->items()) {
    const std::string name = EncodedText(key);
    if (entry.is_null()) {
      fields.metadata.erase(name);
    } else if (entry.is_structured()) {
      return BadField("metadata." + name, "must be a string");
    } else {
      fields.metadata.insert_or_assign(name, EncodedText(JavaScriptString(entry)));
    }
  }
  std::size_t size = 0;
  for (const auto& [name, text] : fields.metadata) size += name.size() + text.size();
  if (size > kMetadataLimit) {
    return BadField("metadata", "keys and values have " + std::to_string(size) +
                                    " bytes together; at most 8192 are allowed");
  }
  return Ok();
}

Status ReadCustomTime(const nlohmann::json& resource, ObjectFields& fields) {
  bool named;
  const nlohmann::json* value = Named(resource, "customTime", named);
  if (!named) return Ok();
  if (value == nullptr) {
    if (!fields.custom_time) return Ok();
    return BadField("customTime", "cannot be removed once it is set");
  }
  HYPERLOCAL_TRY(const std::string text, TextOf(*value, "customTime"));
  const auto time = ParseRfc3339(text);
  if (!time) return BadField("customTime", "\"" + text + kNoTime);
  if (fields.custom_time && *time < *fields.custom_time) {
    return BadField("customTime", "cannot become earlier than it is");
  }
  fields.custom_time = time;
  return Ok();
}

struct Retention {
  std::optional<Timestamp> until;
  bool locked = false;
};

Result<Retention> RetentionOf(const nlohmann::json& value) {
  if (!value.is_object()) return BadField("retention", "must be an object");
  const nlohmann::json* mode = MemberOf(value, "mode");
  const nlohmann::json* until = MemberOf(value, "retainUntilTime");
  if (mode == nullptr || until == nullptr) {
    return BadField("retention", "needs mode and retainUntilTime");
  }
  HYPERLOCAL_TRY(const std::string mode_text, TextOf(*mode, "retention.mode"));
  HYPERLOCAL_TRY(const std::string until_text, TextOf(*until, "retention.retainUntilTime"));
  if (mode_text != "Locked" && mode_text != "Unlocked") {
    return BadField("retention.mode", "must be Locked or Unlocked");
  }
  Retention retention{ParseRfc3339(until_text), mode_text == "Locked"};
  if (!retention.until) {
    return BadField("retention.retainUntilTime", "\"" + until_text + kNoTime);
  }
  return retention;
}

Status ReadRetention(const nlohmann::json& resource, const FieldsRules& rules,
                     ObjectFields& fields) {
  bool named;
  const nlohmann::json* value = Named(resource, "retention", named);
  if (!named) return Ok();
  Retention retention;
  if (value != nullptr && !value->empty()) {
    HYPERLOCAL_TRY(retention, RetentionOf(*value));
    if (!rules.object_retention) {
      return BadField("retention",
                      "the bucket was not made with object retention enabled "
                      "(enableObjectRetention=true)");
    }
  }
  const bool weaker =
      fields.retain_until && (!retention.until || *retention.until < *fields.retain_until ||
                              (fields.retention_locked && !retention.locked));
  if (weaker && fields.retention_locked) {
    return Error{ErrorCode::kPermission,
                 "the object's retention is locked: it cannot be shortened, unlocked or removed"};
  }
  if (weaker && !rules.override_unlocked_retention) {
    return Error{ErrorCode::kPermission,
                 "the object's retention is shortened or removed only with "
                 "overrideUnlockedRetention=true"};
  }
  fields.retain_until = retention.until;
  fields.retention_locked = retention.locked;
  return Ok();
}

Status ReadStorageClass(const nlohmann::json& resource, FieldsChange change, ObjectFields& fields) {
  const nlohmann::json* value = MemberOf(resource, "storageClass");
  if (value == nullptr) return Ok();
  HYPERLOCAL_TRY(std::string storage_class, TextOf(*value, "storageClass"));
  HYPERLOCAL_TRY_STATUS(CheckStorageClass(storage_class));
  if (change != FieldsChange::kNew && storage_class != fields.storage_class) {
    return BadField("storageClass", "is changed by a rewrite, not by an update");
  }
  fields.storage_class = std::move(storage_class);
  return Ok();
}

}  // namespace

Status CheckHeaderText(std::string_view text, std::string_view field) {
  const bool good = std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
  return good ? Ok() : BadField(field, "must not hold control characters");
}

Status CheckStorageClass(std::string_view storage_class) {
  if (std::find(kStorageClasses.begin(), kStorageClasses.end(), storage_class) !=
      kStorageClasses.end()) {
    return Ok();
  }
  std::string known;
  for (const std::string_view name : kStorageClasses) {
    known += known.empty() ? "" : ", ";
    known += name;
  }
  return BadField("storageClass", "\"" + std::string(storage_class) + "\" is none of " + known);
}

Status ReadObjectFields(const nlohmann::json& resource, const FieldsRules& rules,
                        ObjectFields& fields) {
  HYPERLOCAL_TRY_STATUS(ReadTexts(resource, rules.change, fields));
  HYPERLOCAL_TRY_STATUS(ReadFlags(resource, rules.change, fields));
  HYPERLOCAL_TRY_STATUS(ReadMetadata(resource, rules.change, fields));
  HYPERLOCAL_TRY_STATUS(ReadCustomTime(resource, fields));
  HYPERLOCAL_TRY_STATUS(ReadRetention(resource, rules, fields));
  HYPERLOCAL_TRY_STATUS(ReadStorageClass(resource, rules.change, fields));
  if (const nlohmann::json* acl = MemberOf(resource, "acl")) {
    HYPERLOCAL_TRY(fields.acl, ReadAcl(*acl));
  }
  return Ok();
}

bool HasObjectFields(const nlohmann::json& resource) {
  const auto named = [&resource](const auto& field) { return resource.contains(field.name); };
  return std::any_of(kTextFields.begin(), kTextFields.end(), named) ||
         std::any_of(kFlagFields.begin(), kFlagFields.end(), named) ||
         resource.contains("metadata") || resource.contains("customTime") ||
         resource.contains("retention") || resource.contains("storageClass") ||
         resource.contains("acl");
}

Status ReadResourceClaims(const nlohmann::json& resource, ContentClaims& claims) {
  if (const nlohmann::json* md5 = MemberOf(resource, "md5Hash")) {
    HYPERLOCAL_TRY(const std::string text, TextOf(*md5, "md5Hash"));
    claims.md5 = ParseMd5Base64(text);
    if (!claims.md5) return BadField("md5Hash", "\"" + text + "\" is not 16 bytes in base64");
  }
  if (const nlohmann::json* crc32c = MemberOf(resource, "crc32c")) {
    HYPERLOCAL_TRY(const std::string text, TextOf(*crc32c, "crc32c"));
    claims.crc32c = ParseCrc32cBase64(text);
    if (!claims.crc32c) return BadField("crc32c", "\"" + text + "\" is not 4 bytes in base64");
  }
  return Ok();
}

}  // namespace hyperlocal::gcs
