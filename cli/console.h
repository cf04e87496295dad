#pragma once

#include <cstddef>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal::cli {

struct TerminalSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool operator==(const TerminalSize&) const = default;
};

// Where a command writes: results to standard output, everything else to standard error. All
// methods may be called from any thread.
class Console {
 public:
  virtual ~Console() = default;
  // Error: kIo, when not all of it could be written (a full disk, a closed pipe).
  virtual Status WriteOut(std::string_view text) = 0;
  // There is nobody to tell when this fails.
  virtual void WriteErr(std::string_view text) = 0;

  virtual bool OutIsTerminal() const = 0;
  virtual bool ErrIsTerminal() const = 0;
  virtual TerminalSize ErrSize() const = 0;
  // A cursor that is hidden comes back on every way out of the process.
  virtual void ShowCursor(bool visible) = 0;
  // Whether the process was stopped and continued (Ctrl-Z, fg) since the last call: the screen
  // below the cursor is not ours any more.
  virtual bool TakeResumed() = 0;
};

}  // namespace hyperlocal::cli
