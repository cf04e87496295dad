// The command `hyperlocal`: answers what needs no engine (version, help, mistakes in the command
// line) at once, and becomes hyperlocal-engine for everything else. Two programs, because the
// dynamic loader needs some 40 ms for libav and the hundred libraries behind it, and a --version or
// a mistyped flag should not wait for them.

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "cli/environment.h"
#include "cli/failure_report.h"
#include "cli/plain_answers.h"
#include "cli/process_console.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;

int Fail(Error error, ProcessConsole& console, const Environment& environment) {
  FailureReport failure;
  failure.error = std::move(error);
  failure.verb = "start";
  console.WriteErr(FailureText(failure, environment.UseColor(console.ErrIsTerminal())));
  return failure.exit_status();
}

// Beside us in a build tree; in libexec once installed. Returns only when neither is there.
Error BecomeEngine(char** argv) {
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  const std::array places{here / "hyperlocal-engine",
                          here.parent_path() / HYPERLOCAL_LIBEXEC / "hyperlocal-engine"};
  std::string tried;
  for (const fs::path& place : places) {
    ::execv(place.c_str(), argv);
    tried += fmt::format("\n{}: {}", place.string(), std::strerror(errno));
  }
  return Error{ErrorCode::kDependencyUnavailable,
               "cannot start hyperlocal-engine, which belongs to this program; install both "
               "together" +
                   tried};
}

int Main(int argc, char** argv) {
  const Environment environment = ReadProcessEnvironment();
  ProcessConsole console;
  try {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const PlainAnswer answer = AnswerPlainly(arguments, console, environment);
    if (answer.exit_status) return *answer.exit_status;
    return Fail(BecomeEngine(argv), console, environment);
  } catch (const std::exception& bug) {
    return Fail(Error{ErrorCode::kInternal, bug.what()}, console, environment);
  }
}

}  // namespace
}  // namespace hyperlocal::cli

int main(int argc, char** argv) {
  return hyperlocal::cli::Main(argc, argv);
}
