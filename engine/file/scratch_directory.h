#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal {

// A temporary directory of this process, removed with the object. Its name carries our process id,
// so that what a killed process left behind is found and removed when the next one makes a scratch
// directory of the same purpose.
class ScratchDirectory {
 public:
  // "<parent>/hyperlocal-<purpose>-<pid>-XXXXXX"; an empty `parent` is TMPDIR. Error: kCannotWrite.
  static Result<std::unique_ptr<ScratchDirectory>> Create(std::string_view purpose,
                                                          std::filesystem::path parent = {});
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // The directory stays, under the name that is returned, and is its reader's to remove.
  std::filesystem::path Keep();

 private:
  explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
  bool kept_ = false;
};

}  // namespace hyperlocal
