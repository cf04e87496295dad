#include "cli/tool_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include <fmt/format.h>

#include "cli/human_text.h"
#include "engine/file/file_descriptor_internal.h"

extern char** environ;

namespace hyperlocal::cli {
namespace {

constexpr int kLookMs = 50;
constexpr std::size_t kMostOutput = std::size_t{16} << 20;

std::vector<std::string> EnvironmentWith(
    const std::vector<std::pair<std::string, std::string>>& more) {
  std::map<std::string, std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) all[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const auto& [name, value] : more) all[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : all) lines.push_back(name + "=" + value);
  return lines;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

struct FileActions {
  FileActions() { ::posix_spawn_file_actions_init(&actions); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  posix_spawn_file_actions_t actions;
};

// Reads until the tool closes its end, or is gone.
std::string Collect(int from, pid_t child, const CancellationToken& cancel) {
  std::string output;
  bool asked = false;
  char buffer[4096];
  for (;;) {
    if (cancel.cancelled() && !asked) {
      ::kill(child, SIGTERM);
      asked = true;
    }
    pollfd ready{from, POLLIN, 0};
    if (::poll(&ready, 1, kLookMs) <= 0) continue;
    const ssize_t got = ::read(from, buffer, sizeof buffer);
    if (got == 0 || (got < 0 && errno != EINTR)) return output;
    if (got > 0 && output.size() < kMostOutput) {
      output.append(buffer, static_cast<std::size_t>(got));
    }
  }
}

int WaitFor(pid_t child, const CancellationToken& cancel) {
  bool asked = false;
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) {
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    if (ended < 0 && errno != EINTR) return 128;
    if (cancel.cancelled() && !asked) {
      ::kill(child, SIGTERM);
      asked = true;
    }
    ::poll(nullptr, 0, kLookMs);
  }
}

}  // namespace

std::string ToolLine(const ToolCommand& command) {
  std::string line;
  for (const std::string& argument : command.arguments) {
    line += (line.empty() ? "" : " ") + ShellQuoted(argument);
  }
  return line;
}

Result<ToolOutcome> RunTool(const ToolCommand& command, const CancellationToken& cancel) {
  const std::string& program = command.arguments.at(0);
  int ends[2] = {-1, -1};
  if (command.capture && ::pipe2(ends, O_CLOEXEC) != 0) {
    return Error{ErrorCode::kIo, fmt::format("cannot make a pipe: {}", std::strerror(errno))};
  }
  FileDescriptor read_end(ends[0]);
  FileDescriptor write_end(ends[1]);
  FileActions actions;
  ::posix_spawn_file_actions_addopen(&actions.actions, 0, "/dev/null", O_RDONLY, 0);
  if (command.quiet) {
    ::posix_spawn_file_actions_addopen(&actions.actions, 2, "/dev/null", O_WRONLY, 0);
  }
  ::posix_spawn_file_actions_adddup2(&actions.actions, command.capture ? write_end.get() : 2, 1);
  if (!command.directory.empty()) {
    ::posix_spawn_file_actions_addchdir_np(&actions.actions, command.directory.c_str());
  }
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = EnvironmentWith(command.environment);
  pid_t child = -1;
  const int failure = ::posix_spawnp(&child, program.c_str(), &actions.actions, nullptr,
                                     Pointers(arguments).data(), Pointers(environment).data());
  if (failure != 0) {
    return Error{ErrorCode::kDependencyUnavailable,
                 fmt::format("cannot run {}: {}; install it, and see that PATH names its directory",
                             program, std::strerror(failure))};
  }
  ToolOutcome outcome;
  if (command.capture) {
    write_end.Close();
    outcome.output = Collect(read_end.get(), child, cancel);
  }
  outcome.status = WaitFor(child, cancel);
  return outcome;
}

}  // namespace hyperlocal::cli
