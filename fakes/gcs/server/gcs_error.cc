#include "fakes/gcs/server/gcs_error_internal.h"

#include <string>
#include <utility>

#include "fakes/gcs/server/json_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

// https://cloud.google.com/storage/docs/json_api/v1/status-codes
struct Row {
  ErrorCode code;
  int status;
  std::string_view reason;
};
constexpr Row kRows[] = {
    {ErrorCode::kNotFound, 404, "notFound"},
    {ErrorCode::kConflict, 409, "conflict"},
    {ErrorCode::kPreconditionFailed, 412, "conditionNotMet"},
    {ErrorCode::kBadRequest, 400, "invalid"},
    {ErrorCode::kInvalidJson, 400, "parseError"},
    {ErrorCode::kPermission, 403, "forbidden"},
    {ErrorCode::kTimeout, 408, "requestTimeout"},
    {ErrorCode::kDependencyUnavailable, 503, "backendError"},
    {ErrorCode::kCancelled, 503, "backendError"},
};

constexpr std::string_view kPreconditionMessage =
    "At least one of the pre-conditions you specified did not hold.";
constexpr std::string_view kNoSuchBucket = "The specified bucket does not exist.";

// Which of the two a 404 of an object's call is about.
std::string MissingThing(GcsCall& call) {
  const bool about_object = !call.object.empty();
  if (about_object && call.store.GetBucket(call.bucket)) {
    return "No such object: " + call.bucket + "/" + call.object;
  }
  return std::string(kNoSuchBucket);
}

// The service says by the message alone what kind of protection it is; the reason follows from it.
std::string_view ReasonOfRefusal(std::string_view message) {
  if (message.find("hold") != std::string_view::npos) return "objectUnderActiveHold";
  for (const std::string_view word : {"retention", "retained"}) {
    if (message.find(word) != std::string_view::npos) return "retentionPolicyNotMet";
  }
  return "forbidden";
}

}  // namespace

std::string ErrorBody(const GcsError& error) {
  JsonWriter json;
  json.BeginObject();
  json.BeginObject("error");
  json.Member("code", error.status);
  json.Member("message", error.message);
  json.BeginArray("errors");
  json.BeginObject();
  json.Member("message", error.message);
  json.Member("domain", "global");
  json.Member("reason", error.reason);
  if (!error.location.empty()) {
    json.Member("locationType", error.location_type);
    json.Member("location", error.location);
  }
  json.EndObject();
  json.EndArray();
  json.EndObject();
  json.EndObject();
  return std::move(json).Take();
}

GcsError ToGcsError(const Error& error) {
  for (const Row& row : kRows) {
    if (row.code != error.code) continue;
    GcsError refusal{row.status, std::string(row.reason), error.message};
    switch (error.code) {
      case ErrorCode::kPreconditionFailed:
        refusal.message = kPreconditionMessage;
        refusal.location_type = "header";
        refusal.location = "If-Match";
        break;
      case ErrorCode::kPermission:
        refusal.reason = ReasonOfRefusal(error.message);
        break;
      case ErrorCode::kBadRequest:
        if (error.message.starts_with(kRequiredMessage)) refusal.reason = "required";
        if (!error.field.empty()) {
          refusal.location_type = "parameter";
          refusal.location = error.field;
        }
        break;
      default:
        break;
    }
    return refusal;
  }
  return GcsError{500, "backendError", "Backend Error: " + error.message};
}

void Refuse(GcsCall& call, const GcsError& error) {
  call.response = HttpResponse{};
  call.response.status = error.status;
  call.response.headers.Add("Content-Type", "application/json; charset=UTF-8");
  call.response.body = ErrorBody(error);
}

void Refuse(GcsCall& call, const Error& error) {
  GcsError refusal = ToGcsError(error);
  if (error.code == ErrorCode::kNotFound && error.field.empty()) {
    refusal.message = MissingThing(call);
  }
  Refuse(call, refusal);
}

Error NoSuchBucket(std::string field) {
  return Error{ErrorCode::kNotFound, std::string(kNoSuchBucket), std::move(field)};
}

void UnknownPath(GcsCall& call) {
  Refuse(call, GcsError{404, "notFound",
                        "no API has " + call.request->method + " " +
                            std::string(call.request->path().substr(0, 200))});
}

}  // namespace hyperlocal::gcs
