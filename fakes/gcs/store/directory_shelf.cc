#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <set>
#include <system_error>

#include "engine/file/file_descriptor_internal.h"
#include "fakes/gcs/store/background_close_internal.h"
#include "fakes/gcs/store/content_shelf_internal.h"

namespace hyperlocal::gcs {
namespace {

namespace fs = std::filesystem;

// The kernel is asked to start writing every so many bytes: the final sync then has little left.
constexpr std::uint64_t kWriteBackBytes = std::uint64_t{2} << 20;

Error IoError(std::string_view verb, const fs::path& path, int number) {
  return Error{ErrorCode::kIo, "cannot " + std::string(verb) + " " + path.string() + ": " +
                                   std::generic_category().message(number)};
}

FileDescriptor OpenFile(const fs::path& file, int flags) {
  int number;
  do {
    number = ::open(file.c_str(), flags | O_CLOEXEC, 0644);
  } while (number < 0 && errno == EINTR);
  return FileDescriptor(number);
}

Status SyncDirectory(const fs::path& directory) {
  const FileDescriptor opened = OpenFile(directory, O_RDONLY | O_DIRECTORY);
  if (!opened.valid() || ::fsync(opened.get()) != 0) {
    return IoError("sync the directory", directory, errno);
  }
  return Ok();
}

Result<std::size_t> ReadFileAt(int file, const fs::path& path, std::uint64_t offset, char* to,
                               std::size_t room) {
  std::size_t filled = 0;
  while (filled < room) {
    const ssize_t got =
        ::pread(file, to + filled, room - filled, static_cast<off_t>(offset + filled));
    if (got == 0) break;
    if (got < 0) {
      if (errno == EINTR) continue;
      return IoError("read", path, errno);
    }
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

class IncomingFile final : public IncomingContent {
 public:
  // `temporary`: removed with the object. `closing` must outlive it.
  IncomingFile(FileDescriptor file, fs::path path, std::uint64_t size, bool temporary,
               Durability durability, BackgroundClose& closing)
      : path_(std::move(path)),
        size_(size),
        temporary_(temporary),
        durability_(durability),
        closing_(closing) {
    file_.emplace(std::move(file));
  }
  ~IncomingFile() override {
    if (temporary_) ::unlink(path_.c_str());
    if (file_) closing_.Close(std::move(*file_));
  }

  Status Append(std::string_view bytes) override {
    HYPERLOCAL_TRY_STATUS(Wake());
    while (!bytes.empty()) {
      const ssize_t written =
          ::pwrite(file_->get(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
      if (written < 0) {
        if (errno == EINTR) continue;
        return IoError("write", path_, errno);
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
      size_ += static_cast<std::uint64_t>(written);
    }
    if (durability_ == Durability::kSynced && size_ - started_ >= kWriteBackBytes) {
      // Only a hint: the answer does not matter.
      (void)::sync_file_range(file_->get(), static_cast<off_t>(started_),
                              static_cast<off_t>(size_ - started_), SYNC_FILE_RANGE_WRITE);
      started_ = size_;
    }
    return Ok();
  }

  Status Sync() override {
    if (durability_ == Durability::kUnsynced) return Ok();
    HYPERLOCAL_TRY_STATUS(Wake());
    if (::fsync(file_->get()) != 0) return IoError("sync", path_, errno);
    if (!temporary_ && !name_synced_) {
      HYPERLOCAL_TRY_STATUS(SyncDirectory(path_.parent_path()));
      name_synced_ = true;
    }
    return Ok();
  }

  Result<std::size_t> ReadAt(std::uint64_t offset, char* to, std::size_t room) override {
    HYPERLOCAL_TRY_STATUS(Wake());
    return ReadFileAt(file_->get(), path_, offset, to, room);
  }

  // A temporary one has only this name in passing: it stays open.
  void Rest() override {
    if (!temporary_) file_.reset();
  }

  Status MoveTo(const fs::path& target) {
    if (temporary_) {
      if (std::rename(path_.c_str(), target.c_str()) != 0) {
        return IoError("name", target, errno);
      }
      temporary_ = false;
      name_synced_ = true;
      return Ok();
    }
    // An upload keeps its own name until its end is committed.
    if (::link(path_.c_str(), target.c_str()) == 0) return Ok();
    if (errno == EEXIST && ::unlink(target.c_str()) == 0 &&
        ::link(path_.c_str(), target.c_str()) == 0) {
      return Ok();
    }
    return IoError("name", target, errno);
  }

 private:
  Status Wake() {
    if (file_) return Ok();
    FileDescriptor file = OpenFile(path_, O_RDWR);
    if (!file.valid()) return IoError("go on with", path_, errno);
    file_.emplace(std::move(file));
    return Ok();
  }

  std::optional<FileDescriptor> file_;
  fs::path path_;
  std::uint64_t size_;
  std::uint64_t started_ = 0;  // up to here the kernel was asked to write
  bool temporary_;
  Durability durability_;
  BackgroundClose& closing_;
  bool name_synced_ = false;
};

class FileReader final : public ContentReader {
 public:
  FileReader(FileDescriptor file, fs::path path, std::uint64_t size)
      : file_(std::move(file)), path_(std::move(path)), size_(size) {}
  std::uint64_t size() const override { return size_; }
  Result<std::size_t> ReadAt(std::uint64_t offset, char* to, std::size_t room) override {
    return ReadFileAt(file_.get(), path_, offset, to, room);
  }

 private:
  FileDescriptor file_;
  fs::path path_;
  std::uint64_t size_;
};

class DirectoryShelf final : public ContentShelf {
 public:
  DirectoryShelf(const fs::path& directory, Durability durability)
      : durability_(durability),
        contents_(directory / "contents"),
        uploads_(directory / "uploads"),
        incoming_(directory / "incoming") {}

  Status Prepare(const fs::path& directory) {
    std::error_code ec;
    for (const fs::path& made : {contents_, uploads_, incoming_}) {
      fs::create_directories(made, ec);
      if (ec) {
        return Error{ErrorCode::kCannotWrite, "cannot make " + made.string() + ": " + ec.message()};
      }
    }
    for (fs::directory_iterator it(incoming_, ec), end; !ec && it != end; it.increment(ec)) {
      std::error_code ignored;
      fs::remove(it->path(), ignored);
    }
    return durability_ == Durability::kSynced ? SyncDirectory(directory) : Ok();
  }

  Result<std::unique_ptr<IncomingContent>> NewIncoming(std::string_view upload) override {
    const bool temporary = upload.empty();
    const fs::path path =
        temporary ? incoming_ / std::to_string(++last_number_) : uploads_ / upload;
    FileDescriptor file = OpenFile(path, O_RDWR | O_CREAT | O_TRUNC);
    if (!file.valid()) return IoError("make", path, errno);
    return std::unique_ptr<IncomingContent>(
        std::make_unique<IncomingFile>(std::move(file), path, 0, temporary, durability_, closing_));
  }

  Result<std::unique_ptr<IncomingContent>> Reopen(std::string_view upload,
                                                  std::uint64_t size) override {
    const fs::path path = uploads_ / upload;
    FileDescriptor file = OpenFile(path, O_RDWR);
    if (!file.valid()) {
      if (errno == ENOENT) return Lacking(path, size, 0);
      return IoError("read", path, errno);
    }
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0) return IoError("read", path, errno);
    const auto there = static_cast<std::uint64_t>(facts.st_size);
    if (there < size) return Lacking(path, size, there);
    if (there > size && ::ftruncate(file.get(), static_cast<off_t>(size)) != 0) {
      return IoError("cut", path, errno);
    }
    return std::unique_ptr<IncomingContent>(
        std::make_unique<IncomingFile>(std::move(file), path, size, false, durability_, closing_));
  }

  Result<std::shared_ptr<ContentReader>> Open(std::string_view name, std::uint64_t size) override {
    const fs::path path = PathOf(name);
    FileDescriptor file = OpenFile(path, O_RDONLY);
    if (!file.valid()) {
      if (errno == ENOENT) {
        return Error{ErrorCode::kNotFound, "the content " + path.string() + " is no longer there"};
      }
      return IoError("read", path, errno);
    }
    return std::shared_ptr<ContentReader>(
        std::make_shared<FileReader>(std::move(file), path, size));
  }

  Status Keep(IncomingContent& content, std::string_view name) override {
    const fs::path path = PathOf(name);
    const fs::path folder = path.parent_path();
    if (::mkdir(folder.c_str(), 0755) == 0) {
      to_sync_.insert(contents_);
    } else if (errno != EEXIST) {
      return IoError("make", folder, errno);
    }
    HYPERLOCAL_TRY_STATUS(static_cast<IncomingFile&>(content).MoveTo(path));
    to_sync_.insert(folder);
    return Ok();
  }

  Status SyncNames() override {
    if (durability_ == Durability::kUnsynced) to_sync_.clear();
    for (const fs::path& directory : to_sync_) HYPERLOCAL_TRY_STATUS(SyncDirectory(directory));
    to_sync_.clear();
    return Ok();
  }

  void Remove(std::string_view name) override { Unlink(PathOf(name)); }
  void DropUpload(std::string_view upload) override { Unlink(uploads_ / upload); }

  std::vector<std::string> Contents() override {
    std::vector<std::string> names;
    std::error_code ec;
    for (fs::recursive_directory_iterator it(contents_, ec), end; !ec && it != end;
         it.increment(ec)) {
      std::error_code unknown;
      if (!it->is_directory(unknown)) names.push_back(it->path().filename().string());
    }
    return names;
  }

  std::vector<std::string> Uploads() override {
    std::vector<std::string> names;
    std::error_code ec;
    for (fs::directory_iterator it(uploads_, ec), end; !ec && it != end; it.increment(ec)) {
      names.push_back(it->path().filename().string());
    }
    return names;
  }

 private:
  static Error Lacking(const fs::path& path, std::uint64_t wanted, std::uint64_t there) {
    return Error{ErrorCode::kNotFound, "of an upload, " + path.string() + " has only " +
                                           std::to_string(there) + " of " + std::to_string(wanted) +
                                           " bytes"};
  }
  fs::path PathOf(std::string_view name) const { return contents_ / name.substr(0, 2) / name; }
  // The name goes at once, the blocks in a while.
  void Unlink(const fs::path& path) {
    FileDescriptor file = OpenFile(path, O_RDONLY);
    ::unlink(path.c_str());
    closing_.Close(std::move(file));
  }

  const Durability durability_;
  const fs::path contents_, uploads_, incoming_;
  std::atomic<std::uint64_t> last_number_{0};
  std::set<fs::path> to_sync_;
  BackgroundClose closing_;
};

}  // namespace

Result<std::unique_ptr<ContentShelf>> OpenDirectoryShelf(const fs::path& directory,
                                                         Durability durability) {
  auto shelf = std::make_unique<DirectoryShelf>(directory, durability);
  HYPERLOCAL_TRY_STATUS(shelf->Prepare(directory));
  return std::unique_ptr<ContentShelf>(std::move(shelf));
}

}  // namespace hyperlocal::gcs
