// The command `hyperlocal`, and the service.

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "cli/asset_sources.h"
#include "cli/assets_command.h"
#include "cli/cloud_flags.h"
#include "cli/cloud_render.h"
#include "cli/cloud_storage.h"
#include "cli/cloudrun_command.h"
#include "cli/contract_command.h"
#include "cli/doctor_command.h"
#include "cli/emulate_command.h"
#include "cli/environment.h"
#include "cli/exec_command.h"
#include "cli/failure_report.h"
#include "cli/golden_command.h"
#include "cli/local_render.h"
#include "cli/machine_checks.h"
#include "cli/plain_answers.h"
#include "cli/process_console.h"
#include "cli/render_command.h"
#include "cli/serve_command.h"
#include "cli/signal_watcher.h"
#include "cli/stage_commands.h"
#include "cli/state_directory.h"
#include "cli/storage_command.h"
#include "cli/storage_serve_command.h"
#include "cli/workflow_command.h"

namespace hyperlocal::cli {
namespace {

// Where the emulated cloud keeps its key from one render to the next; empty where that cannot be.
std::filesystem::path KeyDirectory() {
  const auto directory = StateDirectory("identity", GetProcessVariable);
  std::error_code failed;
  if (directory) std::filesystem::create_directories(*directory, failed);
  return directory && !failed ? *directory : std::filesystem::path();
}

// Through the emulated cloud, unless the engine alone is asked for.
RenderFunction RenderOf(const CommandLine& line, CommandContext& context) {
  return [&line, &context](LocalRenderOptions options, RenderObserver& observer,
                           const CancellationToken& cancel) -> Result<LocalRenderResult> {
    options.assets = AssetSourcesOfUser(options.fetch, cancel);
    if (line.Has("direct")) {
      for (const char* const flag : {"faults", "service-command", "workflow"}) {
        if (line.Has(flag)) {
          return Error{ErrorCode::kUsage, std::string("--direct leaves out the cloud that --") +
                                              flag + " is about: give one of them"};
        }
      }
      return RenderLocally(options, observer, cancel);
    }
    HYPERLOCAL_TRY(LocalCloudOptions cloud, CloudOptionsOf(line, context));
    cloud.warn = nullptr;  // the display is the observer's
    cloud.key_directory = KeyDirectory();
    return RenderThroughCloud(options, std::move(cloud), observer, cancel);
  };
}

// Baselines are of the whole pipeline; seams and determinism look at the chunks between its stages.
int RunGoldenHere(const CommandLine& line, CommandContext& context) {
  const bool looks_at_chunks =
      line.command->name == "golden seams" || line.command->name == "golden determinism";
  return RunGolden(line, context,
                   looks_at_chunks ? RenderFunction(RenderLocally) : RenderOf(line, context),
                   AssetSourcesOfUser);
}

int Run(const CommandLine& line, CommandContext& context) {
  if (line.command->name == "render") return RunRender(line, context, RenderOf(line, context));
  if (line.command->name == "emulate") return RunEmulate(line, context, GetProcessVariable);
  if (line.command->name == "exec") return RunExec(line, context);
  if (line.command->name == "env") return RunEnv(line, context, GetProcessVariable);
  if (line.command->name == "plan") return RunPlan(line, context);
  if (line.command->name == "render-chunk") return RunRenderChunk(line, context);
  if (line.command->name == "assemble") return RunAssemble(line, context);
  if (line.command->name.starts_with("assets ")) {
    return RunAssets(line, context, AssetSourcesOfUser);
  }
  if (line.command->name.starts_with("contract ")) return RunContract(line, context);
  if (line.command->name.starts_with("golden ")) return RunGoldenHere(line, context);
  if (line.command->name.starts_with("cloudrun ")) return RunCloudRun(line, context);
  if (line.command->name.starts_with("workflow ")) return RunWorkflow(line, context);
  if (line.command->name == "serve") return RunServe(line, context, GetProcessVariable);
  if (line.command->name == "storage serve") {
    return RunStorageServe(line, context, GetProcessVariable);
  }
  if (line.command->name.starts_with("storage ")) {
    return RunStorage(line, context, OpenCloudStorage);
  }
  if (line.command->name == "doctor") {
    return RunDoctor(line, context, MachineChecks(context.cancel));
  }
  // The command table has a verb that nobody runs: a bug.
  context.console.WriteErr("hyperlocal: " + std::string(line.command->name) + " does nothing\n");
  return SpecOf(ErrorCode::kInternal).exit_status;
}

// Frames are some megabytes each. By default glibc gives a block of that size back to the kernel
// with every free, and the kernel clears its pages again for the next one: a second of CPU time in
// ten seconds of 1080p.
void KeepFreedFrames() {
  constexpr int kLargestFrame = 32 << 20;  // 3840x2160 in RGBA; and the most that glibc takes here
  ::mallopt(M_MMAP_THRESHOLD, kLargestFrame);
  ::mallopt(M_TRIM_THRESHOLD, 4 * kLargestFrame);
}

// By default glibc gives up to eight arenas a core to threads, and what one of them has freed no
// other uses: chunks, encoders and servers come and go in threads of their own, and a third of the
// memory of a render through the cloud lay idle so.
void ShareFreedMemory() {
  ::mallopt(M_ARENA_MAX, std::max(2, static_cast<int>(std::thread::hardware_concurrency())));
}

int Main(int argc, char** argv) {
  KeepFreedFrames();
  ShareFreedMemory();
  const Environment environment = ReadProcessEnvironment();
  ProcessConsole console;
  try {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const PlainAnswer answer = AnswerPlainly(arguments, console, environment);
    if (answer.exit_status) return *answer.exit_status;
    PrepareForFaults(answer.line);

    const CancellationToken cancel;
    const SignalWatcher signals(cancel, console);
    std::error_code ignored;  // without a working directory relative paths fail later, by name
    CommandContext context{
        .console = console,
        .environment = environment,
        .clock = [] { return std::chrono::steady_clock::now(); },
        .cancel = cancel,
        .first_signal = [&signals] { return signals.first_signal(); },
        .working_directory = std::filesystem::current_path(ignored),
    };
    return Run(answer.line, context);
  } catch (const std::exception& bug) {
    FailureReport failure;
    failure.error = Error{ErrorCode::kInternal, bug.what()};
    failure.verb = argc > 1 ? argv[1] : "hyperlocal";
    failure.next_command = "hyperlocal doctor";
    console.WriteErr(FailureText(failure, environment.UseColor(console.ErrIsTerminal())));
    return failure.exit_status();
  }
}

}  // namespace
}  // namespace hyperlocal::cli

int main(int argc, char** argv) {
  return hyperlocal::cli::Main(argc, argv);
}
