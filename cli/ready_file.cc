#include "cli/ready_file.h"

#include <chrono>
#include <system_error>
#include <thread>

#include "engine/file/whole_file.h"

namespace hyperlocal::cli {

Result<std::unique_ptr<ReadyFile>> ReadyFile::Write(const std::filesystem::path& file,
                                                    std::string_view text) {
  HYPERLOCAL_TRY_STATUS(WriteWholeFile(file, text, Durability::kUnsynced));
  return std::unique_ptr<ReadyFile>(new ReadyFile(file));
}

ReadyFile::~ReadyFile() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

void WaitUntilStopped(const CommandContext& context) {
  constexpr std::chrono::milliseconds kBetweenLooks{50};  // at whether a signal has come
  while (!context.cancel.cancelled()) std::this_thread::sleep_for(kBetweenLooks);
}

}  // namespace hyperlocal::cli
