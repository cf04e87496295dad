#pragma once

#include <atomic>
#include <mutex>
#include <string_view>

#include "cli/console.h"

namespace hyperlocal::cli {

// The standard streams of this process. There is one, made by main.
class ProcessConsole : public Console {
 public:
  ProcessConsole();
  ~ProcessConsole() override;
  ProcessConsole(const ProcessConsole&) = delete;
  ProcessConsole& operator=(const ProcessConsole&) = delete;

  Status WriteOut(std::string_view text) override;
  void WriteErr(std::string_view text) override;
  bool OutIsTerminal() const override;
  bool ErrIsTerminal() const override { return err_is_terminal_; }
  TerminalSize ErrSize() const override;
  void ShowCursor(bool visible) override;
  bool TakeResumed() override { return resumed_.exchange(false); }

  // What Ctrl-Z asks for: gives the terminal back as it was, stops the process, and takes the
  // terminal again when the process is continued.
  void Suspend();

 private:
  std::mutex err_mutex_;  // held while stopped, so that nothing is drawn into the shell's screen
  bool err_is_terminal_;
  std::atomic<bool> resumed_{false};
};

// Shows the cursor again if it is hidden. Safe in a signal handler; does nothing the second time.
void RestoreTerminal();

}  // namespace hyperlocal::cli
