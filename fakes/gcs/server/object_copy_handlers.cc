#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "fakes/gcs/server/access_control_internal.h"
#include "fakes/gcs/server/bucket_resource_internal.h"
#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/json_handlers_internal.h"
#include "fakes/gcs/server/object_answer_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"
#include "fakes/gcs/server/rewrite_token_internal.h"

namespace hyperlocal::gcs {
namespace {

using nlohmann::json;

constexpr std::int64_t kRewriteUnit = std::int64_t{1} << 20;

// A copy has the source's description as it is, or altogether the one that the request gives: the
// service does not mix them.
Result<std::optional<ObjectFields>> TargetFields(const GcsCall& call, const json& resource,
                                                 const BucketRecord& bucket) {
  const auto predefined = call.query.Find("destinationPredefinedAcl");
  if (!HasObjectFields(resource) && !predefined) return std::optional<ObjectFields>();
  ObjectFields fields;
  fields.acl = DefaultObjectAcl(bucket);
  FieldsRules rules;
  rules.object_retention = HasObjectRetention(bucket);
  HYPERLOCAL_TRY_STATUS(ReadObjectFields(resource, rules, fields));
  if (predefined) {
    HYPERLOCAL_TRY_STATUS(RefuseUniformAccess(bucket));
    HYPERLOCAL_TRY(fields.acl, PredefinedAcl(*predefined));
  }
  return std::optional<ObjectFields>(std::move(fields));
}

// The predefined ACL alone changes nothing but the ACL.
Result<ObjectRecord> Copy(GcsCall& call, const ObjectAddress& source, const json& resource) {
  HYPERLOCAL_TRY(const Preconditions source_preconditions, SourcePreconditionsOf(call.query));
  HYPERLOCAL_TRY(const Preconditions preconditions, PreconditionsOf(call.query));
  const ObjectKey target{call.target_bucket, call.target_object};
  auto found = call.store.GetBucket(target.bucket);
  // Not the path's first bucket, which a 404 would be taken to be about.
  if (!found && found.error().code == ErrorCode::kNotFound) return NoSuchBucket("destination");
  HYPERLOCAL_TRY(const BucketRecord bucket, std::move(found));
  HYPERLOCAL_TRY(std::optional<ObjectFields> fields, TargetFields(call, resource, bucket));
  if (fields && !HasObjectFields(resource)) {
    HYPERLOCAL_TRY(const ObjectRecord object, call.store.GetObject(source));
    std::string acl = std::move(fields->acl);
    fields = object.fields;
    fields->acl = std::move(acl);
  }
  HYPERLOCAL_TRY(const ObjectRecord made, call.store.CopyObject(source, source_preconditions,
                                                                target, fields, preconditions));
  call.control.Publish({GcsEventKind::kFinalize, made});
  return made;
}

Result<ObjectAddress> SourceOf(const GcsCall& call) {
  HYPERLOCAL_TRY(const auto generation, call.query.Integer("sourceGeneration"));
  return ObjectAddress{{call.bucket, call.object}, generation};
}

struct RewriteProgress {
  std::int64_t rewritten = 0;
  std::int64_t size = 0;
  std::string token;                   // when there is more to do
  std::optional<ObjectRecord> object;  // when there is not
};

Status AnswerRewrite(GcsCall& call, const RewriteProgress& progress) {
  HYPERLOCAL_TRY(const bool full, WantsAcl(call.query, false));
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  JsonWriter& writer = answer.json();
  writer.BeginObject();
  writer.Member("kind", "storage#rewriteResponse");
  writer.QuotedMember("totalBytesRewritten", progress.rewritten);
  writer.QuotedMember("objectSize", progress.size);
  writer.Member("done", progress.object.has_value());
  if (!progress.token.empty()) writer.Member("rewriteToken", progress.token);
  if (progress.object && writer.BeginNamed("resource")) {
    WriteObject(writer, *progress.object, call.BaseUrl(), full);
  }
  writer.EndObject();
  std::move(answer).Send(call);
  return Ok();
}

}  // namespace

Status CopyObject(GcsCall& call) {
  HYPERLOCAL_TRY(const json body, ReadJsonBody(call));
  HYPERLOCAL_TRY(const ObjectAddress source, SourceOf(call));
  HYPERLOCAL_TRY(const ObjectRecord object, Copy(call, source, body));
  return AnswerObject(call, object, false);
}

// No byte is copied, so one call does it. A client that limits a call's bytes gets as many calls as
// it asked for: the token holds how far the last one came, and everything that the first one said.
Status RewriteObject(GcsCall& call) {
  HYPERLOCAL_TRY(const json body, ReadJsonBody(call));
  HYPERLOCAL_TRY(const auto limit, call.query.Integer("maxBytesRewrittenPerCall"));
  if (limit && (*limit <= 0 || *limit % kRewriteUnit != 0)) {
    return Error{ErrorCode::kBadRequest,
                 "Invalid value for parameter maxBytesRewrittenPerCall: must be a positive "
                 "multiple of 1048576",
                 "maxBytesRewrittenPerCall"};
  }
  HYPERLOCAL_TRY(ObjectAddress source, SourceOf(call));
  RewriteToken token;
  token.request = RewriteRequestOf(call);
  token.resource = body.dump(-1, ' ', false, json::error_handler_t::replace);
  if (const auto text = call.query.Find("rewriteToken")) {
    HYPERLOCAL_TRY(const RewriteToken given, ParseRewriteToken(*text));
    if (given.request != token.request) {
      return Error{ErrorCode::kBadRequest,
                   "Invalid value for parameter rewriteToken: it is of the rewrite of another "
                   "object",
                   "rewriteToken"};
    }
    token = given;
    source.generation = token.generation;
  }
  HYPERLOCAL_TRY(const ObjectRecord object, call.store.GetObject(source));
  HYPERLOCAL_TRY(const Preconditions source_preconditions, SourcePreconditionsOf(call.query));
  if (JudgeRead(object, source_preconditions) != ReadVerdict::kRead) {
    return Error{ErrorCode::kPreconditionFailed, "the source is another one than was asked for"};
  }
  const auto size = static_cast<std::int64_t>(object.size);
  if (limit && size - token.rewritten > *limit) {
    token.rewritten += *limit;
    token.generation = object.generation;
    return AnswerRewrite(call, {token.rewritten, size, WriteRewriteToken(token), {}});
  }
  // What was begun is finished with the generation that it was begun with.
  const json resource = json::parse(token.resource, nullptr, false);
  HYPERLOCAL_TRY(const ObjectRecord made,
                 Copy(call, source, resource.is_object() ? resource : json::object()));
  return AnswerRewrite(call, {size, size, {}, made});
}

Status MoveObject(GcsCall& call) {
  HYPERLOCAL_TRY(const Preconditions source_preconditions, SourcePreconditionsOf(call.query));
  HYPERLOCAL_TRY(const Preconditions preconditions, PreconditionsOf(call.query));
  const ObjectKey source{call.bucket, call.object};
  const ObjectKey target{call.bucket, call.target_object};
  const auto before = call.store.GetObject({source, std::nullopt});
  HYPERLOCAL_TRY(const ObjectRecord object,
                 call.store.MoveObject(source, source_preconditions, target, preconditions));
  call.control.Publish({GcsEventKind::kFinalize, object});
  if (before) call.control.Publish({GcsEventKind::kDelete, *before});
  return AnswerObject(call, object, false);
}

Status RestoreObject(GcsCall& call) {
  HYPERLOCAL_TRY(const auto generation, call.query.Integer("generation"));
  if (!generation) return Required("generation");
  HYPERLOCAL_TRY(const Preconditions preconditions, PreconditionsOf(call.query));
  HYPERLOCAL_TRY(const ObjectRecord object,
                 call.store.RestoreObject({call.bucket, call.object}, *generation, preconditions));
  call.control.Publish({GcsEventKind::kFinalize, object});
  return AnswerObject(call, object, false);
}

}  // namespace hyperlocal::gcs
