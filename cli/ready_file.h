#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "cli/command_context.h"
#include "engine/error/result.h"

namespace hyperlocal::cli {

// A file that says that a server answers, for as long as it does: whoever started the server waits
// for it. Written whole or not at all.
class ReadyFile {
 public:
  static Result<std::unique_ptr<ReadyFile>> Write(const std::filesystem::path& file,
                                                  std::string_view text);
  ~ReadyFile();
  ReadyFile(const ReadyFile&) = delete;
  ReadyFile& operator=(const ReadyFile&) = delete;

 private:
  explicit ReadyFile(std::filesystem::path file) : file_(std::move(file)) {}
  const std::filesystem::path file_;
};

// Returns when this process is asked to stop.
void WaitUntilStopped(const CommandContext& context);

}  // namespace hyperlocal::cli
