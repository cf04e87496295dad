#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/storage/upload_file_internal.h"
#include "engine/file/posix_error_internal.h"

namespace hyperlocal {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10;  // stays in the processor's cache

Error Changed(const std::filesystem::path& path) {
  return {ErrorCode::kIo,
          fmt::format("{} changed while it was uploaded; upload it when it is finished",
                      path.string())};
}

}  // namespace

UploadFile::UploadFile(std::filesystem::path path, FileDescriptor descriptor,
                       const struct stat& facts)
    : path_(std::move(path)),
      descriptor_(std::move(descriptor)),
      size_(static_cast<std::uint64_t>(facts.st_size)),
      modified_(facts.st_mtim) {}

Result<UploadFile> UploadFile::Open(const std::filesystem::path& file) {
  // O_NONBLOCK: a pipe must not make us wait for its writer.
  FileDescriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts {};
  if (!descriptor.valid() || ::fstat(descriptor.get(), &facts) != 0) {
    return PosixError(errno, "read", file, ErrorCode::kIo);
  }
  if (!S_ISREG(facts.st_mode)) {
    return Error{ErrorCode::kNoInput,
                 fmt::format("cannot upload {}: it is not a regular file", file.string())};
  }
  return UploadFile(file, std::move(descriptor), facts);
}

Status UploadFile::ReadAt(std::uint64_t offset, char* to, std::size_t bytes) const {
  while (bytes > 0) {
    const ssize_t got = ::pread(descriptor_.get(), to, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return PosixError(errno, "read", path_, ErrorCode::kIo);
    if (got == 0) return Changed(path_);
    offset += static_cast<std::uint64_t>(got);
    to += got;
    bytes -= static_cast<std::size_t>(got);
  }
  return Ok();
}

Status UploadFile::CheckUnchanged() const {
  struct stat facts {};
  if (::fstat(descriptor_.get(), &facts) != 0) {
    return PosixError(errno, "read", path_, ErrorCode::kIo);
  }
  if (static_cast<std::uint64_t>(facts.st_size) != size_ ||
      facts.st_mtim.tv_sec != modified_.tv_sec || facts.st_mtim.tv_nsec != modified_.tv_nsec) {
    return Changed(path_);
  }
  return Ok();
}

void UploadChecksum::Add(std::uint64_t offset, std::string_view bytes) {
  if (offset > added_ || offset + bytes.size() <= added_) return;
  bytes.remove_prefix(static_cast<std::size_t>(added_ - offset));
  crc32c_.Update(bytes);
  added_ += bytes.size();
}

Result<std::uint32_t> UploadChecksum::Whole() {
  const auto buffer = std::make_unique_for_overwrite<char[]>(kReadBytes);
  while (added_ < file_.size()) {
    const auto part =
        static_cast<std::size_t>(std::min<std::uint64_t>(kReadBytes, file_.size() - added_));
    HYPERLOCAL_TRY_STATUS(file_.ReadAt(added_, buffer.get(), part));
    Add(added_, {buffer.get(), part});
  }
  return crc32c_.value();
}

}  // namespace hyperlocal
