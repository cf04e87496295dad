#include "cli/child_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <thread>

extern char** environ;

namespace hyperlocal::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{20};
constexpr std::chrono::seconds kGrace{10};  // from the signal to SIGKILL

std::vector<std::string> MergedEnvironment(const CloudEnvironment& changes) {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const auto& [name, value] : changes) variables.insert_or_assign(name, value);
  std::vector<std::string> merged;
  for (const auto& [name, value] : variables) merged.push_back(name + "=" + value);
  return merged;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

Error CannotRun(const std::string& program, int error) {
  const std::string message = fmt::format("cannot run {}: {}", program, std::strerror(error));
  if (error == ENOENT) {
    return Error{ErrorCode::kNoInput, message + "; is it in PATH?"};
  }
  return Error{error == EACCES || error == ENOEXEC ? ErrorCode::kPermission
                                                   : ErrorCode::kDependencyUnavailable,
               message};
}

// Starts the program; its death signal is ours.
Result<pid_t> Start(const ChildCommand& command) {
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> variables = MergedEnvironment(command.environment);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(variables);
  int failure[2] = {-1, -1};  // carries errno when the program cannot be run
  if (::pipe2(failure, O_CLOEXEC) != 0) return CannotRun(arguments[0], errno);
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    const int error = errno;
    ::close(failure[0]);
    ::close(failure[1]);
    return CannotRun(arguments[0], error);
  }
  if (child == 0) {
    // Only async-signal-safe calls from here: other threads may have held any lock.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != self) ::_exit(1);  // we are gone already
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGTSTP}) {
      struct sigaction current {};
      if (::sigaction(signal, nullptr, &current) == 0 && current.sa_handler != SIG_IGN) {
        ::signal(signal, SIG_DFL);
      }
    }
    ::execvpe(argv[0], argv.data(), envp.data());
    const int error = errno;
    [[maybe_unused]] const ssize_t told = ::write(failure[1], &error, sizeof error);
    ::_exit(127);
  }
  ::close(failure[1]);
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(failure[0], &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  ::close(failure[0]);
  if (got == sizeof error) {
    ::waitpid(child, nullptr, 0);
    return CannotRun(arguments[0], error);
  }
  return child;
}

int StatusOf(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<int> RunChild(const ChildCommand& command, const CancellationToken& cancel,
                     const std::function<int()>& first_signal) {
  HYPERLOCAL_TRY(const pid_t child, Start(command));
  std::chrono::steady_clock::time_point kill_at;
  bool asked = false;
  for (;;) {
    int status = 0;
    const pid_t over = ::waitpid(child, &status, WNOHANG);
    if (over == child) return StatusOf(status);
    if (over < 0 && errno != EINTR) {
      return Error{ErrorCode::kInternal,
                   fmt::format("lost sight of {}: {}", command.arguments[0], std::strerror(errno))};
    }
    const auto now = std::chrono::steady_clock::now();
    if (cancel.cancelled() && !asked) {
      asked = true;
      kill_at = now + kGrace;
      const int signal = first_signal();
      // A terminal's Ctrl-C has reached the child already; a second one would be «at once».
      if (signal != SIGINT || ::isatty(STDIN_FILENO) == 0) {
        ::kill(child, signal != 0 ? signal : SIGTERM);
      }
    } else if (asked && now >= kill_at) {
      ::kill(child, SIGKILL);
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

}  // namespace hyperlocal::cli
