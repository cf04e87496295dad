#include "engine/archive/archive_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/file/file_descriptor_internal.h"
#include "engine/file/file_tree.h"
#include "engine/file/posix_error_internal.h"
#include "engine/json/utf16_order.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBytes = std::size_t{256} << 10;

// zlib's default level, said aloud. What is compressed already, most of what is packed, takes the
// same time at every level.
constexpr const char* kFilterOptions = "gzip:compression-level=6,gzip:!timestamp";

struct LibarchiveDeleter {
  void operator()(struct archive* writer) const { ::archive_write_free(writer); }
  void operator()(struct archive_entry* entry) const { ::archive_entry_free(entry); }
};
using WriterHandle = std::unique_ptr<struct archive, LibarchiveDeleter>;
using EntryHandle = std::unique_ptr<struct archive_entry, LibarchiveDeleter>;

// libarchive takes names for text in the locale of the process, and would turn them into something
// else, or refuse them, where that is not UTF-8. For this thread, while the object lives, it is.
class Utf8Names {
 public:
  Utf8Names() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{})) {
    if (valid()) before_ = ::uselocale(locale_);
  }
  ~Utf8Names() {
    if (!valid()) return;
    ::uselocale(before_);
    ::freelocale(locale_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

  bool valid() const { return locale_ != locale_t{}; }

 private:
  locale_t locale_;
  locale_t before_{};
};

// Depth first, the names of a directory in UTF-16 order, a directory ("a/") before what is in it.
bool ComesBefore(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::string_view name_a = a.substr(0, a.find('/')), name_b = b.substr(0, b.find('/'));
    if (name_a != name_b) return Utf16Less(name_a, name_b);
    a.remove_prefix(std::min(a.size(), name_a.size() + 1));
    b.remove_prefix(std::min(b.size(), name_b.size() + 1));
  }
  return a.empty() && !b.empty();
}

// Relative paths of the files, and of the directories with a slash behind.
Result<std::vector<std::string>> ListEntries(const fs::path& directory) {
  HYPERLOCAL_TRY(std::vector<TreeFile> files, ListFileTree(directory));
  std::vector<std::string> paths;
  paths.reserve(files.size());
  for (TreeFile& file : files) paths.push_back(std::move(file.path));
  std::error_code failure;
  fs::recursive_directory_iterator it(directory, failure), end;
  for (; !failure && it != end; it.increment(failure)) {
    if (!fs::is_directory(it->symlink_status(failure)) || failure) continue;
    paths.push_back(it->path().lexically_relative(directory).generic_string() + "/");
  }
  if (failure) return PosixError(failure.value(), "list", directory, ErrorCode::kIo);
  std::sort(paths.begin(), paths.end(), ComesBefore);
  return paths;
}

// The file that the compressed bytes go to. One that is not finished is removed.
class OutputFile {
 public:
  explicit OutputFile(const fs::path& file)
      : file_(file),
        aside_(AsideOf(file)),
        out_(::open(aside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {}
  ~OutputFile() {
    if (!aside_.empty()) ::unlink(aside_.c_str());
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  bool valid() const { return out_.valid(); }

  static la_ssize_t Write(struct archive* writer, void* self, const void* bytes,
                          std::size_t length) {
    const FileDescriptor& out = static_cast<OutputFile*>(self)->out_;
    for (;;) {
      const ssize_t written = ::write(out.get(), bytes, length);
      if (written >= 0) return written;
      if (errno == EINTR) continue;
      ::archive_set_error(writer, errno, "%s", std::generic_category().message(errno).c_str());
      return -1;
    }
  }

  // Gives it its own name; synced, and the name too.
  Status Finish(Durability durability) {
    const bool synced = durability == Durability::kSynced;
    if (synced && ::fsync(out_.get()) != 0) return Failed(ErrorCode::kIo);
    if (!out_.Close()) return Failed(ErrorCode::kIo);
    if (std::rename(aside_.c_str(), file_.c_str()) != 0) return Failed(ErrorCode::kCannotWrite);
    aside_.clear();
    if (!synced) return Ok();
    const fs::path parent = file_.has_parent_path() ? file_.parent_path() : ".";
    const FileDescriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.valid() || (::fsync(directory.get()) != 0 && errno != EINVAL)) {
      return PosixError(errno, "sync the directory", parent, ErrorCode::kIo);
    }
    return Ok();
  }

 private:
  Error Failed(ErrorCode otherwise) const { return PosixError(errno, "write", file_, otherwise); }

  fs::path file_;
  fs::path aside_;
  FileDescriptor out_;
};

class Packer {
 public:
  Packer(const fs::path& directory, const fs::path& archive)
      : directory_(directory), archive_(archive), buffer_(kCopyBytes) {}

  // `output` must outlive this object.
  Status Open(OutputFile& output) {
    struct archive* const writer = writer_.get();
    // The restricted form adds extended headers only to the entries that need them.
    if (::archive_write_set_format_pax_restricted(writer) != ARCHIVE_OK ||
        ::archive_write_add_filter_gzip(writer) != ARCHIVE_OK ||
        ::archive_write_set_options(writer, kFilterOptions) != ARCHIVE_OK ||
        ::archive_write_set_bytes_in_last_block(writer, 1) != ARCHIVE_OK ||
        ::archive_write_open(writer, &output, nullptr, OutputFile::Write, nullptr) != ARCHIVE_OK) {
      return Failed("begin");
    }
    return Ok();
  }

  Status AddDirectory(const std::string& path) { return AddHeader(path, AE_IFDIR, 0755, 0); }

  Status AddFile(const std::string& path) {
    const fs::path file = directory_ / path;
    // No link: the path led to a file when the tree was listed.
    const FileDescriptor in(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    struct stat facts {};
    if (!in.valid() || ::fstat(in.get(), &facts) != 0) {
      return PosixError(errno, "read", file, ErrorCode::kIo);
    }
    if (!S_ISREG(facts.st_mode)) return Changed(file);
    (void)::posix_fadvise(in.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    HYPERLOCAL_TRY_STATUS(AddHeader(path, AE_IFREG, 0644, facts.st_size));
    for (off_t left = facts.st_size;;) {
      const ssize_t got = ::read(in.get(), buffer_.data(), buffer_.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return PosixError(errno, "read", file, ErrorCode::kIo);
      if (got > left || (got == 0 && left > 0)) return Changed(file);
      if (got == 0) return Ok();
      if (::archive_write_data(writer_.get(), buffer_.data(), static_cast<std::size_t>(got)) !=
          got) {
        return Failed("add " + path + " to");
      }
      left -= got;
    }
  }

  Status Close() {
    return ::archive_write_close(writer_.get()) == ARCHIVE_OK ? Ok() : Failed("finish");
  }

 private:
  Status AddHeader(const std::string& path, unsigned type, unsigned short mode, off_t size) {
    const EntryHandle entry(::archive_entry_new());
    ::archive_entry_copy_pathname(entry.get(), ("./" + path).c_str());
    ::archive_entry_set_filetype(entry.get(), type);
    ::archive_entry_set_perm(entry.get(), mode);
    ::archive_entry_set_size(entry.get(), size);
    // A warning is a header that says something else than it was told to.
    if (::archive_write_header(writer_.get(), entry.get()) == ARCHIVE_OK) return Ok();
    return Failed("add " + path + " to");
  }

  static Error Changed(const fs::path& file) {
    return Error{ErrorCode::kIo, "cannot pack " + file.string() +
                                     ": it changed while it was read; pack again when nothing "
                                     "writes there"};
  }

  Error Failed(std::string_view verb) const {
    const char* const text = ::archive_error_string(writer_.get());
    return Error{ErrorCode::kIo, "cannot " + std::string(verb) + " " + archive_.string() + ": " +
                                     (text == nullptr ? "no reason given" : text) + " (" +
                                     std::to_string(::archive_errno(writer_.get())) + ")"};
  }

  const fs::path& directory_;
  const fs::path& archive_;
  const WriterHandle writer_{::archive_write_new()};
  std::vector<char> buffer_;
};

// An archive inside the tree would be packed into itself.
Status CheckIsElsewhere(const fs::path& directory, const fs::path& archive) {
  std::error_code ec;
  const fs::path tree = fs::canonical(directory, ec);
  if (ec) return PosixError(ec.value(), "pack", directory, ErrorCode::kIo);
  const fs::path parent = fs::canonical(fs::absolute(archive).parent_path(), ec);
  if (ec) return PosixError(ec.value(), "write", archive, ErrorCode::kCannotWrite);
  if (std::mismatch(tree.begin(), tree.end(), parent.begin(), parent.end()).first != tree.end()) {
    return Ok();
  }
  return Error{ErrorCode::kCannotWrite, "cannot write " + archive.string() +
                                            " inside the directory that it is to hold (" +
                                            directory.string() + "); choose another place"};
}

}  // namespace

Status PackTarGz(const fs::path& directory, const fs::path& archive, Durability durability) {
  HYPERLOCAL_TRY_STATUS(CheckIsElsewhere(directory, archive));
  HYPERLOCAL_TRY(const std::vector<std::string> paths, ListEntries(directory));
  const Utf8Names names;
  if (!names.valid()) {
    return Error{ErrorCode::kDependencyUnavailable,
                 "cannot pack " + directory.string() + ": this system has no locale C.UTF-8"};
  }
  OutputFile output(archive);
  if (!output.valid()) return PosixError(errno, "write", archive, ErrorCode::kCannotWrite);
  Packer packer(directory, archive);
  HYPERLOCAL_TRY_STATUS(packer.Open(output));
  HYPERLOCAL_TRY_STATUS(packer.AddDirectory(""));
  for (const std::string& path : paths) {
    HYPERLOCAL_TRY_STATUS(path.ends_with('/') ? packer.AddDirectory(path) : packer.AddFile(path));
  }
  HYPERLOCAL_TRY_STATUS(packer.Close());
  return output.Finish(durability);
}

}  // namespace hyperlocal
