#include "fakes/gcs/server/gcs_server.h"

#include <utility>

#include "engine/http/http_server.h"
#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/gcs_route_internal.h"

namespace hyperlocal::gcs {

struct GcsServer::Running {
  std::unique_ptr<ControlPlane> control;
  std::unique_ptr<HttpServer> http;  // goes first: its handlers use the control plane
};

GcsServer::GcsServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}

GcsServer::~GcsServer() {
  Stop();
}

Result<std::unique_ptr<GcsServer>> GcsServer::Start(GcsServerOptions options, Store& store) {
  auto running = std::make_unique<Running>();
  HYPERLOCAL_TRY(running->control, ControlPlane::Create(options));
  HttpServerOptions http;
  http.host = options.host;
  http.port = options.port;
  http.threads = options.threads;
  http.max_connections = options.max_connections;
  HYPERLOCAL_TRY(
      running->http,
      HttpServer::Start(std::move(http), [services = GcsServices{store, *running->control}](
                                             HttpRequest& request, HttpResponse& response) {
        Dispatch(services, request, response);
      }));
  return std::unique_ptr<GcsServer>(new GcsServer(std::move(running)));
}

int GcsServer::port() const {
  return running_->http->port();
}
std::string GcsServer::base_url() const {
  return running_->http->base_url();
}

void GcsServer::Stop(std::chrono::milliseconds grace) {
  running_->control->Stop();
  running_->http->Stop(grace);
}

}  // namespace hyperlocal::gcs
