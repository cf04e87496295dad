#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/error/error.h"
#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// A refusal as the XML API words it.
// https://cloud.google.com/storage/docs/xml-api/reference-status
struct XmlError {
  int status = 500;
  std::string code;     // "NoSuchKey"
  std::string message;  // the service's own, the same every time
  std::string details;  // what it is about, here; or empty
  // Further elements: StringToSign, CanonicalRequest.
  std::vector<std::pair<std::string, std::string>> more = {};
};

std::string XmlErrorBody(const XmlError& error);

// The one table from our codes to the XML API's. What kNotFound is about follows from the call.
XmlError ToXmlError(GcsCall& call, const Error& error);

// Answers `call` with the error and nothing of what was in the response before.
void RefuseXml(GcsCall& call, const XmlError& error);
void RefuseXml(GcsCall& call, const Error& error);

// "InvalidArgument" with details.
XmlError InvalidArgument(std::string details);
// What the real service has and this server does not (README.md lists it).
XmlError NotImplemented(std::string details);

}  // namespace hyperlocal::gcs
