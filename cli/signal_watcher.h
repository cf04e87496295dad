#pragma once

#include <atomic>
#include <thread>

#include "cli/process_console.h"
#include "engine/cancellation.h"

namespace hyperlocal::cli {

// What this process does about signals, while the object lives. There is one, made by main before
// any other thread.
//
// SIGINT, SIGTERM, SIGHUP: the first cancels the token, so that the command ends cleanly; the
// second gives the terminal back, kills the children and ends the process at once; the third does
// so from the handler itself, should that hang. One that was ignored at the start stays ignored
// (nohup). SIGTSTP: the terminal is given back before the process stops. SIGPIPE: a failed write is
// an error and no end. A crash gives the terminal back, too.
//
// The handlers write one byte to a pipe; all work is done by a thread. They are not inherited by
// programs that we start, nor is any signal blocked there.
class SignalWatcher {
 public:
  SignalWatcher(CancellationToken cancel, ProcessConsole& console);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

  // The first SIGINT, SIGTERM or SIGHUP that came, or 0.
  int first_signal() const { return first_signal_; }

 private:
  void Run();
  void Handle(int signal);

  const CancellationToken cancel_;
  ProcessConsole& console_;
  std::atomic<int> first_signal_{0};
  int read_end_ = -1;
  std::thread thread_;
};

}  // namespace hyperlocal::cli
