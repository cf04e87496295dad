#pragma once

#include <optional>
#include <string>

#include "adapters/gcp/service/render_service.h"
#include "cli/command_context.h"
#include "cli/command_line.h"
#include "cli/environment.h"
#include "engine/error/result.h"
#include "engine/http/http_server.h"

namespace hyperlocal::cli {

// What `hyperlocal serve` was asked for, by flags and environment.
struct ServeSettings {
  HttpServerOptions server;
  RenderServiceOptions service;
  std::optional<std::string> storage_endpoint;  // absent: Google's Cloud Storage
};

// In production mode, which refuses to start unguarded, is who says so (--production,
// HYPERLOCAL_PRODUCTION) and who runs on Cloud Run (K_SERVICE) with Google's Cloud Storage. Error:
// kUsage.
Result<ServeSettings> ReadServeSettings(const CommandLine& line, const GetEnvironmentVariable& get);

// `hyperlocal serve`: the render service, until a signal comes. It then finishes what is under way,
// answers new requests with 503, and ends with exit status 0; a second signal ends it at once.
int RunServe(const CommandLine& line, CommandContext& context, const GetEnvironmentVariable& get);

}  // namespace hyperlocal::cli
