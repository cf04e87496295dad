#include "fakes/gcs/server/export_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/file/aside_directory.h"
#include "engine/file/file_descriptor_internal.h"
#include "engine/file/posix_error_internal.h"
#include "engine/file/whole_file.h"
#include "fakes/gcs/server/export_name_internal.h"
#include "fakes/gcs/server/export_sidecar_internal.h"

namespace hyperlocal::gcs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBytes = std::size_t{256} << 10;

Status MakeDirectories(const fs::path& directory) {
  std::error_code failure;
  fs::create_directories(directory, failure);
  if (failure) return PosixError(failure.value(), "make", directory, ErrorCode::kCannotWrite);
  return Ok();
}

Status WriteBytes(int out, std::string_view bytes, const fs::path& file) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(out, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return PosixError(errno, "write", file, ErrorCode::kIo);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return Ok();
}

class Exporter {
 public:
  Exporter(Store& store, fs::path root) : store_(store), root_(std::move(root)) {}

  Status ExportBucket(const BucketRecord& bucket) {
    HYPERLOCAL_TRY_STATUS(MakeDirectories(root_ / bucket.name));
    HYPERLOCAL_TRY(const std::vector<ObjectRecord> objects, ListAll(bucket.name));
    // Every directory that there will be.
    std::set<std::string, std::less<>> directories;
    for (const ObjectRecord& object : objects) {
      const std::string& name = object.key.name;
      for (std::size_t at = name.find('/'); at != std::string::npos; at = name.find('/', at + 1)) {
        directories.insert(name.substr(0, at));
      }
    }
    std::string sidecar = SidecarLine(bucket);
    for (const ObjectRecord& object : objects) {
      const std::string& name = object.key.name;
      const std::string file = ExportPathOf(name, directories.count(name) != 0);
      // As it is now: it may have been written again since it was listed, or deleted.
      const auto opened = store_.OpenObject({object.key, std::nullopt});
      if (!opened && opened.error().code == ErrorCode::kNotFound) continue;
      if (!opened) return opened.error();
      HYPERLOCAL_TRY_STATUS(CopyContent(*opened->content, root_ / bucket.name / fs::path(file)));
      sidecar += SidecarLine(SidecarObject{file, name, opened->record.fields});
      ++summary_.objects;
      summary_.bytes += opened->record.size;
    }
    HYPERLOCAL_TRY_STATUS(MakeDirectories(root_ / kSidecarDirectory));
    ++summary_.buckets;
    return WriteWholeFile(root_ / kSidecarDirectory / (bucket.name + ".jsonl"), sidecar,
                          Durability::kUnsynced);
  }

  const ExportSummary& summary() const { return summary_; }

 private:
  Result<std::vector<ObjectRecord>> ListAll(const std::string& bucket) {
    std::vector<ObjectRecord> objects;
    ObjectQuery query;
    do {
      HYPERLOCAL_TRY(ObjectPage page, store_.ListObjects(bucket, query));
      for (ObjectRecord& object : page.objects) objects.push_back(std::move(object));
      query.page_token = std::move(page.next_page_token);
    } while (!query.page_token.empty());
    return objects;
  }

  Status CopyContent(ContentReader& content, const fs::path& file) {
    HYPERLOCAL_TRY_STATUS(MakeDirectories(file.parent_path()));
    FileDescriptor out(
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!out.valid()) return PosixError(errno, "write", file, ErrorCode::kCannotWrite);
    buffer_.resize(kCopyBytes);
    for (std::uint64_t at = 0; at < content.size();) {
      HYPERLOCAL_TRY(const std::size_t got, content.ReadAt(at, buffer_.data(), buffer_.size()));
      if (got == 0) {
        return Error{ErrorCode::kIo,
                     "cannot write " + file.string() + ": the content ends before its size"};
      }
      HYPERLOCAL_TRY_STATUS(WriteBytes(out.get(), std::string_view(buffer_.data(), got), file));
      at += got;
    }
    if (!out.Close()) return PosixError(errno, "write", file, ErrorCode::kIo);
    return Ok();
  }

  Store& store_;
  const fs::path root_;
  std::vector<char> buffer_;
  ExportSummary summary_;
};

}  // namespace

Result<ExportSummary> ExportToDirectory(Store& store, const fs::path& directory) {
  HYPERLOCAL_TRY(const std::unique_ptr<AsideDirectory> aside, AsideDirectory::Create(directory));
  Exporter exporter(store, aside->path());
  BucketQuery query;
  do {
    HYPERLOCAL_TRY(BucketPage page, store.ListBuckets(query));
    for (const BucketRecord& bucket : page.buckets) {
      HYPERLOCAL_TRY_STATUS(exporter.ExportBucket(bucket));
    }
    query.page_token = std::move(page.next_page_token);
  } while (!query.page_token.empty());
  HYPERLOCAL_TRY_STATUS(aside->Commit());
  return exporter.summary();
}

}  // namespace hyperlocal::gcs
