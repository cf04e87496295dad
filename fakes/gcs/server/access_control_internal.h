#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "fakes/gcs/server/json_writer_internal.h"
#include "fakes/gcs/store/object_record.h"

namespace hyperlocal::gcs {

// Access controls are kept and shown, and nobody is ever refused because of them. They are JSON
// arrays of {"entity": …, "role": …}; the rest of what the service shows follows from those two.

// An `acl` as a client gives it, as it is kept. Error: kBadRequest.
Result<std::string> ReadAcl(const nlohmann::json& acl);
// One entry of it. `entity` is the path's, or empty: the entry has to name it.
Result<nlohmann::json> ReadAclEntry(const nlohmann::json& entry, std::string_view entity);

// What a predefinedAcl or predefinedDefaultObjectAcl adds. Error: kBadRequest for one that there is
// not.
Result<std::string> PredefinedAcl(std::string_view name);

// Whose control an entry is, for its `kind`, id and links.
struct AclSubject {
  std::string_view kind;  // "storage#objectAccessControl"
  std::string bucket;
  const ObjectRecord* object = nullptr;
  std::string link;  // the collection's address
};
void WriteAclEntry(JsonWriter& json, const nlohmann::json& entry, const AclSubject& subject);

// `acl` and `owner` of an object.
void WriteObjectAcl(JsonWriter& json, const ObjectRecord& object, std::string_view base_url);

// The address of an object's controls.
AclSubject ObjectAclSubject(const ObjectRecord& object, std::string_view base_url);

// "bucketOwner…" for whoever owns everything here.
inline constexpr std::string_view kOwnerEntity = "project-owners-000000000000";

}  // namespace hyperlocal::gcs
