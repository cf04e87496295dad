#include "engine/archive/archive_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "engine/archive/confined_tree_internal.h"
#include "engine/archive/gzip_reader_internal.h"
#include "engine/archive/tar_reader_internal.h"
#include "engine/file/aside_directory.h"
#include "engine/file/file_descriptor_internal.h"
#include "engine/file/posix_error_internal.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBytes = std::size_t{256} << 10;

class Extraction {
 public:
  Extraction(TarReader& tar, ConfinedTree& tree, const ArchiveLimits& limits)
      : tar_(tar), tree_(tree), limits_(limits), buffer_(kCopyBytes) {}

  Status Run() {
    for (;;) {
      HYPERLOCAL_TRY(const std::optional<TarEntry> entry, tar_.Next());
      if (!entry) return Ok();
      HYPERLOCAL_TRY_STATUS(Make(*entry));
      if (++entries_ + tree_.implied_directories() > limits_.max_entries) {
        return Error{
            ErrorCode::kInvalidArchive,
            "it has more than " + std::to_string(limits_.max_entries) + " entries, and may not"};
      }
    }
  }

 private:
  Status Make(const TarEntry& entry) {
    switch (entry.kind) {
      case TarEntry::Kind::kDirectory:
        return tree_.MakeDirectory(entry.path);
      case TarEntry::Kind::kSymbolicLink:
        return tree_.MakeSymbolicLink(entry.path, entry.link_target);
      case TarEntry::Kind::kHardLink: {
        HYPERLOCAL_TRY(const std::int64_t size, tree_.MakeHardLink(entry.path, entry.link_target));
        return Count(size);
      }
      case TarEntry::Kind::kFile:
        break;
    }
    // Before the first byte of it is written.
    HYPERLOCAL_TRY_STATUS(Count(entry.size_bytes));
    HYPERLOCAL_TRY(FileDescriptor file, tree_.MakeFile(entry.path));
    for (;;) {
      HYPERLOCAL_TRY(const std::size_t got, tar_.ReadContent(buffer_));
      if (got == 0) break;
      HYPERLOCAL_TRY_STATUS(Write(file, std::span(buffer_).first(got), entry.path));
    }
    return file.Close() ? Ok() : CannotWrite(entry.path);
  }

  Status Count(std::int64_t bytes) {
    if (bytes > limits_.max_total_bytes - total_bytes_) {
      return Error{ErrorCode::kInvalidArchive, "its files have more than " +
                                                   std::to_string(limits_.max_total_bytes) +
                                                   " bytes, and may not"};
    }
    total_bytes_ += bytes;
    return Ok();
  }

  static Status Write(const FileDescriptor& file, std::span<const char> bytes,
                      const std::string& path) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return CannotWrite(path);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return Ok();
  }

  static Error CannotWrite(const std::string& path) {
    return PosixError(errno, "write", path, ErrorCode::kIo);
  }

  TarReader& tar_;
  ConfinedTree& tree_;
  const ArchiveLimits& limits_;
  std::vector<char> buffer_;
  std::int64_t entries_ = 0;
  std::int64_t total_bytes_ = 0;
};

}  // namespace

Status ExtractTarGz(const fs::path& archive, const fs::path& destination,
                    const ArchiveLimits& limits) {
  HYPERLOCAL_TRY(const std::unique_ptr<GzipReader> stream,
                 GzipReader::Open(archive, limits.max_ratio, limits.ratio_applies_from_bytes));
  HYPERLOCAL_TRY(const std::unique_ptr<AsideDirectory> aside, AsideDirectory::Create(destination));
  HYPERLOCAL_TRY(ConfinedTree tree, ConfinedTree::Open(aside->path()));
  TarReader tar(*stream);
  if (Status status = Extraction(tar, tree, limits).Run(); !status) {
    return std::move(status).error().WithContext("cannot extract " + archive.string());
  }
  return aside->Commit();
}

}  // namespace hyperlocal
