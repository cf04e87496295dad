#include "cli/signal_watcher.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace hyperlocal::cli {
namespace {

constexpr std::array kTerminations{SIGINT, SIGTERM, SIGHUP};
constexpr std::array kCrashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

std::atomic<int> write_end{-1};
std::atomic<int> terminations_seen{0};
static_assert(std::atomic<int>::is_always_lock_free);

void SendToThread(int signal) {
  const auto byte = static_cast<unsigned char>(signal);
  // A full pipe means that enough signals wait already.
  [[maybe_unused]] const ssize_t written = ::write(write_end, &byte, 1);
}

void OnTermination(int signal) {
  const int saved_errno = errno;
  if (terminations_seen.fetch_add(1) >= 2) {
    RestoreTerminal();
    ::_exit(128 + signal);
  }
  SendToThread(signal);
  errno = saved_errno;
}

void OnOther(int signal) {
  const int saved_errno = errno;
  SendToThread(signal);
  errno = saved_errno;
}

// Unlike SIG_IGN, a handler that does nothing is not inherited by the programs that we start.
void OnPipe(int) {}

void OnCrash(int signal) {
  RestoreTerminal();
  ::raise(
      signal);  // the handler was taken away on entry: this ends the process as it would have ended
}

void Install(int signal, void (*handler)(int), unsigned flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(flags);
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

bool IsIgnored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// Children that have a process group of their own go with it. Their own children get the death
// signal that whoever started them asked for.
void KillChildren() {
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    std::ifstream children(task.path() / "children");
    for (pid_t child = 0; children >> child;) {
      ::kill(::getpgid(child) == child ? -child : child, SIGKILL);
    }
  }
}

}  // namespace

SignalWatcher::SignalWatcher(CancellationToken cancel, ProcessConsole& console)
    : cancel_(std::move(cancel)), console_(console) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return;  // signals keep their default: the process ends
  read_end_ = ends[0];
  ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
  write_end = ends[1];
  terminations_seen = 0;
  thread_ = std::thread([this] { Run(); });
  for (const int signal : kTerminations) {
    if (!IsIgnored(signal)) Install(signal, OnTermination, SA_RESTART);
  }
  Install(SIGPIPE, OnPipe, SA_RESTART);
  if (!IsIgnored(SIGTSTP)) Install(SIGTSTP, OnOther, SA_RESTART);
  if (console_.ErrIsTerminal()) {
    for (const int signal : kCrashes) Install(signal, OnCrash, SA_RESETHAND | SA_NODEFER);
  }
}

SignalWatcher::~SignalWatcher() {
  if (!thread_.joinable()) return;
  for (const int signal : kTerminations) {
    if (!IsIgnored(signal)) Install(signal, SIG_DFL, 0);
  }
  if (!IsIgnored(SIGTSTP)) Install(SIGTSTP, SIG_DFL, 0);
  ::close(write_end.exchange(-1));  // the thread reads the end of the pipe
  thread_.join();
  ::close(read_end_);
}

void SignalWatcher::Run() {
  for (;;) {
    unsigned char byte = 0;
    const ssize_t got = ::read(read_end_, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    Handle(byte);
  }
}

void SignalWatcher::Handle(int signal) {
  if (signal == SIGTSTP) {
    console_.Suspend();
    return;
  }
  int none = 0;
  if (first_signal_.compare_exchange_strong(none, signal)) {
    cancel_.Cancel();
    return;
  }
  RestoreTerminal();
  KillChildren();
  ::_exit(128 + signal);
}

}  // namespace hyperlocal::cli
