#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "engine/archive/gzip_reader_internal.h"
#include "engine/file/posix_error_internal.h"

namespace hyperlocal {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10;
constexpr int kGzipOnly = 16 + MAX_WBITS;  // zlib's way to say so

}  // namespace

Result<std::unique_ptr<GzipReader>> GzipReader::Open(const std::filesystem::path& file,
                                                     std::int64_t max_ratio,
                                                     std::int64_t ratio_applies_from_bytes) {
  FileDescriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.valid()) return PosixError(errno, "read", file, ErrorCode::kIo);
  (void)::posix_fadvise(in.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  std::unique_ptr<GzipReader> reader(
      new GzipReader(std::move(in), file, max_ratio, ratio_applies_from_bytes));
  if (::inflateInit2(&reader->stream_, kGzipOnly) != Z_OK) {
    return Error{ErrorCode::kInternal, "zlib cannot begin to decompress " + file.string()};
  }
  return reader;
}

GzipReader::GzipReader(FileDescriptor in, const std::filesystem::path& file, std::int64_t max_ratio,
                       std::int64_t ratio_applies_from_bytes)
    : in_(std::move(in)),
      file_(file),
      max_ratio_(std::max<std::int64_t>(max_ratio, 1)),
      ratio_applies_from_bytes_(ratio_applies_from_bytes),
      buffer_(kReadBytes) {}

GzipReader::~GzipReader() {
  ::inflateEnd(&stream_);
}

Result<std::size_t> GzipReader::Read(std::span<char> out) {
  stream_.next_out = reinterpret_cast<Bytef*>(out.data());
  stream_.avail_out = static_cast<uInt>(out.size());
  while (stream_.avail_out > 0) {
    if (stream_.avail_in == 0) HYPERLOCAL_TRY_STATUS(Refill());
    if (stream_.avail_in == 0) {
      if (member_ended_) break;
      return Error{ErrorCode::kInvalidArchive, "the file is cut off; get it again"};
    }
    const uInt before = stream_.avail_out;
    const int code = ::inflate(&stream_, Z_NO_FLUSH);
    bytes_out_ += before - stream_.avail_out;
    member_ended_ = code == Z_STREAM_END;
    if (code != Z_OK && code != Z_STREAM_END) return Damaged();
    if (member_ended_) ::inflateReset(&stream_);
    if (bytes_out_ > ratio_applies_from_bytes_ &&
        bytes_out_ / max_ratio_ > bytes_in_ - stream_.avail_in) {
      return Error{ErrorCode::kInvalidArchive, "the file expands to more than " +
                                                   std::to_string(max_ratio_) +
                                                   " times its size, and may not"};
    }
  }
  return out.size() - stream_.avail_out;
}

Status GzipReader::Refill() {
  for (;;) {
    const ssize_t got = ::read(in_.get(), buffer_.data(), buffer_.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return PosixError(errno, "read", file_, ErrorCode::kIo);
    stream_.next_in = buffer_.data();
    stream_.avail_in = static_cast<uInt>(got);
    bytes_in_ += got;
    return Ok();
  }
}

Error GzipReader::Damaged() const {
  if (bytes_out_ == 0) return Error{ErrorCode::kInvalidArchive, "the file is not gzip-compressed"};
  return Error{ErrorCode::kInvalidArchive,
               std::string("the file is damaged (") +
                   (stream_.msg == nullptr ? "no reason given" : stream_.msg) + "); get it again"};
}

}  // namespace hyperlocal
