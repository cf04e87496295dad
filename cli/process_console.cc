#include "cli/process_console.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace hyperlocal::cli {
namespace {

constexpr std::string_view kHideCursor = "\x1b[?25l";
constexpr std::string_view kShowCursor = "\x1b[?25h\x1b[0m";

// Read by signal handlers, so it is a lock-free atomic and not a member.
std::atomic<bool> cursor_hidden{false};
static_assert(std::atomic<bool>::is_always_lock_free);

// Returns 0 or errno.
int WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

void RestoreTerminal() {
  if (cursor_hidden.exchange(false)) WriteAll(STDERR_FILENO, kShowCursor);
}

ProcessConsole::ProcessConsole() : err_is_terminal_(::isatty(STDERR_FILENO) == 1) {}

ProcessConsole::~ProcessConsole() {
  RestoreTerminal();
}

Status ProcessConsole::WriteOut(std::string_view text) {
  const int failure = WriteAll(STDOUT_FILENO, text);
  if (failure == 0) return Ok();
  return Error{ErrorCode::kIo,
               std::string("cannot write to standard output: ") + std::strerror(failure)};
}

void ProcessConsole::WriteErr(std::string_view text) {
  const std::lock_guard lock(err_mutex_);
  WriteAll(STDERR_FILENO, text);
}

bool ProcessConsole::OutIsTerminal() const {
  return ::isatty(STDOUT_FILENO) == 1;
}

TerminalSize ProcessConsole::ErrSize() const {
  winsize size{};
  TerminalSize result;
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0) return result;
  if (size.ws_col > 0) result.columns = size.ws_col;
  if (size.ws_row > 0) result.rows = size.ws_row;
  return result;
}

void ProcessConsole::ShowCursor(bool visible) {
  if (visible) {
    RestoreTerminal();
    return;
  }
  cursor_hidden = true;  // first: a signal between the two shows a cursor that was never hidden
  WriteErr(kHideCursor);
}

void ProcessConsole::Suspend() {
  const std::lock_guard lock(err_mutex_);
  const bool hidden = cursor_hidden;
  if (hidden) {
    RestoreTerminal();
    WriteAll(STDERR_FILENO, "\r\n");
  }
  // To this thread: a signal to the process may reach another one first, and this one would go on
  // for a moment.
  ::raise(SIGSTOP);
  if (hidden) {
    cursor_hidden = true;
    WriteAll(STDERR_FILENO, kHideCursor);
    resumed_ = true;
  }
}

}  // namespace hyperlocal::cli
