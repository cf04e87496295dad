#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "engine/file/posix_error_internal.h"
#include "fakes/cloud_run/instance_process_internal.h"
#include "fakes/cloud_run/instance_warden_internal.h"

namespace hyperlocal::cloud_run {
namespace {

namespace fs = std::filesystem;

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

// Both ends above the numbers that the warden gives to its own. A socket is a pipe that can be
// written to without a signal.
enum class PipeKind { kPipe, kSocket };
Result<Pipe> OpenPipe(PipeKind kind = PipeKind::kPipe) {
  int ends[2];
  if ((kind == PipeKind::kPipe ? ::pipe2(ends, O_CLOEXEC)
                               : ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) != 0) {
    return Error{ErrorCode::kDependencyUnavailable,
                 std::string("cannot open an instance's pipes: ") + std::strerror(errno)};
  }
  const FileDescriptor low_read(ends[0]), low_write(ends[1]);
  Pipe pipe{FileDescriptor(::fcntl(ends[0], F_DUPFD_CLOEXEC, 10)),
            FileDescriptor(::fcntl(ends[1], F_DUPFD_CLOEXEC, 10))};
  if (!pipe.read_end.valid() || !pipe.write_end.valid()) {
    return Error{ErrorCode::kDependencyUnavailable,
                 std::string("cannot open an instance's pipes: ") + std::strerror(errno)};
  }
  return pipe;
}

void SetNonBlocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

std::string_view PathIn(const std::vector<std::string>& environment) {
  for (const std::string_view entry : environment) {
    if (entry.starts_with("PATH=")) return entry.substr(5);
  }
  return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

// The file that execvp would run, with the PATH of the instance.
Result<fs::path> FindProgram(const InstanceCommand& command) {
  const std::string& name = command.arguments.front();
  const fs::path base =
      command.working_directory.empty() ? fs::path(".") : command.working_directory;
  std::error_code ignored;
  if (name.find('/') != std::string::npos) {
    const fs::path program = fs::absolute(base / name, ignored);
    if (::access(program.c_str(), X_OK) == 0 && !fs::is_directory(program, ignored)) {
      return program;
    }
    return PosixError(errno == 0 ? EACCES : errno, "run", program, ErrorCode::kNoInput);
  }
  std::string_view path = PathIn(command.environment);
  const std::string all(path);
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(':'), path.size());
    const std::string_view directory = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    const fs::path program = fs::absolute(
        base / (directory.empty() ? std::string_view(".") : directory) / name, ignored);
    if (::access(program.c_str(), X_OK) == 0 && !fs::is_directory(program, ignored)) {
      return program;
    }
  }
  return Error{ErrorCode::kNoInput, "cannot run " + name + ": there is no such program in " + all};
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// A number that came over a pipe of the warden's; nullopt at the pipe's end. Waits for it.
std::optional<int> ReadNumber(int fd) {
  int number = 0;
  ssize_t size;
  do {
    size = ::read(fd, &number, sizeof number);
  } while (size < 0 && errno == EINTR);
  // Less than a pipe's atomic size: whole or not at all.
  if (size != static_cast<ssize_t>(sizeof number)) return std::nullopt;
  return number;
}

}  // namespace

Status CheckInstanceCommand(const InstanceCommand& command) {
  if (command.arguments.empty() || command.arguments.front().empty()) {
    return Error{ErrorCode::kUsage, "the command of the service names no program"};
  }
  if (!command.working_directory.empty()) {
    std::error_code error;
    if (!fs::is_directory(command.working_directory, error)) {
      return PosixError(error ? error.value() : ENOTDIR, "run the service in",
                        command.working_directory, ErrorCode::kNoInput);
    }
  }
  HYPERLOCAL_TRY(const fs::path program, FindProgram(command));
  return Ok();
}

InstanceProcess::InstanceProcess(FileDescriptor control, FileDescriptor report,
                                 FileDescriptor output, FileDescriptor error)
    : control_(std::move(control)),
      report_(std::move(report)),
      output_(std::move(output)),
      error_(std::move(error)) {}

Result<std::unique_ptr<InstanceProcess>> InstanceProcess::Start(const InstanceCommand& command) {
  HYPERLOCAL_TRY_STATUS(CheckInstanceCommand(command));
  HYPERLOCAL_TRY(const fs::path program, FindProgram(command));
  const std::string program_text = program.string();
  const std::string directory_text = command.working_directory.string();
  std::vector<std::string> arguments = command.arguments, environment = command.environment;
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);

  HYPERLOCAL_TRY(Pipe control, OpenPipe(PipeKind::kSocket));
  HYPERLOCAL_TRY(Pipe report, OpenPipe());
  HYPERLOCAL_TRY(Pipe start, OpenPipe());
  HYPERLOCAL_TRY(Pipe output, OpenPipe());
  HYPERLOCAL_TRY(Pipe error, OpenPipe());
  const FileDescriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));

  WardenPlan plan;
  plan.arguments = argv.data();
  plan.environment = envp.data();
  plan.program = program_text.c_str();
  plan.working_directory = directory_text.empty() ? nullptr : directory_text.c_str();
  if (command.address_space_limit > 0) plan.address_space_limit = command.address_space_limit;
  plan.null_fd = null.get();
  plan.control_fd = control.read_end.get();
  plan.report_fd = report.write_end.get();
  plan.start_fd = start.write_end.get();
  plan.output_fd = output.write_end.get();
  plan.error_fd = error.write_end.get();

  std::unique_ptr<InstanceProcess> process(
      new InstanceProcess(std::move(control.write_end), std::move(report.read_end),
                          std::move(output.read_end), std::move(error.read_end)));
  const pid_t warden = ::fork();
  if (warden == 0) RunWarden(plan);
  if (warden < 0) {
    return Error{ErrorCode::kDependencyUnavailable,
                 std::string("cannot start an instance: ") + std::strerror(errno)};
  }
  process->warden_ = warden;
  ::setpgid(warden, warden);
  // Ours would keep the pipes open behind the warden's and the program's end.
  (void)report.write_end.Close();
  (void)start.write_end.Close();
  (void)output.write_end.Close();
  (void)error.write_end.Close();
  SetNonBlocking(process->output_fd());
  SetNonBlocking(process->error_fd());

  if (const std::optional<int> failure = ReadNumber(start.read_end.get())) {
    return PosixError(*failure, "run", program,
                      *failure == EAGAIN || *failure == ENOMEM ? ErrorCode::kDependencyUnavailable
                                                               : ErrorCode::kNoInput);
  }
  const std::optional<int> pid = ReadNumber(process->end_fd());
  if (!pid) return Error{ErrorCode::kDependencyUnavailable, "the warden of an instance was killed"};
  process->pid_ = *pid;
  return process;
}

InstanceProcess::~InstanceProcess() {
  if (warden_ <= 0) return;
  (void)control_.Close();  // what the warden waits for
  while (::waitpid(warden_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void InstanceProcess::Terminate() {
  ::send(control_.get(), "T", 1, MSG_NOSIGNAL);
}
void InstanceProcess::Kill() {
  ::send(control_.get(), "K", 1, MSG_NOSIGNAL);
}

std::optional<InstanceEnd> InstanceProcess::End() {
  if (end_) return end_;
  pollfd event{report_.get(), POLLIN, 0};
  if (::poll(&event, 1, 0) <= 0) return std::nullopt;
  // Without a number the warden was killed, and the program with it.
  const int status = ReadNumber(report_.get()).value_or(-1);
  end_ = InstanceEnd{};
  if (status == -1) {
    end_->signal = SIGKILL;
  } else if (WIFSIGNALED(status)) {
    end_->signal = WTERMSIG(status);
  } else {
    end_->status = WEXITSTATUS(status);
  }
  return end_;
}

}  // namespace hyperlocal::cloud_run
