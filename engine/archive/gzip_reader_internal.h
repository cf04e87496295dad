#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/error/result.h"
#include "engine/file/file_descriptor_internal.h"

namespace hyperlocal {

// Decompresses a gzip file as a stream and holds it to its checksums, which libarchive's filter
// does not look at.
class GzipReader {
 public:
  // More than `max_ratio` bytes out for one in are an error, from `ratio_applies_from_bytes` on.
  // Errors: kNoInput, kPermission, kIo.
  static Result<std::unique_ptr<GzipReader>> Open(const std::filesystem::path& file,
                                                  std::int64_t max_ratio,
                                                  std::int64_t ratio_applies_from_bytes);
  ~GzipReader();
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  // Fills `out` (at most 1 GiB), or as much of it as there is: fewer bytes mean that the file ended
  // as it should. Errors: kInvalidArchive for a file that is no gzip, is cut off, damaged, followed
  // by something else, or expands too far; kIo.
  Result<std::size_t> Read(std::span<char> out);

 private:
  GzipReader(FileDescriptor in, const std::filesystem::path& file, std::int64_t max_ratio,
             std::int64_t ratio_applies_from_bytes);
  Status Refill();
  Error Damaged() const;

  FileDescriptor in_;
  std::filesystem::path file_;
  std::int64_t max_ratio_;
  std::int64_t ratio_applies_from_bytes_;
  std::vector<unsigned char> buffer_;
  z_stream stream_{};
  std::int64_t bytes_in_ = 0;  // read from the file
  std::int64_t bytes_out_ = 0;
  bool member_ended_ = false;  // here the file may end, or another member begin
};

}  // namespace hyperlocal
