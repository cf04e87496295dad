#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/storage/object_download_internal.h"
#include "engine/hash/crc32c.h"

namespace hyperlocal {
namespace {

// Fewer bytes are no progress: a way that breaks off after every few would be tried for ever.
constexpr std::uint64_t kProgressBytes = std::uint64_t{64} << 10;

// Of "bytes 5-9/100": 5.
std::optional<std::uint64_t> FirstByte(const HttpReply& head) {
  std::string_view text = head.headers.Get("content-range");
  constexpr std::string_view kUnit = "bytes ";
  if (!text.starts_with(kUnit)) return std::nullopt;
  text.remove_prefix(kUnit.size());
  std::uint64_t first = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), first);
  if (failure != std::errc() || end == text.data() + text.size() || *end != '-') {
    return std::nullopt;
  }
  return first;
}

Status WriteAt(int file, std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      return Error{ErrorCode::kIo,
                   "cannot write what was downloaded: " + std::generic_category().message(errno)};
    }
    offset += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return Ok();
}

class RangeDownload {
 public:
  RangeDownload(StorageOperation& operation, const DownloadTarget& target, std::uint64_t begin,
                std::uint64_t end)
      : operation_(operation), target_(target), at_(begin), progressed_at_(begin), end_(end) {}

  Tried<std::uint32_t> Run() {
    while (at_ < end_) {
      Tried<HttpReply> tried = operation_.Try(Request());
      if (at_ - progressed_at_ >= kProgressBytes) {
        progressed_at_ = at_;
        operation_.Progressed();
      }
      if (is_wrong_) {
        is_wrong_ = false;
        tried = operation_.Damaged("the service sent another range than the one asked for");
      } else if (std::holds_alternative<HttpReply>(tried) && at_ < end_) {
        tried = operation_.Damaged("the service sent less than the object has");
      }
      if (auto* const failure = std::get_if<StorageFailure>(&tried)) {
        if (!failure->may_pass) return std::move(*failure);
        if (Status paused = operation_.Pause(*failure); !paused) {
          return StorageOperation::Final(std::move(paused).error());
        }
      }
    }
    return crc_.value();
  }

 private:
  HttpExchange Request() {
    const ObjectInfo& object = target_.object;
    HttpExchange exchange = StorageRequest(
        "GET", operation_.service().endpoint().Object(object.uri.bucket, object.uri.key) +
                   StorageQuery().Add("alt", "media").Add("generation", object.generation).text());
    // As it is stored: without this the service would decompress what is stored as gzip.
    exchange.headers.Set("Accept-Encoding", "gzip");
    const bool is_whole = at_ == 0 && end_ == object.size;
    if (!is_whole) exchange.headers.Set("Range", fmt::format("bytes={}-{}", at_, end_ - 1));
    exchange.on_head = [this](const HttpReply& head) -> HttpBodySink {
      if (head.status != 200 && head.status != 206) return {};
      // A service may ignore the Range: then the bytes before it come too.
      const std::uint64_t first = head.status == 200 ? 0 : FirstByte(head).value_or(end_);
      is_wrong_ = first > at_;
      return [this, skip = at_ - std::min(first, at_)](std::string_view part) mutable -> Status {
        if (is_wrong_) return Error{ErrorCode::kIo, "another range"};
        const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip, part.size()));
        skip -= skipped;
        part.remove_prefix(skipped);
        return Take(part.substr(
            0, static_cast<std::size_t>(std::min<std::uint64_t>(end_ - at_, part.size()))));
      };
    };
    return exchange;
  }

  Status Take(std::string_view part) {
    HYPERLOCAL_TRY_STATUS(WriteAt(target_.file, at_, part));
    crc_.Update(part);
    at_ += part.size();
    return Ok();
  }

  StorageOperation& operation_;
  const DownloadTarget& target_;
  std::uint64_t at_;
  std::uint64_t progressed_at_;
  const std::uint64_t end_;
  Crc32c crc_;
  bool is_wrong_ = false;
};

}  // namespace

Tried<std::uint32_t> FetchRange(StorageOperation& operation, const DownloadTarget& target,
                                std::uint64_t begin, std::uint64_t end) {
  return RangeDownload(operation, target, begin, end).Run();
}

}  // namespace hyperlocal
