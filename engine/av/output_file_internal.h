#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "engine/error/result.h"

struct AVIOContext;

namespace hyperlocal {

// A file that libav writes under a temporary name beside its target ("." + name + "." + process id,
// counter + ".part") and that gets its name only when it is complete and on the disk. Destroyed
// before Commit() succeeded: the temporary file is removed. One thread at a time.
class OutputFile {
 public:
  // Error: kCannotWrite (no such directory, no permission, a directory in the way).
  static Result<std::unique_ptr<OutputFile>> Create(const std::filesystem::path& target);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  AVIOContext* io() { return io_; }
  // libav opens it again by name to move the index to the front.
  const std::filesystem::path& temporary_path() const { return temporary_; }

  // Flushes, syncs, renames and syncs the directory; returns the size in bytes. Nothing may be
  // written any more. Errors: kIo, kCannotWrite.
  Result<std::int64_t> Commit();

 private:
  OutputFile(std::filesystem::path target, std::filesystem::path temporary, int descriptor);
  static int WritePacket(void* self, std::uint8_t* bytes, int size);
  static std::int64_t Seek(void* self, std::int64_t offset, int whence);

  std::filesystem::path target_;
  std::filesystem::path temporary_;
  int descriptor_;
  AVIOContext* io_ = nullptr;
  bool committed_ = false;
};

}  // namespace hyperlocal
