#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "fakes/gcs/server/access_control_internal.h"
#include "fakes/gcs/server/bucket_resource_internal.h"
#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/json_handlers_internal.h"

namespace hyperlocal::gcs {
namespace {

using nlohmann::json;

// One of the three collections, and how it is read and changed.
struct Collection {
  bool of_object = false;
  std::string_view setting;  // of a bucket: "acl", "defaultObjectAcl"
  std::string_view path;
  std::string_view kind;
  std::string_view list_kind;
};

Collection CollectionOf(const GcsCall& call) {
  if (!call.object.empty()) {
    return {true, "", "", "storage#objectAccessControl", "storage#objectAccessControls"};
  }
  if (call.method.starts_with("storage.default_object_acl")) {
    return {false, "defaultObjectAcl", "/defaultObjectAcl", "storage#objectAccessControl",
            "storage#objectAccessControls"};
  }
  return {false, "acl", "/acl", "storage#bucketAccessControl", "storage#bucketAccessControls"};
}

json ParsedAcl(const std::string& text) {
  json acl = json::parse(text, nullptr, false);
  return acl.is_array() ? acl : json::array();
}

struct ReadCollection {
  json acl;
  ObjectRecord object;  // when it is an object's
};

Result<ObjectAddress> AddressOf(const GcsCall& call) {
  HYPERLOCAL_TRY(const auto generation, call.query.Integer("generation"));
  return ObjectAddress{{call.bucket, call.object}, generation};
}

Result<ReadCollection> Read(GcsCall& call, const Collection& collection) {
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  HYPERLOCAL_TRY_STATUS(RefuseUniformAccess(bucket));
  ReadCollection read;
  if (collection.of_object) {
    HYPERLOCAL_TRY(const ObjectAddress address, AddressOf(call));
    HYPERLOCAL_TRY(read.object, call.store.GetObject(address));
    read.acl = ParsedAcl(read.object.fields.acl);
  } else {
    read.acl = Setting(bucket, collection.setting);
    if (!read.acl.is_array()) read.acl = json::array();
  }
  read.acl.insert(read.acl.begin(), json{{"entity", kOwnerEntity}, {"role", "OWNER"}});
  return read;
}

// `change` gets the array and may refuse.
Result<ObjectRecord> Change(GcsCall& call, const Collection& collection,
                            const std::function<Status(json& acl)>& change) {
  HYPERLOCAL_TRY(const BucketRecord checked, call.store.GetBucket(call.bucket));
  HYPERLOCAL_TRY_STATUS(RefuseUniformAccess(checked));
  if (collection.of_object) {
    HYPERLOCAL_TRY(const ObjectAddress address, AddressOf(call));
    HYPERLOCAL_TRY(const Preconditions preconditions, PreconditionsOf(call.query));
    HYPERLOCAL_TRY(
        const ObjectRecord object,
        call.store.UpdateObject(address, preconditions, [&change](ObjectFields& fields) -> Status {
          json acl = ParsedAcl(fields.acl);
          HYPERLOCAL_TRY_STATUS(change(acl));
          fields.acl = acl.dump();
          return Ok();
        }));
    call.control.Publish({GcsEventKind::kMetadataUpdate, object});
    return object;
  }
  const auto change_bucket = [&](BucketRecord& changed) -> Status {
    json acl = Setting(changed, collection.setting);
    if (!acl.is_array()) acl = json::array();
    HYPERLOCAL_TRY_STATUS(change(acl));
    SetSetting(changed, collection.setting, acl);
    return Ok();
  };
  HYPERLOCAL_TRY([[maybe_unused]] const BucketRecord bucket,
                 call.store.UpdateBucket(call.bucket, {}, change_bucket));
  return ObjectRecord{};
}

template <typename Items>
auto FindEntity(Items& acl, const std::string& entity) {
  return std::find_if(acl.begin(), acl.end(),
                      [&entity](const json& entry) { return entry.value("entity", "") == entity; });
}

Error NoSuchEntity(const std::string& entity) {
  return Error{ErrorCode::kNotFound, "No access control of " + entity + ".", "entity"};
}

AclSubject SubjectOf(const GcsCall& call, const Collection& collection,
                     const ObjectRecord& object) {
  if (collection.of_object) return ObjectAclSubject(object, call.BaseUrl());
  return {collection.kind, call.bucket, nullptr,
          call.BaseUrl() + "/storage/v1/b/" + call.bucket + std::string(collection.path)};
}

Status AnswerEntry(GcsCall& call, const Collection& collection, const json& entry,
                   const ObjectRecord& object) {
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  WriteAclEntry(answer.json(), entry, SubjectOf(call, collection, object));
  std::move(answer).Send(call);
  return Ok();
}

Status PutEntry(GcsCall& call, const std::string& path_entity) {
  const Collection collection = CollectionOf(call);
  HYPERLOCAL_TRY(const json body, ReadJsonBody(call));
  HYPERLOCAL_TRY(const json entry, ReadAclEntry(body, path_entity));
  HYPERLOCAL_TRY(const ObjectRecord object, Change(call, collection, [&](json& acl) -> Status {
                   const std::string entity = entry.value("entity", "");
                   const auto found = FindEntity(acl, entity);
                   if (found != acl.end()) {
                     *found = entry;
                   } else if (path_entity.empty() || call.method.ends_with(".update")) {
                     acl.push_back(entry);  // the Go client's Set is an update of nothing, too
                   } else {
                     return NoSuchEntity(entity);
                   }
                   return Ok();
                 }));
  return AnswerEntry(call, collection, entry, object);
}

}  // namespace

Status ListAcl(GcsCall& call) {
  const Collection collection = CollectionOf(call);
  HYPERLOCAL_TRY(const ReadCollection read, Read(call, collection));
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  JsonWriter& writer = answer.json();
  writer.BeginObject();
  writer.Member("kind", collection.list_kind);
  if (writer.BeginArray("items")) {
    const AclSubject subject = SubjectOf(call, collection, read.object);
    for (const json& entry : read.acl) WriteAclEntry(writer, entry, subject);
    writer.EndArray();
  }
  writer.EndObject();
  std::move(answer).Send(call);
  return Ok();
}

Status InsertAcl(GcsCall& call) {
  return PutEntry(call, "");
}
Status UpdateAcl(GcsCall& call) {
  return PutEntry(call, call.item);
}

Status GetAcl(GcsCall& call) {
  const Collection collection = CollectionOf(call);
  HYPERLOCAL_TRY(const ReadCollection read, Read(call, collection));
  const auto entry = FindEntity(read.acl, call.item);
  if (entry == read.acl.end()) return NoSuchEntity(call.item);
  return AnswerEntry(call, collection, *entry, read.object);
}

Status DeleteAcl(GcsCall& call) {
  const auto change = [&call](json& acl) -> Status {
    const auto found = FindEntity(acl, call.item);
    if (found == acl.end()) return NoSuchEntity(call.item);
    acl.erase(found);
    return Ok();
  };
  HYPERLOCAL_TRY([[maybe_unused]] const ObjectRecord object,
                 Change(call, CollectionOf(call), change));
  AnswerNothing(call);
  return Ok();
}

}  // namespace hyperlocal::gcs
