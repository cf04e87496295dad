#include "cli/emulate_command.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>

#include "cli/cloud_flags.h"
#include "cli/human_text.h"
#include "cli/local_cloud.h"
#include "cli/ready_file.h"
#include "cli/report_failure.h"
#include "cli/state_directory.h"
#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kDefaultPort = 4443;  // as `storage serve` and other emulators of that service
constexpr int kPorts = 4;           // in a row
constexpr int kLargestPort = 65535;
constexpr std::chrono::milliseconds kGrace{5'000};  // for requests under way

// Where a running emulator says that it runs, for `env`.
Result<fs::path> RecordFile(const GetEnvironmentVariable& get) {
  HYPERLOCAL_TRY(const fs::path directory, StateDirectory("cloud", get));
  return directory / "running.json";
}

Status MakeDirectory(const fs::path& directory) {
  std::error_code ec;
  fs::create_directories(directory, ec);
  if (!ec) return Ok();
  return Error{ErrorCode::kCannotWrite,
               fmt::format("cannot make {}: {}", directory.string(), ec.message())};
}

Status SetPorts(const CommandLine& line, LocalCloudOptions& options) {
  HYPERLOCAL_TRY(const std::optional<int> given, line.WholeNumber("port"));
  const int first = given.value_or(kDefaultPort);
  if (first < 0 || first > kLargestPort - kPorts + 1) {
    return Error{ErrorCode::kUsage, fmt::format("--port is 0 (any that are free) to {}; got {}",
                                                kLargestPort - kPorts + 1, first)};
  }
  if (first == 0) return Ok();
  options.ports = {
      .storage = first, .workflows = first + 1, .service = first + 2, .identity = first + 3};
  return Ok();
}

// What somebody reads who started it by hand.
std::string Welcome(const LocalCloud& cloud, const std::string& place) {
  std::string text = fmt::format("The cloud, {}. Point clients at it:\n", place);
  for (const auto& [name, value] : cloud.environment()) {
    text += fmt::format("  export {}={}\n", name, ShellQuoted(value));
  }
  return text + "or, in another shell: eval \"$(hyperlocal env)\". Ctrl-C ends it.\n";
}

Status Emulate(const CommandLine& line, CommandContext& context,
               const GetEnvironmentVariable& get) {
  if (line.Has("memory") && line.Has("data")) {
    return Error{ErrorCode::kUsage, "--memory keeps nothing, --data DIR keeps it all: give one"};
  }
  HYPERLOCAL_TRY(LocalCloudOptions options, CloudOptionsOf(line, context));
  options.host = line.Value("host").value_or(options.host);
  HYPERLOCAL_TRY_STATUS(SetPorts(line, options));
  std::string place = "nothing of it kept";
  if (!line.Has("memory")) {
    options.data = line.Value("data").value_or("");
    if (options.data.empty()) {
      HYPERLOCAL_TRY(options.data, StateDirectory("cloud", get));
    }
    HYPERLOCAL_TRY_STATUS(MakeDirectory(options.data));
    place = "kept in " + options.data.string();
  }
  HYPERLOCAL_TRY(const auto cloud, LocalCloud::Start(std::move(options)));

  const CloudEnvironment variables = cloud->environment();
  std::unique_ptr<ReadyFile> environment;
  if (const auto file = line.Value("env-file")) {
    HYPERLOCAL_TRY(environment,
                   ReadyFile::Write(*file, EnvironmentText(variables, EnvironmentFormat::kDotenv)));
  }
  std::unique_ptr<ReadyFile> record;
  if (const auto file = RecordFile(get); file && MakeDirectory(file->parent_path())) {
    json document{{"pid", ::getpid()}, {"environment", json::array()}};
    for (const auto& [name, value] : variables) document["environment"].push_back({name, value});
    HYPERLOCAL_TRY(record, ReadyFile::Write(*file, document.dump(2) + "\n"));
  }
  std::unique_ptr<ReadyFile> ready;
  if (const auto file = line.Value("ready-file")) {
    HYPERLOCAL_TRY(ready, ReadyFile::Write(*file, cloud->storage_url() + "\n"));
  }
  context.console.WriteErr(Welcome(*cloud, place));
  HYPERLOCAL_TRY_STATUS(
      context.console.WriteOut(EnvironmentText(variables, EnvironmentFormat::kDotenv)));
  WaitUntilStopped(context);
  ready.reset();
  cloud->Stop(kGrace);
  return Ok();
}

Result<CloudEnvironment> RunningEnvironment(const GetEnvironmentVariable& get) {
  HYPERLOCAL_TRY(const fs::path file, RecordFile(get));
  const Error none{ErrorCode::kNoInput, "no emulator is running; start one: hyperlocal emulate"};
  auto text = ReadWholeFile(file);
  if (!text) return text.error().code == ErrorCode::kNoInput ? none : text.error();
  HYPERLOCAL_TRY(const json document, ParseJson(*text, file.string()));
  CloudEnvironment variables;
  try {
    // One that was killed has left its record behind.
    if (::kill(document.at("pid").get<pid_t>(), 0) != 0 && errno == ESRCH) return none;
    for (const json& row : document.at("environment")) {
      variables.emplace_back(row.at(0).get<std::string>(), row.at(1).get<std::string>());
    }
  } catch (const json::exception& bad) {
    return Error{ErrorCode::kInvalidJson,
                 fmt::format("{} is not the record of an emulator ({}); remove it and start the "
                             "emulator again",
                             file.string(), bad.what())};
  }
  return variables;
}

int Report(const Status& done, const CommandLine& line, CommandContext& context) {
  if (done) return 0;
  FailureReport failure;
  failure.error = done.error();
  failure.next_command = HelpAfterUsage(line, failure.error);
  return ReportFailure(std::move(failure), line, context);
}

Status PrintEnvironment(const CommandLine& line, CommandContext& context,
                        const GetEnvironmentVariable& get) {
  const auto format = ParseEnvironmentFormat(line.Value("format").value_or("sh"));
  HYPERLOCAL_TRY(const CloudEnvironment variables, RunningEnvironment(get));
  return context.console.WriteOut(
      EnvironmentText(variables, format.value_or(EnvironmentFormat::kShell)));
}

}  // namespace

int RunEmulate(const CommandLine& line, CommandContext& context,
               const GetEnvironmentVariable& get) {
  return Report(Emulate(line, context, get), line, context);
}

int RunEnv(const CommandLine& line, CommandContext& context, const GetEnvironmentVariable& get) {
  return Report(PrintEnvironment(line, context, get), line, context);
}

}  // namespace hyperlocal::cli
