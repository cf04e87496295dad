#include "fakes/gcs/server/xml_error_internal.h"

#include "fakes/gcs/server/xml_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

XmlError NotFound(GcsCall& call, const Error& error) {
  if (error.field == "upload_id") {
    return XmlError{404, "NoSuchUpload", "The requested upload was not found.", error.message};
  }
  if (!call.object.empty() && call.store.GetBucket(call.bucket)) {
    return XmlError{404, "NoSuchKey", "The specified key does not exist.",
                    "No such object: " + call.bucket + "/" + call.object};
  }
  return XmlError{404, "NoSuchBucket", "The specified bucket does not exist.", ""};
}

XmlError Conflict(const GcsCall& call, const Error& error) {
  if (call.request->method == "DELETE") {
    return XmlError{409, "BucketNotEmpty", "The bucket you tried to delete is not empty.",
                    error.message};
  }
  return XmlError{409, "BucketAlreadyOwnedByYou",
                  "Your previous request to create the named bucket succeeded and you already own "
                  "it.",
                  error.message};
}

}  // namespace

XmlError InvalidArgument(std::string details) {
  return XmlError{400, "InvalidArgument", "Invalid argument.", std::move(details)};
}

XmlError NotImplemented(std::string details) {
  return XmlError{501, "NotImplemented", "A requested function is not implemented.",
                  std::move(details)};
}

std::string XmlErrorBody(const XmlError& error) {
  XmlWriter xml;
  xml.Begin("Error");
  xml.Element("Code", error.code);
  xml.Element("Message", error.message);
  if (!error.details.empty()) xml.Element("Details", error.details);
  for (const auto& [name, text] : error.more) xml.Element(name, text);
  xml.End();
  return std::move(xml).Take();
}

XmlError ToXmlError(GcsCall& call, const Error& error) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return NotFound(call, error);
    case ErrorCode::kConflict:
      return Conflict(call, error);
    case ErrorCode::kPreconditionFailed:
      return XmlError{412, "PreconditionFailed",
                      "At least one of the pre-conditions you specified did not hold.",
                      error.message};
    case ErrorCode::kBadRequest:
      // The store's words for a content that is another one than was claimed.
      if (error.message.find("doesn't match calculated") != std::string::npos) {
        return XmlError{400, "BadDigest",
                        "The digest you specified did not match what we received.", error.message};
      }
      return InvalidArgument(error.message);
    case ErrorCode::kPermission:
      return XmlError{403, "AccessDenied", "Access denied.", error.message};
    case ErrorCode::kTimeout:
      return XmlError{408, "RequestTimeout", "The server timed out waiting for the request.",
                      error.message};
    case ErrorCode::kDependencyUnavailable:
    case ErrorCode::kCancelled:
      return XmlError{503, "ServiceUnavailable", "Service unavailable. Please retry.",
                      error.message};
    default:
      return XmlError{500, "InternalError", "We encountered an internal error. Please try again.",
                      error.message};
  }
}

void RefuseXml(GcsCall& call, const XmlError& error) {
  call.response = HttpResponse{};
  call.response.status = error.status;
  if (error.status == 304) return;
  call.response.headers.Add("Content-Type", std::string(kXmlContentType));
  call.response.body = XmlErrorBody(error);
}

void RefuseXml(GcsCall& call, const Error& error) {
  RefuseXml(call, ToXmlError(call, error));
}

}  // namespace hyperlocal::gcs
