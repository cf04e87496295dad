#pragma once

#include <filesystem>
#include <memory>

#include "engine/error/result.h"

namespace hyperlocal {

// A directory that is filled aside, next to its destination, and appears there whole: the
// counterpart of WriteWholeFile. Not committed, it is removed with everything in it; what a crash
// left of an earlier one is removed by the next. One writer of a destination at a time.
class AsideDirectory {
 public:
  // Error: kCannotWrite or kPermission when the destination is there already (an empty directory is
  // not in the way), or the directory it is to lie in is not.
  static Result<std::unique_ptr<AsideDirectory>> Create(const std::filesystem::path& destination);
  ~AsideDirectory();
  AsideDirectory(const AsideDirectory&) = delete;
  AsideDirectory& operator=(const AsideDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Gives the directory its name. Error: kCannotWrite.
  Status Commit();

 private:
  explicit AsideDirectory(const std::filesystem::path& destination);

  std::filesystem::path destination_;
  std::filesystem::path path_;
  bool committed_ = false;
};

}  // namespace hyperlocal
