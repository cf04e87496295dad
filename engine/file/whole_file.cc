#include "engine/file/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>

#include "engine/file/file_descriptor_internal.h"
#include "engine/file/posix_error_internal.h"

namespace hyperlocal {
namespace {

constexpr std::size_t kReadStep = 64 * 1024;

FileDescriptor Open(const std::filesystem::path& file, int flags, mode_t mode = 0) {
  int number;
  do {
    number = ::open(file.c_str(), flags | O_CLOEXEC, mode);
  } while (number < 0 && errno == EINTR);
  return FileDescriptor(number);
}

// errno of the first failure, or 0.
int WriteBytes(const std::filesystem::path& file, std::string_view bytes, Durability durability) {
  FileDescriptor out = Open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (!out.valid()) return errno;
  while (!bytes.empty()) {
    const ssize_t written = ::write(out.get(), bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (durability == Durability::kSynced && ::fsync(out.get()) != 0) return errno;
  return out.Close() ? 0 : errno;
}

}  // namespace

Result<std::string> ReadWholeFile(const std::filesystem::path& file) {
  const FileDescriptor in = Open(file, O_RDONLY);
  if (!in.valid()) return PosixError(errno, "read", file, ErrorCode::kIo);
  std::string bytes;
  struct stat facts {};
  if (::fstat(in.get(), &facts) == 0 && facts.st_size > 0) {
    bytes.reserve(static_cast<std::size_t>(facts.st_size) + 1);
  }
  for (;;) {
    const std::size_t filled = bytes.size();
    const std::size_t room = bytes.capacity() > filled ? bytes.capacity() - filled : kReadStep;
    bytes.resize(filled + room);
    const ssize_t got = ::read(in.get(), bytes.data() + filled, room);
    const int number = errno;
    bytes.resize(filled + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got == 0) return bytes;
    if (got < 0 && number != EINTR) return PosixError(number, "read", file, ErrorCode::kIo);
  }
}

std::filesystem::path AsideOf(const std::filesystem::path& file) {
  std::string name = ".";
  name += file.filename().string();
  name += ".aside";
  return file.parent_path() / name;
}

Status WriteWholeFile(const std::filesystem::path& file, std::string_view bytes,
                      Durability durability) {
  const std::filesystem::path aside = AsideOf(file);
  if (const int number = WriteBytes(aside, bytes, durability); number != 0) {
    ::unlink(aside.c_str());
    const bool no_place = number == ENOENT || number == ENOTDIR || number == EISDIR;
    return PosixError(number, "write", file, no_place ? ErrorCode::kCannotWrite : ErrorCode::kIo);
  }
  if (std::rename(aside.c_str(), file.c_str()) != 0) {
    const int number = errno;
    ::unlink(aside.c_str());
    return PosixError(number, "write", file, ErrorCode::kCannotWrite);
  }
  if (durability == Durability::kUnsynced) return Ok();
  // Without this the rename itself may be lost with the power.
  const std::filesystem::path directory = file.has_parent_path() ? file.parent_path() : ".";
  const FileDescriptor parent = Open(directory, O_RDONLY | O_DIRECTORY);
  if (!parent.valid() || (::fsync(parent.get()) != 0 && errno != EINVAL)) {
    return PosixError(errno, "sync the directory", directory, ErrorCode::kIo);
  }
  return Ok();
}

}  // namespace hyperlocal
