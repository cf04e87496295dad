#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "engine/error/result.h"
#include "engine/file/file_descriptor_internal.h"
#include "engine/hash/crc32c.h"

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
  // Error: kIo when the file is not what it was when it was opened.
  Status CheckUnchanged() const;

 private:
  UploadFile(std::filesystem::path path, FileDescriptor descriptor, const struct stat& facts);

  std::filesystem::path path_;
  FileDescriptor descriptor_;
  std::uint64_t size_;
  timespec modified_;
};

// The CRC-32C of such a file, made of the pieces that are read of it anyway. One thread.
class UploadChecksum {
 public:
  // `file` must outlive it.
  explicit UploadChecksum(const UploadFile& file) : file_(file) {}

  // What has been read at `offset`. A piece may come again; one before which something is missing
  // does not count.
  void Add(std::uint64_t offset, std::string_view bytes);
  // Of the whole file; reads what has not come yet. Errors: as UploadFile::ReadAt.
  Result<std::uint32_t> Whole();

 private:
  const UploadFile& file_;
  Crc32c crc32c_;
  std::uint64_t added_ = 0;
};

}  // namespace hyperlocal
