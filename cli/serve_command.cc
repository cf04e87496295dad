#include "cli/serve_command.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/cloud_storage.h"
#include "cli/ready_file.h"
#include "cli/report_failure.h"

namespace hyperlocal::cli {
namespace {

using std::chrono::milliseconds;

constexpr int kDefaultPort = 8080;  // as Cloud Run has it
constexpr int kLargestPort = 65535;
constexpr milliseconds kBetweenLooks{500};
constexpr milliseconds kLastWords{2'000};  // for answers that are being sent

std::optional<std::string> Set(const GetEnvironmentVariable& get, const char* name) {
  auto value = get(name);
  if (value && value->empty()) return std::nullopt;
  return value;
}

bool IsTrue(const std::optional<std::string>& value) {
  return value && *value != "0" && *value != "false";
}

Result<int> Port(const CommandLine& line, const GetEnvironmentVariable& get) {
  HYPERLOCAL_TRY(std::optional<int> port, line.WholeNumber("port"));
  std::string_view from = "--port";
  const std::optional<std::string> variable = Set(get, "PORT");
  if (!port && variable) {
    from = "PORT";
    int number = -1;
    const char* const end = variable->data() + variable->size();
    const auto parsed = std::from_chars(variable->data(), end, number);
    port = parsed.ec == std::errc() && parsed.ptr == end ? number : -1;
  }
  if (!port) return kDefaultPort;
  if (*port < 0 || *port > kLargestPort) {
    return Error{ErrorCode::kUsage,
                 fmt::format("{} is 0 to {}; got {}", from, kLargestPort,
                             from == "PORT" ? *variable : std::to_string(*port))};
  }
  return *port;
}

Status Serve(const CommandLine& line, CommandContext& context, const GetEnvironmentVariable& get) {
  HYPERLOCAL_TRY(ServeSettings settings, ReadServeSettings(line, get));
  settings.service.log = [&context](std::string_view text) {
    // Whoever closed our standard output does not want the log; requests are answered all the same.
    (void)context.console.WriteOut(std::string(text) + "\n");
  };
  HYPERLOCAL_TRY(const std::unique_ptr<ObjectStore> store,
                 OpenServiceStorage(settings.storage_endpoint));
  HYPERLOCAL_TRY(const std::unique_ptr<RenderService> service,
                 RenderService::Create(*store, std::move(settings.service)));
  HYPERLOCAL_TRY(const std::unique_ptr<HttpServer> server,
                 HttpServer::Start(std::move(settings.server),
                                   [&service](HttpRequest& request, HttpResponse& response) {
                                     service->Handle(request, response);
                                   }));
  std::unique_ptr<ReadyFile> ready;
  if (const auto file = line.Value("ready-file")) {
    HYPERLOCAL_TRY(ready, ReadyFile::Write(*file, server->base_url() + "\n"));
  }
  service->LogListening(server->port());
  if (context.console.ErrIsTerminal()) {
    context.console.WriteErr(
        fmt::format("The render service, at {}. Ctrl-C ends it.\n", server->base_url()));
  }
  WaitUntilStopped(context);
  ready.reset();
  service->BeginDrain();
  while (!service->AwaitIdle(kBetweenLooks)) {
  }
  server->Stop(kLastWords);
  return Ok();
}

}  // namespace

Result<ServeSettings> ReadServeSettings(const CommandLine& line,
                                        const GetEnvironmentVariable& get) {
  ServeSettings settings;
  HYPERLOCAL_TRY(settings.server.port, Port(line, get));
  settings.server.host = line.Value("host").value_or(settings.server.host);
  settings.storage_endpoint = line.Value("storage-endpoint");
  if (!settings.storage_endpoint) settings.storage_endpoint = Set(get, "STORAGE_EMULATOR_HOST");

  RenderServiceOptions& service = settings.service;
  service.allowed_bucket = line.Value("bucket");
  if (!service.allowed_bucket) service.allowed_bucket = get("HYPERFRAMES_RENDER_BUCKET");
  service.production = line.Has("production") || IsTrue(Set(get, "HYPERLOCAL_PRODUCTION")) ||
                       (Set(get, "K_SERVICE") && !settings.storage_endpoint);
  service.work_root = line.Value("work-dir").value_or("");
  HYPERLOCAL_TRY(const std::optional<int> at_once, line.WholeNumber("concurrency"));
  if (at_once && *at_once < 1) {
    return Error{ErrorCode::kUsage, fmt::format("--concurrency is 1 or more; got {}", *at_once)};
  }
  service.concurrency = at_once.value_or(0);
  service.log_frames = line.Has("log-frames") || IsTrue(Set(get, "HYPERLOCAL_LOG_FRAMES"));
  service.cloud_project = Set(get, "GOOGLE_CLOUD_PROJECT").value_or("");
  return settings;
}

int RunServe(const CommandLine& line, CommandContext& context, const GetEnvironmentVariable& get) {
  const Status served = Serve(line, context, get);
  if (served) return 0;
  FailureReport failure;
  failure.error = served.error();
  failure.next_command = HelpAfterUsage(line, failure.error);
  return ReportFailure(std::move(failure), line, context);
}

}  // namespace hyperlocal::cli
