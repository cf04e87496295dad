#include "engine/browser/chrome_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>

#include "engine/browser/chrome_sandbox.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

// The kernel sends a death signal when the *thread* that forked ends, not the process. So every
// Chrome is forked by one thread that lives as long as we do.
class ForkThread {
 public:
  static ForkThread& Get() {
    static auto* const instance =
        new ForkThread;  // never destroyed: its end would kill every Chrome
    return *instance;
  }

  pid_t Run(const std::function<pid_t()>& fork_child) {
    std::unique_lock turn(turn_);
    std::unique_lock lock(mutex_);
    request_ = &fork_child;
    changed_.notify_all();
    changed_.wait(lock, [&] { return request_ == nullptr; });
    return answer_;
  }

 private:
  ForkThread() {
    std::thread([this] {
      std::unique_lock lock(mutex_);
      for (;;) {
        changed_.wait(lock, [&] { return request_ != nullptr; });
        answer_ = (*request_)();
        request_ = nullptr;
        changed_.notify_all();
      }
    }).detach();
  }

  std::mutex turn_;  // one caller at a time
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<pid_t()>* request_ = nullptr;
  pid_t answer_ = -1;
};

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  // Both ends above the descriptors 3 and 4, where the child needs room.
  bool Open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read_end = ::fcntl(ends[0], F_DUPFD_CLOEXEC, 10);
    write_end = ::fcntl(ends[1], F_DUPFD_CLOEXEC, 10);
    ::close(ends[0]);
    ::close(ends[1]);
    return read_end >= 0 && write_end >= 0;
  }
  void CloseBoth() {
    if (read_end >= 0) ::close(read_end);
    if (write_end >= 0) ::close(write_end);
    read_end = write_end = -1;
  }
};

void SetNonBlocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

// Our environment, but with the clock in UTC: a page must see the same local time on every machine.
std::vector<std::string> ChildEnvironment() {
  std::vector<std::string> environment;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, "TZ=", 3) != 0) environment.emplace_back(*entry);
  }
  environment.emplace_back("TZ=UTC");
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<std::unique_ptr<ChromeProcess>> ChromeProcess::Start(
    const fs::path& binary, const std::vector<std::string>& arguments) {
  // A Chrome that died shows itself as a failed write to its pipe, not as the end of this program.
  struct sigaction on_broken_pipe {};
  if (::sigaction(SIGPIPE, nullptr, &on_broken_pipe) == 0 && on_broken_pipe.sa_handler == SIG_DFL) {
    ::signal(SIGPIPE, SIG_IGN);
  }

  std::unique_ptr<ChromeProcess> process(new ChromeProcess);
  HYPERLOCAL_TRY(process->profile_, ScratchDirectory::Create("chrome"));

  std::vector<std::string> command{binary.string(),
                                   "--user-data-dir=" + process->profile_->path().string()};
  HYPERLOCAL_TRY(const bool sandbox, UseChromeSandbox());
  if (!sandbox) command.emplace_back("--no-sandbox");
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = ChildEnvironment();
  const std::vector<char*> argv = Pointers(command);
  const std::vector<char*> envp = Pointers(environment);

  Pipe commands, answers, log;
  if (!commands.Open() || !answers.Open() || !log.Open()) {
    const std::string why = std::strerror(errno);
    commands.CloseBoth();
    answers.CloseBoth();
    log.CloseBoth();
    return Error{ErrorCode::kDependencyUnavailable, "cannot open Chrome's pipes: " + why};
  }
  const int null_fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const pid_t parent = ::getpid();

  int fork_errno = 0;  // errno belongs to the thread that forks
  process->pid_ = ForkThread::Get().Run([&]() -> pid_t {
    const pid_t child = ::fork();
    if (child < 0) fork_errno = errno;
    if (child != 0) return child;
    // Only async-signal-safe calls from here on.
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // we died between fork and prctl
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(null_fd, 0);
    ::dup2(null_fd, 1);
    ::dup2(log.write_end, 2);
    ::dup2(commands.read_end, 3);
    ::dup2(answers.write_end, 4);
    ::close_range(5, ~0U, 0);  // what libraries opened without close-on-exec is not Chrome's
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  });
  ::close(commands.read_end);
  ::close(answers.write_end);
  ::close(log.write_end);
  if (null_fd >= 0) ::close(null_fd);
  process->command_fd_ = commands.write_end;
  process->answer_fd_ = answers.read_end;
  process->log_fd_ = log.read_end;
  if (process->pid_ < 0) {
    return Error{ErrorCode::kDependencyUnavailable,
                 std::string("cannot start Chrome: ") + std::strerror(fork_errno)};
  }
  ::setpgid(process->pid_, process->pid_);  // whichever of the two of us is first
  SetNonBlocking(process->command_fd_);
  SetNonBlocking(process->answer_fd_);
  SetNonBlocking(process->log_fd_);
  return process;
}

ChromeProcess::~ChromeProcess() {
  for (const int fd : {command_fd_, answer_fd_, log_fd_}) {
    if (fd >= 0) ::close(fd);
  }
  Kill();
  if (pid_ > 0) {
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

void ChromeProcess::Kill() {
  // Not reaped before the destructor, so that the number cannot have become another group's.
  if (pid_ > 0) ::kill(-pid_, SIGKILL);
}

std::string ChromeProcess::ExitDescription() const {
  siginfo_t end{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      end.si_pid != pid_) {
    return "";
  }
  const std::string number = std::to_string(end.si_status);
  if (end.si_code != CLD_EXITED) return "killed by signal " + number;
  return end.si_status == 127 ? "could not be executed" : "exited with status " + number;
}

}  // namespace hyperlocal
