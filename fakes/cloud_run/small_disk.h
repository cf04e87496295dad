#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>

#include "engine/error/result.h"
#include "engine/file/scratch_directory.h"

namespace hyperlocal::cloud_run {

// Gives this process, and what it starts, a view of the file systems of its own (a mount namespace;
// in a user namespace, unless it has the right to mount as it is), in which small disks can be
// made. Nobody else sees them, and the kernel removes them with the process. Before the first
// thread is started. Error: kDependencyUnavailable, where the system lets nobody do that (most
// containers), with what it said.
Status EnterDiskNamespace();
// Whether that was done, or why disks cannot be made. Error: kDependencyUnavailable.
Status DisksCanBeMade();

// A disk of its own for an instance or a request: a tmpfs, as the file system of a Cloud Run
// instance is one, which really answers ENOSPC. Its directory and all in it go with the object.
class SmallDisk {
 public:
  // Makes `directory`, which must not be there. Errors: kCannotWrite, kDependencyUnavailable.
  static Result<std::unique_ptr<SmallDisk>> Make(std::filesystem::path directory);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // From now on so many bytes more can be written, in whole pages of memory, rounded down. Error:
  // kDependencyUnavailable.
  Status LeaveFree(std::uint64_t bytes);
  // From now on there is no limit.
  void Lift();

 private:
  explicit SmallDisk(std::filesystem::path path) : path_(std::move(path)) {}
  const std::filesystem::path path_;
};

// Where the disks of a host are. Any number of threads; outlives its disks.
class DiskShelf {
 public:
  // A directory of its own below `parent` (empty: TMPDIR), removed with the shelf. Error:
  // kCannotWrite.
  static Result<std::unique_ptr<DiskShelf>> Open(const std::filesystem::path& parent);
  // An empty one, without a limit. Errors: those of SmallDisk::Make.
  Result<std::unique_ptr<SmallDisk>> NewDisk();

 private:
  explicit DiskShelf(std::unique_ptr<ScratchDirectory> place) : place_(std::move(place)) {}
  const std::unique_ptr<ScratchDirectory> place_;
  std::atomic<int> made_ = 0;
};

}  // namespace hyperlocal::cloud_run
