#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/json_handlers_internal.h"
#include "fakes/gcs/server/object_answer_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"
#include "fakes/gcs/server/resumable_upload_internal.h"
#include "fakes/gcs/server/upload_intent_internal.h"

namespace hyperlocal::gcs {

Status StartResumableUpload(GcsCall& call) {
  HYPERLOCAL_TRY(const nlohmann::json resource, ReadJsonBody(call));
  HYPERLOCAL_TRY(UploadIntent intent,
                 ReadUploadIntent(call, resource, call.Header("X-Upload-Content-Type")));
  UploadStart start;
  HYPERLOCAL_TRY(start.total, DeclaredLength(call));
  start.query = call.request->query();
  // Whatever the last answer is to look like is checked while the client can still mend it.
  HYPERLOCAL_TRY_STATUS(WantsAcl(call.query, false));
  HYPERLOCAL_TRY_STATUS(JsonAnswer::For(call));

  UploadSession session;
  session.key = std::move(intent.key);
  session.fields = std::move(intent.fields);
  session.preconditions = intent.preconditions;
  session.claims = intent.claims;
  session.request = WriteUploadStart(start);
  HYPERLOCAL_TRY(const UploadSession begun, call.store.StartUpload(session));

  std::string location = call.BaseUrl() + "/upload/storage/v1/b/" + PercentEncode(call.bucket) +
                         "/o?uploadType=resumable&name=" + PercentEncode(begun.key.name) +
                         "&upload_id=" + begun.id;
  call.response.headers.Add("Location", std::move(location));
  call.response.headers.Add("X-GUploader-UploadID", begun.id);
  return Ok();
}

Status ContinueResumableUpload(GcsCall& call) {
  const std::string id(call.query.Get("upload_id"));
  HYPERLOCAL_TRY(const UploadStep step, ContinueUpload(call, id));
  if (!step.object) {
    AnswerIncomplete(call, step);
    return Ok();
  }
  if (step.just_finished) call.control.Publish({GcsEventKind::kFinalize, *step.object});
  // `fields` and `projection` of the request that began it.
  HYPERLOCAL_TRY(const GcsQuery query,
                 GcsQuery::Parse(ReadUploadStart(step.session.request).query));
  HYPERLOCAL_TRY(const bool full, WantsAcl(query, false));
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(query));
  WriteObject(answer.json(), *step.object, call.BaseUrl(), full);
  call.response.headers.Add("X-GUploader-UploadID", id);
  std::move(answer).Send(call);
  return Ok();
}

Status CancelResumableUpload(GcsCall& call) {
  return AnswerCancelled(call, call.query.Get("upload_id"));
}

}  // namespace hyperlocal::gcs
