#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/storage/object_download_internal.h"
#include "engine/file/file_descriptor_internal.h"
#include "engine/file/posix_error_internal.h"
#include "engine/file/whole_file.h"

namespace hyperlocal {
namespace {

// How often a content is fetched again that came out wrong.
constexpr int kMaxDamages = 3;

// Downloads to one destination at the same time.
constexpr int kMostDownloads = 1000;

// Whether the file has the name still: its owner may have renamed or removed it.
bool IsNamed(const FileDescriptor& file, const std::filesystem::path& path) {
  struct stat ours {};
  struct stat named {};
  return ::fstat(file.get(), &ours) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

// The file beside the destination, ".<name>.aside.1" or a higher number; removed unless it has
// taken the destination's name. Whoever has one holds its lock, which goes with the process, so
// that what a killed download left is known, and is used or removed by the next one.
class AsideFile {
 public:
  static Result<AsideFile> Create(const std::filesystem::path& destination) {
    for (int number = 1; number <= kMostDownloads; ++number) {
      std::filesystem::path path = Path(destination, number);
      FileDescriptor file(
          ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644));
      if (!file.valid()) {
        const int failure = errno;
        struct stat there {};
        // What somebody else left here, and we may not write.
        if (failure != ENOENT && ::lstat(path.c_str(), &there) == 0) continue;
        return PosixError(failure, "write", destination, ErrorCode::kCannotWrite);
      }
      if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) continue;
        return PosixError(errno, "lock a file beside", destination, ErrorCode::kCannotWrite);
      }
      if (!IsNamed(file, path)) continue;
      RemoveLeftovers(destination, number + 1);
      return AsideFile(destination, std::move(path), std::move(file));
    }
    return Error{ErrorCode::kCannotWrite,
                 fmt::format("cannot write {}: too many downloads to it are under way, the last "
                             "one in {}",
                             destination.string(), Path(destination, kMostDownloads).string())};
  }
  ~AsideFile() {
    if (file_.valid()) ::unlink(path_.c_str());
  }
  AsideFile(AsideFile&&) noexcept = default;
  AsideFile& operator=(AsideFile&&) = delete;

  int get() const { return file_.get(); }
  Status Empty() {
    if (::ftruncate(file_.get(), 0) == 0) return Ok();
    return PosixError(errno, "write", destination_, ErrorCode::kIo);
  }
  Status Commit() {
    // It stays locked until it has its name: nobody else may take it for a leftover.
    const FileDescriptor lock(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
    if (!lock.valid()) return PosixError(errno, "write", destination_, ErrorCode::kIo);
    if (!file_.Close()) {
      const int number = errno;
      ::unlink(path_.c_str());
      return PosixError(number, "write", destination_, ErrorCode::kIo);
    }
    if (std::rename(path_.c_str(), destination_.c_str()) == 0) return Ok();
    const int number = errno;
    ::unlink(path_.c_str());
    return PosixError(number, "write", destination_, ErrorCode::kCannotWrite);
  }

 private:
  static std::filesystem::path Path(const std::filesystem::path& destination, int number) {
    std::filesystem::path path = AsideOf(destination);
    path += fmt::format(".{}", number);
    return path;
  }
  // What is left of several downloads at once that were killed together.
  static void RemoveLeftovers(const std::filesystem::path& destination, int first) {
    for (int number = first; number <= kMostDownloads; ++number) {
      const std::filesystem::path path = Path(destination, number);
      const FileDescriptor file(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
      if (!file.valid()) return;
      if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0 && IsNamed(file, path)) {
        ::unlink(path.c_str());
      }
    }
  }

  AsideFile(std::filesystem::path destination, std::filesystem::path path, FileDescriptor file)
      : destination_(std::move(destination)), path_(std::move(path)), file_(std::move(file)) {}

  std::filesystem::path destination_;
  std::filesystem::path path_;
  FileDescriptor file_;
};

Tried<std::uint32_t> Fetch(StorageOperation& operation, const DownloadTarget& target,
                           const CancellationToken& cancelled) {
  const std::uint64_t size = target.object.size;
  if (size <= operation.service().options().download_part_bytes) {
    return FetchRange(operation, target, 0, size);
  }
  return FetchInParts(operation, target, cancelled);
}

}  // namespace

Result<ObjectInfo> DownloadObject(StorageOperation& operation, const GcsUri& uri,
                                  const std::filesystem::path& file,
                                  const CancellationToken& cancelled) {
  HYPERLOCAL_TRY(AsideFile aside, AsideFile::Create(file));
  for (int damages = 0;;) {
    Tried<StoredObject> found = StatObject(operation, uri);
    if (auto* const missing = std::get_if<StorageFailure>(&found)) return std::move(missing->error);
    const ObjectInfo& object = std::get<StoredObject>(found).info;
    HYPERLOCAL_TRY_STATUS(aside.Empty());
    Tried<std::uint32_t> fetched =
        Fetch(operation, {.object = object, .file = aside.get()}, cancelled);
    if (const auto* const crc32c = std::get_if<std::uint32_t>(&fetched)) {
      if (*crc32c == object.crc32c) {
        HYPERLOCAL_TRY_STATUS(aside.Commit());
        return object;
      }
      StorageFailure damage = operation.Damaged(fmt::format(
          "what came has the crc32c {:08x}, the object has {:08x}", *crc32c, object.crc32c));
      damage.may_pass = ++damages < kMaxDamages;
      HYPERLOCAL_TRY_STATUS(operation.Pause(damage));
      continue;
    }
    StorageFailure& failure = std::get<StorageFailure>(fetched);
    if (failure.status != 404) return std::move(failure.error);
    // That generation has gone since it was looked at: replaced, or deleted. Look again.
    failure.may_pass = true;
    HYPERLOCAL_TRY_STATUS(operation.Pause(failure));
  }
}

}  // namespace hyperlocal
