#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "fakes/gcs/server/access_control_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::array<std::string_view, 3> kRoles{"READER", "WRITER", "OWNER"};

struct Predefined {
  std::string_view name;
  std::string_view acl;
};
// Only what they give to others: the project's own access goes without saying here.
constexpr std::array kPredefined{
    Predefined{"private", "[]"},
    Predefined{"projectPrivate", "[]"},
    Predefined{"bucketOwnerFullControl", "[]"},
    Predefined{"bucketOwnerRead", "[]"},
    Predefined{"publicRead", R"([{"entity":"allUsers","role":"READER"}])"},
    Predefined{"publicReadWrite", R"([{"entity":"allUsers","role":"WRITER"}])"},
    Predefined{"authenticatedRead", R"([{"entity":"allAuthenticatedUsers","role":"READER"}])"},
};

}  // namespace

Result<nlohmann::json> ReadAclEntry(const nlohmann::json& entry, std::string_view entity) {
  if (!entry.is_object()) return BadField("acl", "every entry must be an object");
  nlohmann::json read = nlohmann::json::object();
  if (entity.empty()) {
    const nlohmann::json* named = MemberOf(entry, "entity");
    if (named == nullptr) return Required("entity");
    HYPERLOCAL_TRY(const std::string text, TextOf(*named, "entity"));
    read["entity"] = text;
  } else {
    read["entity"] = std::string(entity);
  }
  const nlohmann::json* role = MemberOf(entry, "role");
  if (role == nullptr) return Required("role");
  HYPERLOCAL_TRY(const std::string text, TextOf(*role, "role"));
  if (std::find(kRoles.begin(), kRoles.end(), text) == kRoles.end()) {
    return BadField("role", "\"" + text + "\" is none of READER, WRITER, OWNER");
  }
  read["role"] = text;
  return read;
}

Result<std::string> ReadAcl(const nlohmann::json& acl) {
  if (!acl.is_array()) return BadField("acl", "must be an array");
  nlohmann::json read = nlohmann::json::array();
  for (const nlohmann::json& entry : acl) {
    HYPERLOCAL_TRY(nlohmann::json one, ReadAclEntry(entry, ""));
    read.push_back(std::move(one));
  }
  return read.dump();
}

Result<std::string> PredefinedAcl(std::string_view name) {
  for (const Predefined& row : kPredefined) {
    if (row.name == name) return std::string(row.acl);
  }
  return Error{ErrorCode::kBadRequest,
               "Invalid value for predefinedAcl: \"" + std::string(name) +
                   "\" is none of authenticatedRead, bucketOwnerFullControl, bucketOwnerRead, "
                   "private, projectPrivate, publicRead, publicReadWrite",
               "predefinedAcl"};
}

void WriteAclEntry(JsonWriter& json, const nlohmann::json& entry, const AclSubject& subject) {
  const std::string entity = entry.value("entity", "");
  const std::string role = entry.value("role", "");
  json.BeginObject();
  json.Member("kind", subject.kind);
  std::string id = subject.bucket + "/";
  if (subject.object != nullptr) {
    id += subject.object->key.name + "/" + std::to_string(subject.object->generation) + "/";
  }
  json.Member("id", id + entity);
  json.Member("selfLink", subject.link + "/" + entity);
  json.Member("bucket", subject.bucket);
  if (subject.object != nullptr) {
    json.Member("object", subject.object->key.name);
    json.QuotedMember("generation", subject.object->generation);
  }
  json.Member("entity", entity);
  json.Member("role", role);
  const std::size_t at = entity.find('@');
  const std::size_t dash = entity.find('-');
  if (at != std::string::npos && dash < at) json.Member("email", entity.substr(dash + 1));
  json.Member("etag", "CAE=");
  json.EndObject();
}

AclSubject ObjectAclSubject(const ObjectRecord& object, std::string_view base_url) {
  return {"storage#objectAccessControl", object.key.bucket, &object,
          std::string(base_url) + "/storage/v1" + ObjectPath(object.key) + "/acl"};
}

void WriteObjectAcl(JsonWriter& json, const ObjectRecord& object, std::string_view base_url) {
  if (json.BeginObject("owner")) {
    json.Member("entity", kOwnerEntity);
    json.EndObject();
  }
  if (!json.BeginArray("acl")) return;
  const AclSubject subject = ObjectAclSubject(object, base_url);
  WriteAclEntry(json, {{"entity", kOwnerEntity}, {"role", "OWNER"}}, subject);
  if (object.fields.acl != "[]") {
    const nlohmann::json acl = nlohmann::json::parse(object.fields.acl, nullptr, false);
    if (acl.is_array()) {
      for (const nlohmann::json& entry : acl) WriteAclEntry(json, entry, subject);
    }
  }
  json.EndArray();
}

}  // namespace hyperlocal::gcs
