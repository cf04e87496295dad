#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <initializer_list>

#include "fakes/cloud_run/instance_warden_internal.h"

namespace hyperlocal::cloud_run {
namespace {

constexpr int kControl = 3;
constexpr int kReport = 4;
constexpr int kStart = 5;

void ResetSignals() {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &plain, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void Tell(int fd, int value) {
  while (::write(fd, &value, sizeof value) < 0 && errno == EINTR) {
  }
}

[[noreturn]] void RunProgram(const WardenPlan& plan, pid_t warden) {
  ResetSignals();
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != warden) ::_exit(127);  // it died between fork and prctl
  for (const int fd : {kControl, kReport, kStart}) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  if (plan.address_space_limit != RLIM_INFINITY) {
    const rlimit limit{plan.address_space_limit, plan.address_space_limit};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  if (plan.working_directory == nullptr || ::chdir(plan.working_directory) == 0) {
    ::execve(plan.program, plan.arguments, plan.environment);
  }
  Tell(kStart, errno);
  ::_exit(127);
}

// Kills those of our children that are no member of the program's group any more: what came to us
// when its own parent died. False: the kernel does not tell who they are.
bool KillOrphans() {
  char list[4096];
  const int file = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t size = ::read(file, list, sizeof list);
  ::close(file);
  pid_t number = 0;
  for (ssize_t i = 0; i < size; ++i) {
    if (list[i] >= '0' && list[i] <= '9') {
      number = number * 10 + (list[i] - '0');
    } else if (number > 0) {
      ::kill(number, SIGKILL);
      number = 0;
    }
  }
  return true;
}

// Returns the program's status when none of our children is left.
int KillAll(pid_t program) {
  int status = -1;
  bool program_is_there = true;
  for (int rounds_unseen = 0; rounds_unseen < 100;) {
    if (program_is_there) {  // later its number may be another's
      ::kill(-program, SIGKILL);
      ::kill(program, SIGKILL);
    }
    if (!KillOrphans() && !program_is_there) ++rounds_unseen;
    int ended_with = 0;
    const pid_t ended = ::waitpid(-1, &ended_with, WNOHANG);
    if (ended < 0 && errno == ECHILD) break;
    if (ended == program) {
      status = ended_with;
      program_is_there = false;
    }
    if (ended == 0) ::poll(nullptr, 0, 1);
  }
  return status;
}

}  // namespace

void RunWarden(const WardenPlan& plan) {
  ResetSignals();
  // What a terminal or an init sends to everybody is not for the warden: it ends when we do.
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP}) {
    ::signal(number, SIG_IGN);
  }
  ::setpgid(0, 0);
  ::dup2(plan.null_fd, 0);
  ::dup2(plan.output_fd, 1);
  ::dup2(plan.error_fd, 2);
  ::dup2(plan.control_fd, kControl);
  ::dup2(plan.report_fd, kReport);
  ::dup2(plan.start_fd, kStart);
  ::close_range(kStart + 1, ~0U, 0);  // among them our ends of other wardens' pipes
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t warden = ::getpid();
  const pid_t program = ::fork();
  if (program == 0) RunProgram(plan, warden);
  if (program < 0) {
    Tell(kStart, errno);
    ::_exit(1);
  }
  Tell(kReport, program);
  // The start pipe and the logs end when the program's ends of them are closed.
  for (const int fd : {0, 1, 2, kStart}) ::close(fd);
  const int ended = static_cast<int>(::syscall(SYS_pidfd_open, program, 0));
  for (;;) {
    pollfd events[] = {{kControl, POLLIN, 0}, {ended, POLLIN, 0}};
    // The time-out is for orphans that ended: nobody else takes their status.
    if (::poll(events, ended >= 0 ? 2 : 1, 500) < 0 && errno != EINTR) break;
    siginfo_t end{};
    if (::waitid(P_PID, static_cast<id_t>(program), &end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        end.si_pid == program) {
      break;
    }
    siginfo_t orphan{};
    while (::waitid(P_ALL, 0, &orphan, WEXITED | WNOHANG | WNOWAIT) == 0 && orphan.si_pid != 0 &&
           orphan.si_pid != program) {
      ::waitpid(orphan.si_pid, nullptr, WNOHANG);
      orphan.si_pid = 0;
    }
    if (events[0].revents == 0) continue;
    char command = 'K';
    const ssize_t size = ::read(kControl, &command, 1);
    if (size < 0 && errno == EINTR) continue;
    if (size != 1 || command != 'T') break;
    ::kill(program, SIGTERM);
  }
  Tell(kReport, KillAll(program));
  ::_exit(0);
}

}  // namespace hyperlocal::cloud_run
