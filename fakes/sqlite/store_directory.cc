#include "fakes/sqlite/store_directory_internal.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <string>
#include <system_error>

namespace hyperlocal::sqlite {
namespace {

namespace fs = std::filesystem;

Error CannotWrite(const fs::path& file) {
  return Error{ErrorCode::kCannotWrite,
               "cannot write " + file.string() + ": " + std::generic_category().message(errno)};
}

}  // namespace

Result<FileDescriptor> LockStoreDirectory(const fs::path& directory) {
  std::error_code ec;
  fs::create_directories(directory, ec);
  if (ec) {
    return Error{ErrorCode::kCannotWrite,
                 "cannot make the store's directory " + directory.string() + ": " + ec.message()};
  }
  const fs::path file = directory / "lock";
  FileDescriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock.valid()) return CannotWrite(file);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    std::string owner = "(unknown)";
    std::ifstream(file) >> owner;
    return Error{ErrorCode::kDependencyUnavailable,
                 fmt::format("the store {} is in use by process {}. Stop it, or use another "
                             "directory.",
                             directory.string(), owner)};
  }
  const std::string own = std::to_string(::getpid());
  if (::ftruncate(lock.get(), 0) != 0 ||
      ::pwrite(lock.get(), own.data(), own.size(), 0) != static_cast<ssize_t>(own.size())) {
    return CannotWrite(file);
  }
  return lock;
}

Status SetStoreAside(const fs::path& directory, std::initializer_list<const char*> names,
                     const Error& damage, const std::function<void(const std::string&)>& log) {
  const std::string stamp = fmt::format(
      "{:%Y%m%dT%H%M%S}Z",
      fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
  fs::path aside = directory / ("damaged-" + stamp);
  std::error_code ec;
  for (int number = 2; fs::exists(aside, ec); ++number) {
    aside = directory / fmt::format("damaged-{}-{}", stamp, number);
  }
  fs::create_directory(aside, ec);
  for (const char* const name : names) {
    std::error_code unknown;
    if (ec || !fs::exists(directory / name, unknown)) continue;
    fs::rename(directory / name, aside / name, ec);
  }
  if (ec) {
    return Error{ErrorCode::kCannotWrite,
                 fmt::format("the store {} is damaged ({}) and cannot be set aside: {}",
                             directory.string(), damage.message, ec.message())};
  }
  if (log) {
    log(fmt::format("the store {} is damaged ({}). It was moved to {}; the store starts empty.",
                    directory.string(), damage.message, aside.string()));
  }
  return Ok();
}

}  // namespace hyperlocal::sqlite
