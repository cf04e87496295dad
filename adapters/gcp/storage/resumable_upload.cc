#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/storage/object_upload_internal.h"
#include "engine/hash/crc32c.h"
#include "engine/http/http_url.h"

namespace hyperlocal {
namespace {

constexpr int kIncomplete = 308;
// The last request names the checksum of the whole content, and is not begun before that is known:
// what it sends is read twice. More than this never goes in it alone.
constexpr std::uint64_t kMostOfLastRequest = std::uint64_t{4} << 20;
// Requests but the last have a multiple of it, by the service's rule.
constexpr std::uint64_t kUnit = std::uint64_t{256} << 10;

// "bytes=0-262143": how much is stored; absent while nothing is.
std::optional<std::uint64_t> StoredBytes(const HttpReply& reply) {
  std::string_view text = reply.headers.Get("range");
  if (text.empty()) return 0;
  constexpr std::string_view kBegin = "bytes=0-";
  if (!text.starts_with(kBegin)) return std::nullopt;
  text.remove_prefix(kBegin.size());
  std::uint64_t last = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), last);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return last + 1;
}

bool IsLost(const StorageFailure& failure) {
  return failure.status == 404 || failure.status == 410 || failure.status == 499;
}

// An upload session, from its start to its end.
class Session {
 public:
  Session(StorageOperation& operation, const UploadFile& file, UploadProgress& progress)
      : operation_(operation), file_(file), progress_(progress) {}

  // nullopt: it has begun.
  std::optional<StorageFailure> Begin(const HttpExchange& start) {
    Tried<HttpReply> tried = operation_.TryRepeatedly(start);
    if (auto* const failure = std::get_if<StorageFailure>(&tried)) return std::move(*failure);
    std::string place(std::get<HttpReply>(tried).headers.Get("location"));
    if (place.starts_with('/')) place.insert(0, operation_.service().endpoint().origin());
    if (!ParseHttpUrl(place)) {
      return operation_.Damaged("the service began an upload without saying where it goes on");
    }
    url_ = std::move(place);
    return std::nullopt;
  }

  Tried<StoredObject> Run() {
    for (;;) {
      Tried<HttpReply> tried = SendNext();
      if (auto* const reply = std::get_if<HttpReply>(&tried)) {
        if (std::optional<Tried<StoredObject>> end = Take(*reply)) return std::move(*end);
        continue;
      }
      if (auto end = Recover(std::get<StorageFailure>(std::move(tried)))) return std::move(*end);
    }
  }

 private:
  // The chunk that begins where the service is; with nothing left, the question how it is.
  Tried<HttpReply> SendNext() {
    const std::uint64_t size = file_.size();
    const std::uint64_t begin = stored_;
    const std::uint64_t end = begin + NextBytes();
    if (end == size) {
      if (Status same = file_.CheckUnchanged(); !same) {
        Abandon();
        return StorageOperation::Final(std::move(same).error());
      }
      has_sent_all_ = true;
    }
    sent_ = end;
    if (begin == end) return Ask();
    HttpExchange exchange = StorageRequest("PUT", url_);
    exchange.headers.Set("Content-Range", fmt::format("bytes {}-{}/{}", begin, end - 1, size));
    if (end == size) {
      Result<std::uint32_t> crc32c = progress_.checksum.Whole();
      if (!crc32c) {
        Abandon();
        return StorageOperation::Final(std::move(crc32c).error());
      }
      exchange.headers.Set("x-goog-hash", "crc32c=" + Crc32cBase64(*crc32c));
    }
    exchange.source_length = end - begin;
    exchange.source = [this, begin](std::uint64_t offset, char* to,
                                    std::size_t room) -> Result<std::size_t> {
      HYPERLOCAL_TRY_STATUS(file_.ReadAt(begin + offset, to, room));
      progress_.checksum.Add(begin + offset, {to, room});
      return room;
    };
    return operation_.Try(std::move(exchange));
  }

  // So that little is left for the last request: the service makes the rest durable before it is
  // asked for that one.
  std::uint64_t NextBytes() const {
    const std::uint64_t chunk = operation_.service().options().upload_chunk_bytes;
    const std::uint64_t left = file_.size() - stored_;
    if (left <= std::min(chunk, kMostOfLastRequest)) return left;
    return std::min(chunk, (left - 1) / kUnit * kUnit);
  }

  Tried<HttpReply> Ask() {
    HttpExchange exchange = StorageRequest("PUT", url_);
    exchange.headers.Set("Content-Range", fmt::format("bytes */{}", file_.size()));
    return operation_.Try(std::move(exchange));
  }

  // What an answer means; nullopt: go on.
  std::optional<Tried<StoredObject>> Take(const HttpReply& reply) {
    if (reply.status != kIncomplete) {
      Tried<StoredObject> object = ReadObject(operation_, reply);
      if (auto* const damage = std::get_if<StorageFailure>(&object)) return Recover(*damage);
      return object;
    }
    const std::optional<std::uint64_t> stored = StoredBytes(reply);
    if (!stored || *stored > sent_) {
      return operation_.Damaged("the service says it has bytes of the upload that were not sent");
    }
    // From here on it is known that the upload was not complete.
    const bool has_grown = *stored > stored_;
    GoTo(*stored);
    if (has_grown) return std::nullopt;
    const StorageFailure stuck = operation_.Damaged("the service keeps nothing of what it is sent");
    if (Status paused = operation_.Pause(stuck); !paused) {
      return StorageOperation::Final(std::move(paused).error());
    }
    return std::nullopt;
  }

  // After a failure: asks how far the service is. nullopt: go on from there.
  std::optional<Tried<StoredObject>> Recover(StorageFailure failure) {
    for (;;) {
      if (IsLost(failure)) {
        return StorageFailure{.error = std::move(failure.error),
                              .may_pass = true,
                              .may_have_worked = has_sent_all_,
                              .status = 0,
                              .retry_after = {}};
      }
      if (!failure.may_pass) {
        failure.may_have_worked = failure.may_have_worked && has_sent_all_;
        return failure;
      }
      if (Status paused = operation_.Pause(failure); !paused) {
        return StorageOperation::Final(std::move(paused).error());
      }
      Tried<HttpReply> tried = Ask();
      auto* const again = std::get_if<StorageFailure>(&tried);
      if (again == nullptr) return TakeState(std::get<HttpReply>(tried));
      failure = std::move(*again);
    }
  }

  std::optional<Tried<StoredObject>> TakeState(const HttpReply& reply) {
    if (reply.status != kIncomplete) {
      Tried<StoredObject> object = ReadObject(operation_, reply);
      if (auto* const damage = std::get_if<StorageFailure>(&object)) damage->may_have_worked = true;
      return object;
    }
    const std::optional<std::uint64_t> stored = StoredBytes(reply);
    if (!stored || *stored > sent_) {
      return operation_.Damaged("the service says it has bytes of the upload that were not sent");
    }
    GoTo(*stored);
    return std::nullopt;
  }

  void GoTo(std::uint64_t stored) {
    stored_ = stored;
    if (stored <= progress_.most_stored) return;
    progress_.most_stored = stored;
    operation_.Progressed();
  }

  // So that the service need not keep what nobody will finish. Best effort.
  void Abandon() { (void)operation_.Try(StorageRequest("DELETE", url_)); }

  StorageOperation& operation_;
  const UploadFile& file_;
  UploadProgress& progress_;
  std::string url_;  // a secret: whoever has it may write
  std::uint64_t stored_ = 0;
  std::uint64_t sent_ = 0;
  bool has_sent_all_ = false;  // from then on the object may be there
};

}  // namespace

Tried<StoredObject> UploadInChunks(StorageOperation& operation, const UploadFile& file,
                                   const GcsUri& uri, const ObjectWrite& write,
                                   const ObjectPreconditions& preconditions,
                                   UploadProgress& progress) {
  HttpExchange start = StorageJsonRequest(
      operation.service().endpoint().Upload(uri.bucket) + StorageQuery()
                                                              .Add("uploadType", "resumable")
                                                              .Add("name", uri.key)
                                                              .Add("projection", "noAcl")
                                                              .Add(preconditions)
                                                              .text(),
      UploadJson(uri.key, write, operation.id(), std::nullopt));
  start.headers.Set("X-Upload-Content-Type",
                    write.content_type.empty() ? "application/octet-stream" : write.content_type);
  start.headers.Set("X-Upload-Content-Length", std::to_string(file.size()));
  Session session(operation, file, progress);
  if (std::optional<StorageFailure> failure = session.Begin(start)) {
    failure->may_have_worked = false;  // an upload that has only begun is no object
    return std::move(*failure);
  }
  return session.Run();
}

}  // namespace hyperlocal
