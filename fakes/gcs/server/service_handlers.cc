#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/json_handlers_internal.h"

namespace hyperlocal::gcs {
namespace {

using nlohmann::json;

void WriteOperation(JsonWriter& writer, const GcsCall& call, const std::string& id) {
  writer.BeginObject();
  writer.Member("kind", "storage#operation");
  writer.Member("name", "projects/_/buckets/" + call.bucket + "/operations/" + id);
  writer.Member("selfLink", call.BaseUrl() + "/storage/v1/b/" + call.bucket + "/operations/" + id);
  writer.Member("done", true);
  if (writer.BeginObject("response")) writer.EndObject();
  writer.EndObject();
}

Status AnswerOperation(GcsCall& call, const std::string& id) {
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  WriteOperation(answer.json(), call, id);
  std::move(answer).Send(call);
  return Ok();
}

}  // namespace

Status GetServiceAccount(GcsCall& call) {
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  JsonWriter& writer = answer.json();
  writer.BeginObject();
  writer.Member("kind", "storage#serviceAccount");
  writer.Member("email_address",
                "service-" + call.item + "@gs-project-accounts.iam.gserviceaccount.com");
  writer.EndObject();
  std::move(answer).Send(call);
  return Ok();
}

// Restores everything that the body's globs name, at once; the operation that is answered is done.
Status BulkRestoreObjects(GcsCall& call) {
  HYPERLOCAL_TRY(const json body, ReadJsonBody(call));
  std::vector<std::string> globs;
  if (const json* given = MemberOf(body, "matchGlobs")) {
    if (!given->is_array()) return BadField("matchGlobs", "must be an array of strings");
    for (const json& glob : *given) {
      HYPERLOCAL_TRY(std::string text, TextOf(glob, "matchGlobs[]"));
      globs.push_back(std::move(text));
    }
  }
  if (globs.empty()) globs.emplace_back();  // everything
  const json* overwrite = MemberOf(body, "allowOverwrite");
  Preconditions preconditions;
  if (overwrite == nullptr || *overwrite != true) preconditions.if_generation_match = kNoLiveObject;
  for (const std::string& glob : globs) {
    ObjectQuery query;
    query.soft_deleted = true;
    query.match_glob = glob;
    do {
      HYPERLOCAL_TRY(const ObjectPage page, call.store.ListObjects(call.bucket, query));
      for (const ObjectRecord& object : page.objects) {
        const auto restored =
            call.store.RestoreObject(object.key, object.generation, preconditions);
        if (restored) {
          call.control.Publish({GcsEventKind::kFinalize, *restored});
        } else if (restored.error().code != ErrorCode::kPreconditionFailed &&
                   restored.error().code != ErrorCode::kNotFound) {
          return restored.error();
        }
      }
      query.page_token = page.next_page_token;
    } while (!query.page_token.empty());
  }
  return AnswerOperation(call, "bulkRestore");
}

Status GetOperation(GcsCall& call) {
  HYPERLOCAL_TRY([[maybe_unused]] const BucketRecord bucket, call.store.GetBucket(call.bucket));
  if (call.item != "bulkRestore") {
    return Error{ErrorCode::kNotFound, "No operation " + call.item + ".", "operation"};
  }
  return AnswerOperation(call, call.item);
}

Status ListOperations(GcsCall& call) {
  HYPERLOCAL_TRY([[maybe_unused]] const BucketRecord bucket, call.store.GetBucket(call.bucket));
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  answer.json().BeginObject();
  answer.json().Member("kind", "storage#operations");
  answer.json().EndObject();
  std::move(answer).Send(call);
  return Ok();
}

}  // namespace hyperlocal::gcs
