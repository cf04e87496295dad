#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>

#include "engine/error/result.h"
#include "engine/file/file_descriptor_internal.h"

namespace hyperlocal {

// A file that is being uploaded, as it was when it was opened. Any number of threads.
class UploadFile {
 public:
  // Errors: kNoInput (no such file, or not a regular one), kPermission, kIo.
  static Result<UploadFile> Open(const std::filesystem::path& file);

  std::uint64_t size() const { return size_; }
  const std::filesystem::path& path() const { return path_; }
  // Fills `to` from `offset` on. Error: kIo, also when the file has become shorter.
  Status ReadAt(std::uint64_t offset, char* to, std::size_t bytes) const;
  // Reads it all. Errors: as ReadAt.
  Result<std::uint32_t> Crc32c() const;
  // Error: kIo when the file is not what it was when it was opened.
  Status CheckUnchanged() const;

 private:
  UploadFile(std::filesystem::path path, FileDescriptor descriptor, const struct stat& facts);

  std::filesystem::path path_;
  FileDescriptor descriptor_;
  std::uint64_t size_;
  timespec modified_;
};

}  // namespace hyperlocal
