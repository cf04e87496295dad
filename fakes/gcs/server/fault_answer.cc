#include "fakes/gcs/server/control_api_internal.h"
#include "fakes/gcs/server/fault_answer_internal.h"
#include "fakes/gcs/server/gcs_route_internal.h"
#include "fakes/gcs/server/xml_error_internal.h"

namespace hyperlocal::gcs {
namespace {

std::string_view XmlCodeOf(int status) {
  switch (status) {
    case 401:
      return "AuthenticationRequired";
    case 403:
      return "AccessDenied";
    case 404:
      return "NoSuchKey";
    case 408:
      return "RequestTimeout";
    case 409:
      return "OperationAborted";
    case 412:
      return "PreconditionFailed";
    case 429:
      return "SlowDown";
    case 500:
      return "InternalError";
    default:
      return status >= 500 ? "ServiceUnavailable" : "InvalidArgument";
  }
}

}  // namespace

void RefuseInStyle(GcsCall& call, const GcsError& error) {
  const std::string_view path = call.request->path();
  if (IsJsonApiPath(path) || IsControlPath(path)) return Refuse(call, error);
  RefuseXml(call, XmlError{error.status, std::string(XmlCodeOf(error.status)), error.message, ""});
}

}  // namespace hyperlocal::gcs
