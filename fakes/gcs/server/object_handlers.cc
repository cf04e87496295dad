#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "fakes/gcs/server/access_control_internal.h"
#include "fakes/gcs/server/bucket_resource_internal.h"
#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/json_handlers_internal.h"
#include "fakes/gcs/server/media_answer_internal.h"
#include "fakes/gcs/server/object_answer_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"

namespace hyperlocal::gcs {
namespace {

using nlohmann::json;

// If-Match and If-None-Match speak of the ETag, which changes with either generation.
std::optional<ReadVerdict> JudgeEtags(const GcsCall& call, const ObjectRecord& object) {
  const auto match = call.request->headers.Find("If-Match");
  const auto none_match = call.request->headers.Find("If-None-Match");
  if (!match && !none_match) return std::nullopt;
  const std::string etag = EtagOf(object.generation, object.metageneration);
  const auto names = [&etag](std::string_view list) {
    return list == "*" || list.find(etag) != std::string_view::npos;
  };
  if (match && !names(*match)) return ReadVerdict::kPreconditionFailed;
  if (none_match && names(*none_match)) return ReadVerdict::kNotModified;
  return std::nullopt;
}

// What a GET is about; with its content, opened in the same moment, when `media` is asked for.
Result<OpenedObject> FindObject(GcsCall& call, bool media) {
  HYPERLOCAL_TRY(ObjectAddress address, ObjectAddressOf(call));
  HYPERLOCAL_TRY(const auto soft_deleted, call.query.Boolean("softDeleted"));
  if (!soft_deleted.value_or(false)) {
    if (media) return call.store.OpenObject(address);
    HYPERLOCAL_TRY(ObjectRecord object, call.store.GetObject(address));
    return OpenedObject{std::move(object), nullptr};
  }
  if (!address.generation) return Required("generation");
  if (media) {
    return Error{ErrorCode::kBadRequest,
                 "the content of a soft-deleted object cannot be read; restore the object first",
                 "softDeleted"};
  }
  HYPERLOCAL_TRY(ObjectRecord object, call.store.GetSoftDeleted(address.key, *address.generation));
  return OpenedObject{std::move(object), nullptr};
}

Status ChangeObject(GcsCall& call, FieldsChange change) {
  HYPERLOCAL_TRY(const json body, ReadJsonBody(call));
  HYPERLOCAL_TRY(const ObjectAddress address, ObjectAddressOf(call));
  HYPERLOCAL_TRY(const Preconditions preconditions, PreconditionsOf(call.query));
  HYPERLOCAL_TRY(const auto override_retention, call.query.Boolean("overrideUnlockedRetention"));
  FieldsRules rules{change, override_retention.value_or(false), false};
  std::string predefined;
  if (body.contains("retention") || call.query.Find("predefinedAcl")) {
    HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
    rules.object_retention = HasObjectRetention(bucket);
    if (const auto name = call.query.Find("predefinedAcl")) {
      HYPERLOCAL_TRY_STATUS(RefuseUniformAccess(bucket));
      HYPERLOCAL_TRY(predefined, PredefinedAcl(*name));
    }
  }
  HYPERLOCAL_TRY(
      const ObjectRecord object,
      call.store.UpdateObject(address, preconditions, [&](ObjectFields& fields) -> Status {
        HYPERLOCAL_TRY_STATUS(ReadObjectFields(body, rules, fields));
        if (!predefined.empty()) fields.acl = predefined;
        return Ok();
      }));
  call.control.Publish({GcsEventKind::kMetadataUpdate, object});
  return AnswerObject(call, object, true);
}

}  // namespace

Status AnswerObject(GcsCall& call, const ObjectRecord& object, bool full) {
  HYPERLOCAL_TRY(full, WantsAcl(call.query, full));
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  std::optional<std::chrono::seconds> retention;
  if (answer.json().Wants("retentionExpirationTime")) {
    HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(object.key.bucket));
    retention = bucket.policy.retention;
  }
  WriteObject(answer.json(), object, call.BaseUrl(), full, retention);
  call.response.headers.Add("ETag", EtagOf(object.generation, object.metageneration));
  std::move(answer).Send(call);
  return Ok();
}

Result<ObjectAddress> ObjectAddressOf(const GcsCall& call) {
  HYPERLOCAL_TRY(const auto generation, call.query.Integer("generation"));
  return ObjectAddress{{call.bucket, call.object}, generation};
}

Status DeleteAndTell(GcsCall& call, const ObjectAddress& address,
                     const Preconditions& preconditions) {
  // As it was, for the event. Should another writer come between, the event is of the one before.
  const auto object = call.store.GetObject(address);
  HYPERLOCAL_TRY_STATUS(call.store.DeleteObject(address, preconditions));
  if (!object) return Ok();
  const bool archived =
      !address.generation && call.store.GetObject({address.key, object->generation}).has_value();
  call.control.Publish({archived ? GcsEventKind::kArchive : GcsEventKind::kDelete, *object});
  return Ok();
}

Status GetObject(GcsCall& call) {
  const std::string_view alt = call.query.Get("alt");
  // The download address is of contents alone; `alt=json` there is the resource all the same.
  const bool media =
      alt == "media" || (alt.empty() && call.request->path().starts_with("/download/"));
  if (!media && !alt.empty() && alt != "json") {
    return Error{
        ErrorCode::kBadRequest,
        "Invalid value for parameter alt: \"" + std::string(alt) + "\" is neither json nor media",
        "alt"};
  }
  HYPERLOCAL_TRY(const Preconditions preconditions, PreconditionsOf(call.query));
  HYPERLOCAL_TRY(OpenedObject found, FindObject(call, media));
  const ObjectRecord& object = found.record;
  ReadVerdict verdict = JudgeRead(object, preconditions);
  if (verdict == ReadVerdict::kRead) {
    verdict = JudgeEtags(call, object).value_or(ReadVerdict::kRead);
  }
  switch (verdict) {
    case ReadVerdict::kRead:
      return media ? AnswerMedia(call, std::move(found)) : AnswerObject(call, object, false);
    case ReadVerdict::kNotModified:
      call.response.status = 304;
      call.response.headers.Add("ETag", EtagOf(object.generation, object.metageneration));
      return Ok();
    case ReadVerdict::kPreconditionFailed:
      break;
  }
  return Error{ErrorCode::kPreconditionFailed, "the object is another one than was asked for"};
}

Status PatchObject(GcsCall& call) {
  return ChangeObject(call, FieldsChange::kPatch);
}
Status UpdateObject(GcsCall& call) {
  return ChangeObject(call, FieldsChange::kReplace);
}

Status DeleteObject(GcsCall& call) {
  HYPERLOCAL_TRY(const ObjectAddress address, ObjectAddressOf(call));
  HYPERLOCAL_TRY(const Preconditions preconditions, PreconditionsOf(call.query));
  HYPERLOCAL_TRY_STATUS(DeleteAndTell(call, address, preconditions));
  AnswerNothing(call);
  return Ok();
}

}  // namespace hyperlocal::gcs
