#pragma once

#include <mutex>
#include <string>

#include "cli/console.h"

namespace hyperlocal::cli {

// A console that keeps what is written to it; for tests.
class RecordingConsole : public Console {
 public:
  Status WriteOut(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    if (out_is_full) return Error{ErrorCode::kIo, "cannot write to standard output: full"};
    out_ += text;
    return Ok();
  }
  void WriteErr(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    err_ += text;
  }
  bool OutIsTerminal() const override { return out_is_terminal; }
  bool ErrIsTerminal() const override { return err_is_terminal; }
  TerminalSize ErrSize() const override { return {80, 24}; }
  void ShowCursor(bool visible) override { cursor_changes += visible ? "shown " : "hidden "; }
  bool TakeResumed() override { return false; }

  std::string out() const {
    const std::lock_guard lock(mutex_);
    return out_;
  }
  std::string err() const {
    const std::lock_guard lock(mutex_);
    return err_;
  }

  // Set before use, read after it.
  bool out_is_full = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::string cursor_changes;

 private:
  mutable std::mutex mutex_;
  std::string out_, err_;
};

}  // namespace hyperlocal::cli
