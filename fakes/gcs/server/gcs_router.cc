#include <string>
#include <utility>

#include "fakes/gcs/server/control_api_internal.h"
#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/cors_internal.h"
#include "fakes/gcs/server/gcs_error_internal.h"
#include "fakes/gcs/server/gcs_route_internal.h"
#include "fakes/gcs/server/xml_api_internal.h"

namespace hyperlocal::gcs {

GcsHandler Route(GcsCall& call) {
  const std::string_view path = call.request->path();
  if (IsControlPath(path)) return RouteControl(call);
  if (IsJsonApiPath(path)) return RouteJson(call);
  return RouteXml(call);
}

void Dispatch(const GcsServices& services, HttpRequest& request, HttpResponse& response) {
  GcsCall call{.request = &request,
               .response = response,
               .store = services.store,
               .control = services.control,
               .query = {},
               .method = {},
               .bucket = {},
               .object = {},
               .target_bucket = {},
               .target_object = {},
               .item = {}};
  auto query = GcsQuery::Parse(request.query());
  if (!query) return Refuse(call, query.error());
  call.query = std::move(*query);
  const GcsHandler handler = Route(call);
  if (IsPreflight(request)) return AnswerPreflight(call);
  services.control.Around(call, handler);
  AllowOrigin(call);
}

}  // namespace hyperlocal::gcs
