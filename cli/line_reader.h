#pragma once

#include <optional>
#include <string>

#include "engine/error/result.h"

namespace hyperlocal::cli {

// Reads a descriptor line by line; memory holds one line at a time. Does not own the descriptor.
class LineReader {
 public:
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  // The next line without its line feed; nothing at the end. A last line without a line feed is a
  // line. Error: kIo.
  Result<std::optional<std::string>> Next();
  // Whether Next can answer without waiting for whoever writes.
  bool HasLine() const { return buffer_.find('\n', at_) != std::string::npos; }
  // Everything that is left. Error: kIo.
  Result<std::string> Rest();

 private:
  // False at the end.
  Result<bool> Fill();

  int descriptor_;
  std::string buffer_;
  std::size_t at_ = 0;  // where the next line begins
  bool ended_ = false;
};

}  // namespace hyperlocal::cli
