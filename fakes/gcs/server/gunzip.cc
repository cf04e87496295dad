#include "fakes/gcs/server/gunzip_internal.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace hyperlocal::gcs {
namespace {

constexpr int kGzipOnly = 16;  // added to the window bits: no zlib header, no raw stream
constexpr std::size_t kPart = std::size_t{64} << 10;

}  // namespace

struct Gunzip::Stream {
  Stream() { ready = inflateInit2(&zlib, MAX_WBITS + kGzipOnly) == Z_OK; }
  ~Stream() {
    if (ready) inflateEnd(&zlib);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream zlib{};
  bool ready = false;
  bool member_ended = false;  // another one may follow
  bool holds_output = false;  // there was no room for all that came out
  std::vector<char> part;
};

Gunzip::Gunzip() : stream_(std::make_unique<Stream>()) {}
Gunzip::~Gunzip() = default;
Gunzip::Gunzip(Gunzip&&) noexcept = default;
Gunzip& Gunzip::operator=(Gunzip&&) noexcept = default;

Result<std::size_t> Gunzip::Take(std::string_view& packed, char* to, std::size_t room) {
  Stream& stream = *stream_;
  if (!stream.ready) return Error{ErrorCode::kInternal, "zlib has no memory for a gzip stream"};
  constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
  std::size_t filled = 0;
  while (filled < room && (!packed.empty() || stream.holds_output)) {
    if (stream.member_ended) {
      inflateReset(&stream.zlib);
      stream.member_ended = false;
    }
    const std::size_t in = std::min(packed.size(), kMost);
    const std::size_t out = std::min(room - filled, kMost);
    // zlib does not write to its input.
    stream.zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.zlib.avail_in = static_cast<uInt>(in);
    stream.zlib.next_out = reinterpret_cast<Bytef*>(to + filled);
    stream.zlib.avail_out = static_cast<uInt>(out);
    const int result = inflate(&stream.zlib, Z_NO_FLUSH);
    packed.remove_prefix(in - stream.zlib.avail_in);
    filled += out - stream.zlib.avail_out;
    stream.holds_output = result == Z_OK && stream.zlib.avail_out == 0;
    if (result == Z_STREAM_END) {
      stream.member_ended = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return Error{ErrorCode::kBadRequest,
                   "the content is not gzip, or damaged" +
                       (stream.zlib.msg ? ": " + std::string(stream.zlib.msg) : std::string())};
    }
  }
  return filled;
}

Status Gunzip::Feed(std::string_view packed, const Sink& sink) {
  stream_->part.resize(kPart);
  do {
    HYPERLOCAL_TRY(const std::size_t got, Take(packed, stream_->part.data(), kPart));
    if (got > 0) HYPERLOCAL_TRY_STATUS(sink(std::string_view(stream_->part.data(), got)));
  } while (!packed.empty() || stream_->holds_output);
  return Ok();
}

Status Gunzip::Finish() {
  if (stream_->member_ended) return Ok();
  return Error{ErrorCode::kBadRequest, "the gzip content ends too early"};
}

}  // namespace hyperlocal::gcs
