#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "fakes/gcs/store/object_record.h"

namespace hyperlocal::gcs {

// What a client says a content is, so that damage on the way is found: a content that is something
// else does not become an object (kBadRequest, naming both checksums).
struct ContentClaims {
  std::optional<std::uint32_t> crc32c;
  std::optional<Md5> md5;
  std::optional<std::uint64_t> size;
  bool operator==(const ContentClaims&) const = default;
};

// Bytes that are being received. One thread. Memory does not grow with them.
class ContentWriter {
 public:
  virtual ~ContentWriter() = default;
  virtual Status Append(std::string_view bytes) = 0;
  virtual std::uint64_t size() const = 0;
};

// The same for an upload in several requests.
class UploadWriter {
 public:
  virtual ~UploadWriter() = default;
  virtual Status Append(std::string_view bytes) = 0;
  virtual std::uint64_t received() const = 0;
  // What was appended is on disk, and the session says so.
  virtual Status Sync() = 0;
};

// The bytes of a content. Any number of threads.
class ContentReader {
 public:
  virtual ~ContentReader() = default;
  virtual std::uint64_t size() const = 0;
  // Fills `to` from `offset` on; fewer bytes only at the end. Error: kIo.
  virtual Result<std::size_t> ReadAt(std::uint64_t offset, char* to, std::size_t room) = 0;
};

}  // namespace hyperlocal::gcs
