#include <fcntl.h>
#include <unistd.h>

#include <atomic>
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

// The file beside the destination; removed unless it has taken the destination's name.
class AsideFile {
 public:
  static Result<AsideFile> Create(const std::filesystem::path& destination) {
    // Downloads to one destination, in this process and in others, do not meet.
    static std::atomic<unsigned> last{0};
    std::filesystem::path path = AsideOf(destination);
    path += fmt::format(".{}-{}", ::getpid(), ++last);
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!file.valid()) return PosixError(errno, "write", destination, ErrorCode::kCannotWrite);
    return AsideFile(destination, std::move(path), std::move(file));
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
