#pragma once

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// Who answers a request. Every route fills `call.method` and what the path names.
//
//   /_hyperlocal/… and /retry_test…   RouteControl (control_api_internal.h)
//   /storage/v1/… /b/… /upload/… /resumable/upload/… /download/… /batch/storage/v1   RouteJson
//   anything else                     RouteXml (xml_api_internal.h)
//
// The raw target is split before anything is decoded: an object name may hold an encoded `/`.
GcsHandler Route(GcsCall& call);
// An unknown path of the JSON API is answered 404, with a message that names it.
GcsHandler RouteJson(GcsCall& call);

// Whether the path is the JSON API's; a bucket cannot be called so.
bool IsJsonApiPath(std::string_view path);

struct GcsServices {
  Store& store;
  ControlPlane& control;
};

// One request, from its head to its answer. Batches come through here once more for each part.
void Dispatch(const GcsServices& services, HttpRequest& request, HttpResponse& response);

}  // namespace hyperlocal::gcs
