#pragma once

#include <string>
#include <string_view>

#include "engine/error/error.h"
#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// A refusal as the JSON API words it.
struct GcsError {
  int status = 500;
  std::string reason;              // "notFound"
  std::string message;             // for people
  std::string location_type = {};  // "header" or "parameter", with `location`, or empty
  std::string location = {};
};

// {"error":{"code":404,"message":"…","errors":[{"domain":"global","reason":"notFound",…}]}}
std::string ErrorBody(const GcsError& error);

// A kBadRequest with a message that begins so has the reason "required", and names what is missing.
inline constexpr std::string_view kRequiredMessage = "Required parameter: ";

// The one table from our codes to the service's status and reason.
GcsError ToGcsError(const Error& error);

// Answers `call` with the error and nothing of what was in the response before.
void Refuse(GcsCall& call, const GcsError& error);
// The same with what the call is about in the message: "No such object: bucket/name".
void Refuse(GcsCall& call, const Error& error);

// A kNotFound with the service's own words; `field` says which bucket of the request.
Error NoSuchBucket(std::string field);

// The 404 of a path that no API has.
void UnknownPath(GcsCall& call);

}  // namespace hyperlocal::gcs
