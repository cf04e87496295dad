// hyperlocal-engine: the part of the command that needs the engine. `hyperlocal` starts it with its
// own arguments.

#include <malloc.h>

#include <chrono>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "cli/cloud_storage.h"
#include "cli/contract_command.h"
#include "cli/doctor_command.h"
#include "cli/environment.h"
#include "cli/failure_report.h"
#include "cli/local_render.h"
#include "cli/machine_checks.h"
#include "cli/plain_answers.h"
#include "cli/process_console.h"
#include "cli/render_command.h"
#include "cli/signal_watcher.h"
#include "cli/stage_commands.h"
#include "cli/storage_command.h"
#include "cli/storage_serve_command.h"
#include "cli/workflow_command.h"

namespace hyperlocal::cli {
namespace {

int Run(const CommandLine& line, CommandContext& context) {
  if (line.command->name == "render") return RunRender(line, context, RenderLocally);
  if (line.command->name == "plan") return RunPlan(line, context);
  if (line.command->name == "render-chunk") return RunRenderChunk(line, context);
  if (line.command->name == "assemble") return RunAssemble(line, context);
  if (line.command->name.starts_with("contract ")) return RunContract(line, context);
  if (line.command->name.starts_with("workflow ")) return RunWorkflow(line, context);
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

int Main(int argc, char** argv) {
  KeepFreedFrames();
  const Environment environment = ReadProcessEnvironment();
  ProcessConsole console;
  try {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const PlainAnswer answer = AnswerPlainly(arguments, console, environment);
    if (answer.exit_status) return *answer.exit_status;

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
