#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "engine/error/result.h"
#include "engine/file/scratch_directory.h"

namespace hyperlocal {

// A directory that is there as long as the object.
class WorkDirectory {
 public:
  // Makes it. Error: kCannotWrite.
  static Result<std::unique_ptr<WorkDirectory>> Make(std::filesystem::path path);
  ~WorkDirectory();
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit WorkDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  const std::filesystem::path path_;
};

// The one directory below which a service works, private to its user.
class WorkRoot {
 public:
  // Removes what killed processes have left in `parent` (empty: TMPDIR). Error: kCannotWrite.
  static Result<std::unique_ptr<WorkRoot>> Create(const std::filesystem::path& parent);

  // A new directory; all of them are on one file system. Any thread. Error: kCannotWrite.
  Result<std::unique_ptr<WorkDirectory>> MakeDirectory(const std::string& purpose);

 private:
  explicit WorkRoot(std::unique_ptr<ScratchDirectory> root) : root_(std::move(root)) {}

  const std::unique_ptr<ScratchDirectory> root_;
  std::atomic<std::uint64_t> made_{0};
};

}  // namespace hyperlocal
