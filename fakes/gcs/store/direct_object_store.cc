#include "fakes/gcs/store/direct_object_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>
#include <vector>

#include "engine/file/file_descriptor_internal.h"
#include "engine/file/posix_error_internal.h"
#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"

namespace hyperlocal::gcs {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kStepBytes = std::size_t{1} << 20;

ObjectInfo InfoOf(const ObjectRecord& record) {
  ObjectInfo info;
  info.uri = GcsUri{record.key.bucket, record.key.name};
  info.generation = record.generation;
  info.metageneration = record.metageneration;
  info.size = record.size;
  info.crc32c = record.checksums.crc32c;
  if (record.checksums.md5) info.md5_hex = Md5Hex(*record.checksums.md5);
  info.content_type = record.fields.content_type;
  info.content_encoding = record.fields.content_encoding;
  info.metadata = record.fields.metadata;
  return info;
}

Result<ObjectInfo> InfoOf(Result<ObjectRecord> record) {
  if (!record.has_value()) return std::move(record).error();
  return InfoOf(*record);
}

ObjectFields FieldsOf(const ObjectWrite& write) {
  ObjectFields fields;
  fields.content_type = write.content_type;
  fields.content_encoding = write.content_encoding;
  fields.cache_control = write.cache_control;
  fields.metadata = write.metadata;
  return fields;
}

ObjectKey KeyOf(const GcsUri& uri) {
  return ObjectKey{uri.bucket, uri.key};
}

ObjectAddress LiveOf(const GcsUri& uri) {
  return ObjectAddress{KeyOf(uri), std::nullopt};
}

Error Cancelled(std::string_view doing, const GcsUri& uri) {
  return Error{ErrorCode::kCancelled,
               "the " + std::string(doing) + " of " + FormatGcsUri(uri) + " was cancelled"};
}

// A file that takes its name when it is whole.
class FileAside {
 public:
  static Result<FileAside> Create(const fs::path& file) {
    // Several downloads to one file, in this process and others, do not meet.
    static std::atomic<unsigned> last{0};
    const fs::path aside =
        file.parent_path() / ("." + file.filename().string() + "." + std::to_string(::getpid()) +
                              "-" + std::to_string(++last));
    FileDescriptor out(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!out.valid()) return PosixError(errno, "write", file, ErrorCode::kCannotWrite);
    return FileAside(std::move(out), aside, file);
  }
  FileAside(FileAside&& other) noexcept
      : out_(std::move(other.out_)),
        aside_(std::exchange(other.aside_, fs::path())),
        file_(std::move(other.file_)) {}
  FileAside& operator=(FileAside&&) = delete;
  ~FileAside() {
    if (!aside_.empty()) ::unlink(aside_.c_str());
  }

  Status Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(out_.get(), bytes.data(), bytes.size());
      if (written < 0) {
        if (errno == EINTR) continue;
        return PosixError(errno, "write", file_, ErrorCode::kIo);
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return Ok();
  }

  Status Commit() {
    if (!out_.Close()) {
      return PosixError(errno, "write", file_, ErrorCode::kIo);
    }
    if (::rename(aside_.c_str(), file_.c_str()) != 0) {
      return PosixError(errno, "write", file_, ErrorCode::kCannotWrite);
    }
    aside_.clear();
    return Ok();
  }

 private:
  FileAside(FileDescriptor out, fs::path aside, fs::path file)
      : out_(std::move(out)), aside_(std::move(aside)), file_(std::move(file)) {}

  FileDescriptor out_;
  fs::path aside_;
  fs::path file_;
};

class DirectObjectStore final : public ObjectStore {
 public:
  explicit DirectObjectStore(std::shared_ptr<Store> store) : store_(std::move(store)) {}

  Result<ObjectInfo> Stat(const GcsUri& uri) override {
    return InfoOf(store_->GetObject(LiveOf(uri)));
  }

  Result<ObjectInfo> Download(const GcsUri& uri, const fs::path& file,
                              CancellationToken cancelled) override {
    HYPERLOCAL_TRY(const OpenedObject object, store_->OpenObject(LiveOf(uri)));
    HYPERLOCAL_TRY(FileAside aside, FileAside::Create(file));
    std::vector<char> buffer(kStepBytes);
    Crc32c crc32c;
    for (std::uint64_t at = 0; at < object.record.size;) {
      if (cancelled.cancelled()) return Cancelled("download", uri);
      HYPERLOCAL_TRY(const std::size_t got,
                     object.content->ReadAt(at, buffer.data(), buffer.size()));
      if (got == 0) break;
      const std::string_view bytes(buffer.data(), got);
      crc32c.Update(bytes);
      HYPERLOCAL_TRY_STATUS(aside.Write(bytes));
      at += got;
    }
    if (crc32c.value() != object.record.checksums.crc32c) {
      return Error{ErrorCode::kIo, FormatGcsUri(uri) + " is damaged: its crc32c is " +
                                       Crc32cBase64(crc32c.value()) + ", it was stored with " +
                                       Crc32cBase64(object.record.checksums.crc32c)};
    }
    HYPERLOCAL_TRY_STATUS(aside.Commit());
    return InfoOf(object.record);
  }

  Result<ObjectInfo> Upload(const fs::path& file, const GcsUri& uri, const ObjectWrite& write,
                            CancellationToken cancelled) override {
    const FileDescriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in.valid()) return PosixError(errno, "read", file, ErrorCode::kIo);
    HYPERLOCAL_TRY(auto content, store_->NewContent());
    std::vector<char> buffer(kStepBytes);
    ContentClaims claims;
    Crc32c crc32c;
    for (;;) {
      if (cancelled.cancelled()) return Cancelled("upload", uri);
      const ssize_t got = ::read(in.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return PosixError(errno, "read", file, ErrorCode::kIo);
      if (got == 0) break;
      const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
      crc32c.Update(bytes);
      HYPERLOCAL_TRY_STATUS(content->Append(bytes));
    }
    claims.crc32c = crc32c.value();
    return InfoOf(store_->InsertObject(KeyOf(uri), FieldsOf(write), std::move(content), claims,
                                       write.preconditions));
  }

  Result<ObjectList> List(std::string_view bucket, const ObjectListing& listing) override {
    ObjectQuery query;
    query.prefix = listing.prefix;
    query.delimiter = listing.delimiter;
    ObjectList list;
    do {
      HYPERLOCAL_TRY(ObjectPage page, store_->ListObjects(bucket, query));
      for (const ObjectRecord& object : page.objects) list.objects.push_back(InfoOf(object));
      for (std::string& prefix : page.prefixes) list.prefixes.push_back(std::move(prefix));
      query.page_token = std::move(page.next_page_token);
    } while (!query.page_token.empty());
    return list;
  }

  Status Delete(const GcsUri& uri, const ObjectPreconditions& preconditions) override {
    return store_->DeleteObject(LiveOf(uri), preconditions);
  }

  Result<ObjectInfo> Compose(const std::vector<GcsUri>& sources, const GcsUri& target,
                             const ObjectWrite& write) override {
    std::vector<ComposeSource> composed;
    for (const GcsUri& source : sources) {
      if (source.bucket != target.bucket) {
        return Error{
            ErrorCode::kBadRequest,
            FormatGcsUri(source) + " is not in the bucket of the target " + FormatGcsUri(target)};
      }
      composed.push_back(ComposeSource{source.key, std::nullopt, std::nullopt});
    }
    return InfoOf(
        store_->ComposeObject(KeyOf(target), composed, FieldsOf(write), write.preconditions));
  }

  Result<ObjectInfo> Copy(const GcsUri& source, const GcsUri& target,
                          const ObjectPreconditions& preconditions) override {
    return InfoOf(
        store_->CopyObject(LiveOf(source), {}, KeyOf(target), std::nullopt, preconditions));
  }

 private:
  const std::shared_ptr<Store> store_;
};

}  // namespace

std::unique_ptr<ObjectStore> NewDirectObjectStore(std::shared_ptr<Store> store) {
  return std::make_unique<DirectObjectStore>(std::move(store));
}

}  // namespace hyperlocal::gcs
