#include "engine/file/aside_directory.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "engine/file/posix_error_internal.h"
#include "engine/file/whole_file.h"

namespace hyperlocal {

namespace fs = std::filesystem;

AsideDirectory::AsideDirectory(const fs::path& destination)
    : destination_(destination), path_(AsideOf(destination)) {}

Result<std::unique_ptr<AsideDirectory>> AsideDirectory::Create(const fs::path& destination) {
  std::error_code failure;
  fs::path place = fs::absolute(destination, failure);
  while (place.has_relative_path() && (!place.has_filename() || place.filename() == ".")) {
    place = place.parent_path();  // "plan/." is "plan"
  }
  const fs::file_status there = fs::symlink_status(place, failure);
  const bool in_the_way =
      fs::exists(there) && !(fs::is_directory(there) && fs::is_empty(place, failure) && !failure);
  if (in_the_way) {
    return Error{ErrorCode::kCannotWrite, "cannot write " + destination.string() +
                                              ": it exists already; remove it, or choose another "
                                              "name"};
  }
  std::unique_ptr<AsideDirectory> aside(new AsideDirectory(place));
  fs::remove_all(aside->path_, failure);  // what a crash left
  if (failure || ::mkdir(aside->path_.c_str(), 0755) != 0) {
    const int number = failure ? failure.value() : errno;
    aside->committed_ = true;  // nothing to remove
    return PosixError(number, "make", destination, ErrorCode::kCannotWrite);
  }
  return aside;
}

AsideDirectory::~AsideDirectory() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(path_, ignored);
}

Status AsideDirectory::Commit() {
  if (std::rename(path_.c_str(), destination_.c_str()) != 0) {
    return PosixError(errno, "write", destination_, ErrorCode::kCannotWrite);
  }
  committed_ = true;
  return Ok();
}

}  // namespace hyperlocal
