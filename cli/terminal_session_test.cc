// The real console, signals and live view on a real (pseudo) terminal, with a scripted render: each
// session is a forked child whose terminal the test holds.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "cli/process_console.h"
#include "cli/render_command.h"
#include "cli/scripted_render_test_support.h"
#include "cli/signal_watcher.h"

namespace hyperlocal::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr const char* kShowCursor = "\x1b[?25h";

// In the child: what main does, with a render of the test's own.
[[noreturn]] void RunSession(const RenderFunction& render) {
  int status = 99;
  {
    ProcessConsole console;
    const CancellationToken cancel;
    const SignalWatcher signals(cancel, console);
    CommandContext context{.console = console,
                           .environment = Environment{.utf8 = true},
                           .clock = [] { return std::chrono::steady_clock::now(); },
                           .cancel = cancel,
                           .first_signal = [&signals] { return signals.first_signal(); },
                           .working_directory = "/"};
    const std::vector<std::string> arguments{"render", "film"};
    const auto invocation = ParseCommandLine(arguments);
    if (invocation) {
      status = RunRender(std::get<CommandLine>(*invocation), context, render);
    }
  }
  ::_exit(status);
}

class Session {
 public:
  explicit Session(const RenderFunction& render) {
    winsize size{};
    size.ws_col = 80;
    size.ws_row = 24;
    child_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
    if (child_ == 0) RunSession(render);
  }
  ~Session() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    ::close(terminal_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  pid_t child() const { return child_; }
  const std::string& seen() const { return seen_; }

  // Reads until `text` has come; false after half a minute or at the end of the session.
  bool WaitFor(std::string_view text) {
    while (seen_.find(text) == std::string::npos) {
      if (!ReadMore()) return false;
    }
    return true;
  }
  void Type(std::string_view keys) {
    ASSERT_EQ(::write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  // Reads to the end. The exit status, or 1000 + the signal that killed it.
  int End() {
    while (ReadMore()) {
    }
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }

 private:
  bool ReadMore() {
    pollfd descriptor{terminal_, POLLIN, 0};
    if (::poll(&descriptor, 1, 30'000) <= 0) return false;
    char bytes[4096];
    const ssize_t got = ::read(terminal_, bytes, sizeof bytes);
    if (got <= 0) return false;  // EIO: the child has closed its side
    seen_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  int terminal_ = -1;
  pid_t child_ = -1;
  std::string seen_;
};

// Waits until it is cancelled, then ends as a real render does.
Result<LocalRenderResult> Patient(const LocalRenderOptions&, RenderObserver& observer,
                                  const CancellationToken& cancel) {
  TellPlan(observer);
  observer.OnChunkStart(0, 1);
  while (!cancel.cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return Error{ErrorCode::kCancelled, "stopped"};
}

// Does not hear that it is cancelled.
Result<LocalRenderResult> Deaf(const LocalRenderOptions&, RenderObserver& observer,
                               const CancellationToken&) {
  TellPlan(observer);
  for (;;) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

TEST(TerminalSessionTest, ARenderPaintsAndLeavesTheCursorOn) {
  Session session(ScriptedRender);
  EXPECT_EQ(session.End(), 0);
  EXPECT_THAT(session.seen(), HasSubstr("\x1b[?25l"));
  EXPECT_THAT(session.seen(), HasSubstr("✓\x1b[0m assemble"));
  EXPECT_THAT(session.seen(), HasSubstr(kShowCursor));
  EXPECT_THAT(session.seen(), EndsWith("film.mp4\r\n"));
}

TEST(TerminalSessionTest, CtrlCEndsCleanlyWithStatus130) {
  Session session(Patient);
  ASSERT_TRUE(session.WaitFor("0 of 60 frames"));
  session.Type("\x03");
  EXPECT_EQ(session.End(), 130);
  EXPECT_THAT(session.seen(), HasSubstr("render stopped by Ctrl-C (SIGINT); nothing was written"));
  EXPECT_GT(session.seen().rfind(kShowCursor), session.seen().rfind("\x1b[?25l"));
}

TEST(TerminalSessionTest, SigtermEndsCleanlyWithStatus143) {
  Session session(Patient);
  ASSERT_TRUE(session.WaitFor("0 of 60 frames"));
  ::kill(session.child(), SIGTERM);
  EXPECT_EQ(session.End(), 143);
}

TEST(TerminalSessionTest, TheFirstCtrlCSaysWhatTheSecondDoesAndTheSecondEndsAtOnce) {
  Session session(Deaf);
  ASSERT_TRUE(session.WaitFor("0 of 60 frames"));
  session.Type("\x03");
  ASSERT_TRUE(session.WaitFor("Ctrl-C once more stops at once"));
  session.Type("\x03");
  EXPECT_EQ(session.End(), 130);
  EXPECT_GT(session.seen().rfind(kShowCursor), session.seen().rfind("\x1b[?25l"));
}

TEST(TerminalSessionTest, StoppingAtOnceTakesChildrenWithTheirGroupsAlong) {
  Session session([](const LocalRenderOptions&, RenderObserver& observer,
                     const CancellationToken&) -> Result<LocalRenderResult> {
    TellPlan(observer);
    // A child in a process group of its own, as Chrome is, and a child of that.
    const pid_t child = ::fork();
    if (child == 0) {
      ::setpgid(0, 0);
      ::signal(SIGHUP, SIG_IGN);
      const pid_t grandchild = ::fork();
      if (grandchild != 0) ::dprintf(STDERR_FILENO, "[grandchild %d]", grandchild);
      for (;;) ::pause();
    }
    for (;;) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  ASSERT_TRUE(session.WaitFor("[grandchild "));
  const std::size_t at = session.seen().find("[grandchild ") + 12;
  ASSERT_TRUE(session.WaitFor("]"));
  const pid_t grandchild = static_cast<pid_t>(std::stol(session.seen().substr(at)));
  session.Type("\x03");
  ASSERT_TRUE(session.WaitFor("once more"));
  session.Type("\x03");
  EXPECT_EQ(session.End(), 130);
  for (int i = 0; i < 1000 && ::kill(grandchild, 0) == 0; ++i) {
    std::ifstream state("/proc/" + std::to_string(grandchild) + "/stat");
    std::string pid, name, letter;
    state >> pid >> name >> letter;
    if (letter == "Z") return;  // dead; nobody has collected it yet
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_NE(::kill(grandchild, 0), 0);
}

TEST(TerminalSessionTest, CtrlZGivesTheTerminalBackAndFgTakesItAgain) {
  Session session(Patient);
  ASSERT_TRUE(session.WaitFor("0 of 60 frames"));
  // Only a shell can be the parent of a stopped job; asked by signal, the process does the same.
  ::kill(session.child(), SIGTSTP);
  int status = 0;
  ASSERT_EQ(::waitpid(session.child(), &status, WUNTRACED), session.child());
  ASSERT_TRUE(WIFSTOPPED(status));
  ASSERT_TRUE(session.WaitFor(kShowCursor));
  const std::size_t hidden_before = session.seen().rfind("\x1b[?25l");
  EXPECT_LT(hidden_before, session.seen().rfind(kShowCursor));
  ::kill(session.child(), SIGCONT);
  ::kill(session.child(), SIGINT);
  EXPECT_EQ(session.End(), 130);
  EXPECT_GT(session.seen().rfind("\x1b[?25l"), hidden_before);
  EXPECT_GT(session.seen().rfind(kShowCursor), session.seen().rfind("\x1b[?25l"));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(TerminalSessionTest, ACrashGivesTheTerminalBackAndStaysACrash) {
  Session session([](const LocalRenderOptions&, RenderObserver& observer,
                     const CancellationToken&) -> Result<LocalRenderResult> {
    TellPlan(observer);
    std::abort();
  });
  EXPECT_EQ(session.End(), 1000 + SIGABRT);
  EXPECT_GT(session.seen().rfind(kShowCursor), session.seen().rfind("\x1b[?25l"));
}
#endif

}  // namespace
}  // namespace hyperlocal::cli
