#include "cli/storage_serve_command.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/human_text.h"
#include "cli/ready_file.h"
#include "cli/report_failure.h"
#include "cli/state_directory.h"
#include "engine/file/whole_file.h"
#include "fakes/gcs/server/gcs_server.h"
#include "fakes/gcs/server/seed_directory.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr int kDefaultPort = 4443;  // as other emulators of this service have it
constexpr int kLargestPort = 65535;
constexpr milliseconds kGrace{2'000};  // for requests under way when one has

struct Served {
  std::unique_ptr<gcs::Store> store;
  std::string place;  // "in memory", "in /var/objects"
};

Result<Served> OpenStore(const CommandLine& line, const GetEnvironmentVariable& get) {
  if (line.Has("memory") && line.Has("data")) {
    return Error{ErrorCode::kUsage, "--memory keeps nothing, --data DIR keeps objects: give one"};
  }
  Served served;
  if (line.Has("memory")) {
    HYPERLOCAL_TRY(served.store, gcs::Store::InMemory());
    served.place = "in memory";
    return served;
  }
  fs::path directory = line.Value("data").value_or("");
  if (!line.Has("data")) {
    HYPERLOCAL_TRY(directory, StateDirectory("storage", get));
  }
  HYPERLOCAL_TRY(served.store, gcs::Store::Open(directory));
  served.place = "in " + directory.string();
  return served;
}

Status MakeBucket(gcs::Store& store, std::string name) {
  gcs::BucketRecord bucket;
  bucket.name = std::move(name);
  const auto made = store.CreateBucket(bucket);
  if (!made && made.error().code != ErrorCode::kConflict) return made.error();
  return Ok();
}

// "a,b": an empty name between is a mistake, which the store tells.
Status MakeBuckets(gcs::Store& store, std::string_view names) {
  for (;;) {
    const std::size_t comma = names.find(',');
    HYPERLOCAL_TRY_STATUS(MakeBucket(store, std::string(names.substr(0, comma))));
    if (comma == std::string_view::npos) return Ok();
    names.remove_prefix(comma + 1);
  }
}

Result<gcs::GcsServerOptions> ServerOptions(const CommandLine& line, Console& console) {
  gcs::GcsServerOptions options;
  HYPERLOCAL_TRY(const std::optional<int> port, line.WholeNumber("port"));
  options.port = port.value_or(kDefaultPort);
  if (options.port < 0 || options.port > kLargestPort) {
    return Error{ErrorCode::kUsage,
                 fmt::format("--port is 0 to {}; got {}", kLargestPort, options.port)};
  }
  options.host = line.Value("host").value_or(options.host);
  if (const auto key = line.Value("signing-key")) {
    HYPERLOCAL_TRY(std::string text, ReadWholeFile(*key));
    options.service_account_keys.push_back(std::move(text));
  }
  if (const auto plan = line.Value("faults")) {
    HYPERLOCAL_TRY(options.fault_plan, ReadWholeFile(*plan));
  }
  options.warn = [&console](std::string_view text) {
    console.WriteErr(fmt::format("warning: {}\n", WithoutControls(std::string(text))));
  };
  return options;
}

Status Serve(const CommandLine& line, CommandContext& context, const GetEnvironmentVariable& get) {
  HYPERLOCAL_TRY(gcs::GcsServerOptions options, ServerOptions(line, context.console));
  HYPERLOCAL_TRY(const Served served, OpenStore(line, get));
  if (const auto seed = line.Value("seed")) {
    HYPERLOCAL_TRY(const gcs::SeedSummary put, gcs::SeedFromDirectory(*served.store, *seed));
    context.console.WriteErr(fmt::format("seeded {} in {} from {} ({})\n",
                                         Counted(static_cast<std::int64_t>(put.objects), "object"),
                                         Counted(static_cast<std::int64_t>(put.buckets), "bucket"),
                                         *seed, FormatBytes(static_cast<std::int64_t>(put.bytes))));
  }
  if (const auto names = line.Value("bucket")) {
    HYPERLOCAL_TRY_STATUS(MakeBuckets(*served.store, *names));
  }
  HYPERLOCAL_TRY(const auto server, gcs::GcsServer::Start(std::move(options), *served.store));
  std::unique_ptr<ReadyFile> ready;
  if (const auto file = line.Value("ready-file")) {
    HYPERLOCAL_TRY(ready, ReadyFile::Write(*file, server->base_url() + "\n"));
  }
  context.console.WriteErr(
      fmt::format("Cloud Storage, objects {}. Point clients at it:\n"
                  "  export STORAGE_EMULATOR_HOST={}\nCtrl-C ends it.\n",
                  served.place, server->base_url()));
  HYPERLOCAL_TRY_STATUS(context.console.WriteOut(server->base_url() + "\n"));
  WaitUntilStopped(context);
  ready.reset();
  server->Stop(kGrace);
  return Ok();
}

}  // namespace

int RunStorageServe(const CommandLine& line, CommandContext& context,
                    const GetEnvironmentVariable& get) {
  const Status served = Serve(line, context, get);
  if (served) return 0;
  FailureReport failure;
  failure.error = served.error();
  failure.next_command = HelpAfterUsage(line, failure.error);
  return ReportFailure(std::move(failure), line, context);
}

}  // namespace hyperlocal::cli
