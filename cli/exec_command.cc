#include "cli/exec_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "cli/child_command.h"
#include "cli/cloud_flags.h"
#include "cli/local_cloud.h"
#include "cli/report_failure.h"
#include "engine/file/scratch_directory.h"
#include "engine/file/whole_file.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;

// A HOME of the command's own: it can neither read this user's credentials nor change its settings,
// and the published command line finds the stack in it that it would have deployed.
Result<fs::path> MakeHome(const fs::path& scratch, const LocalCloud& cloud) {
  const fs::path home = scratch / "home";
  std::error_code ec;
  fs::create_directories(home / ".hyperframes", ec);
  if (ec) {
    return Error{ErrorCode::kCannotWrite,
                 fmt::format("cannot make {}: {}", home.string(), ec.message())};
  }
  const nlohmann::json stack{{"projectId", cloud.workflow().project},
                             {"region", cloud.workflow().location},
                             {"bucketName", cloud.bucket()},
                             {"serviceUrl", cloud.service_url()},
                             {"workflowId", cloud.workflow().workflow}};
  HYPERLOCAL_TRY_STATUS(WriteWholeFile(home / ".hyperframes" / "cloudrun-state.json",
                                       stack.dump(2) + "\n", Durability::kUnsynced));
  return home;
}

Result<int> Exec(const CommandLine& line, CommandContext& context) {
  HYPERLOCAL_TRY(LocalCloudOptions options, CloudOptionsOf(line, context));
  HYPERLOCAL_TRY(const std::unique_ptr<ScratchDirectory> scratch, ScratchDirectory::Create("exec"));
  options.data = scratch->path();
  options.durability = Durability::kUnsynced;
  HYPERLOCAL_TRY(const auto cloud, LocalCloud::Start(std::move(options)));
  ChildCommand command;
  command.arguments = line.arguments;
  command.environment = cloud->environment();
  if (!line.Has("keep-home")) {
    HYPERLOCAL_TRY(const fs::path home, MakeHome(scratch->path(), *cloud));
    command.environment.emplace_back("HOME", home.string());
    for (const char* const name : {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"}) {
      command.environment.emplace_back(name, (home / name).string());
    }
  }
  return RunChild(command, context.cancel, context.first_signal);
}

}  // namespace

int RunExec(const CommandLine& line, CommandContext& context) {
  const Result<int> status = Exec(line, context);
  if (status) return *status;
  FailureReport failure;
  failure.error = status.error();
  failure.next_command = HelpAfterUsage(line, failure.error);
  return ReportFailure(std::move(failure), line, context);
}

}  // namespace hyperlocal::cli
