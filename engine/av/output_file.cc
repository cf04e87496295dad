#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "engine/av/libav_handles_internal.h"
#include "engine/av/output_file_internal.h"

namespace hyperlocal {
namespace {

constexpr int kBufferBytes = 256 * 1024;

Error SystemError(ErrorCode code, const std::string& doing, int number) {
  return Error{code,
               doing + ": " + std::strerror(number) + " (errno " + std::to_string(number) + ")"};
}

}  // namespace

Result<std::unique_ptr<OutputFile>> OutputFile::Create(const std::filesystem::path& target) {
  static std::atomic<unsigned> counter{0};
  if (target.filename().empty()) {
    return Error{ErrorCode::kCannotWrite,
                 "cannot write " + target.string() + ": it names a directory, not a file"};
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(target, ignored)) {
    return Error{ErrorCode::kCannotWrite,
                 "cannot write " + target.string() + ": a directory of that name is in the way"};
  }
  for (int attempt = 0;; ++attempt) {
    std::filesystem::path temporary = target;
    temporary.replace_filename("." + target.filename().string() + "." + std::to_string(getpid()) +
                               "-" + std::to_string(counter.fetch_add(1)) + ".part");
    const int descriptor = open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
                                S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH);
    if (descriptor >= 0) {
      std::unique_ptr<OutputFile> file(new OutputFile(target, std::move(temporary), descriptor));
      if (file->io_ == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
      return file;
    }
    // A file of an earlier process with our id: the next counter.
    if (errno == EEXIST && attempt < 100) continue;
    return SystemError(ErrorCode::kCannotWrite, "cannot write " + target.string(), errno);
  }
}

OutputFile::OutputFile(std::filesystem::path target, std::filesystem::path temporary,
                       int descriptor)
    : target_(std::move(target)), temporary_(std::move(temporary)), descriptor_(descriptor) {
  if (auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes)); buffer != nullptr) {
    io_ = avio_alloc_context(buffer, kBufferBytes, 1, this, nullptr, WritePacket, Seek);
    if (io_ == nullptr) av_free(buffer);
  }
}

OutputFile::~OutputFile() {
  if (io_ != nullptr) {
    av_freep(&io_->buffer);  // libav may have replaced the buffer; what is in it is lost on purpose
    avio_context_free(&io_);
  }
  if (descriptor_ >= 0) close(descriptor_);
  if (!committed_) unlink(temporary_.c_str());
}

int OutputFile::WritePacket(void* self, std::uint8_t* bytes, int size) {
  const int descriptor = static_cast<OutputFile*>(self)->descriptor_;
  int done = 0;
  while (done < size) {
    const ssize_t written = write(descriptor, bytes + done, static_cast<std::size_t>(size - done));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return AVERROR(errno);
    done += static_cast<int>(written);
  }
  return size;
}

std::int64_t OutputFile::Seek(void* self, std::int64_t offset, int whence) {
  const int descriptor = static_cast<OutputFile*>(self)->descriptor_;
  if (whence == AVSEEK_SIZE) {
    struct stat facts {};
    return fstat(descriptor, &facts) == 0 ? static_cast<std::int64_t>(facts.st_size)
                                          : AVERROR(errno);
  }
  const off_t place = lseek(descriptor, offset, whence & ~AVSEEK_FORCE);
  return place >= 0 ? static_cast<std::int64_t>(place) : AVERROR(errno);
}

Result<std::int64_t> OutputFile::Commit() {
  const std::string doing = "writing " + target_.string();
  avio_flush(io_);
  if (io_->error < 0) return LibavError(io_->error, doing, ErrorCode::kIo);
  struct stat facts {};
  if (fstat(descriptor_, &facts) != 0) return SystemError(ErrorCode::kIo, doing, errno);
  if (fsync(descriptor_) != 0) return SystemError(ErrorCode::kIo, doing, errno);
  // Some file systems report a full disk only here.
  if (close(std::exchange(descriptor_, -1)) != 0) {
    return SystemError(ErrorCode::kIo, doing, errno);
  }
  if (rename(temporary_.c_str(), target_.c_str()) != 0) {
    return SystemError(ErrorCode::kCannotWrite, "cannot write " + target_.string(), errno);
  }
  committed_ = true;
  std::filesystem::path directory = target_.parent_path();
  if (directory.empty()) directory = ".";
  const int handle = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle >= 0) {
    // A file system that cannot sync directories says EINVAL; the file itself is safe by then.
    const bool failed = fsync(handle) != 0 && errno != EINVAL;
    const int number = errno;
    close(handle);
    if (failed) return SystemError(ErrorCode::kIo, doing, number);
  }
  return static_cast<std::int64_t>(facts.st_size);
}

}  // namespace hyperlocal
