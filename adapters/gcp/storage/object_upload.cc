#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/storage/object_upload_internal.h"

namespace hyperlocal {
namespace {

// How often a content is sent again that came out wrong.
constexpr int kMaxDamages = 3;

// Whether the service refused bytes because they are not those that were announced.
bool IsChecksumRefusal(const StorageFailure& failure) {
  if (failure.status != 400) return false;
  std::string text = failure.error.message;
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text.find("crc32c") != std::string::npos || text.find("checksum") != std::string::npos;
}

// Takes a damaged object away again, if it is still there. Best effort: it fails next to a failure.
void Withdraw(StorageOperation& operation, const ObjectInfo& damaged) {
  (void)operation.TryRepeatedly(StorageRequest(
      "DELETE", operation.service().endpoint().Object(damaged.uri.bucket, damaged.uri.key) +
                    StorageQuery().Add("ifGenerationMatch", damaged.generation).text()));
}

}  // namespace

Tried<StoredObject> UploadAtOnce(StorageOperation& operation, const UploadFile& file,
                                 const GcsUri& uri, const std::string& description,
                                 const ObjectPreconditions& preconditions) {
  const std::string boundary = "hyperlocal-" + operation.service().NewId();
  HttpExchange exchange = StorageRequest("POST", operation.service().endpoint().Upload(uri.bucket) +
                                                     StorageQuery()
                                                         .Add("uploadType", "multipart")
                                                         .Add("projection", "noAcl")
                                                         .Add(preconditions)
                                                         .text());
  exchange.headers.Set("Content-Type", "multipart/related; boundary=" + boundary);
  // The media part has no type of its own: the description's is the object's.
  std::string& body = exchange.body;
  body = fmt::format(
      "--{}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{}\r\n"
      "--{}\r\nContent-Type: application/octet-stream\r\n\r\n",
      boundary, description, boundary);
  const std::size_t begin = body.size();
  body.resize(begin + static_cast<std::size_t>(file.size()));
  Status read = file.ReadAt(0, body.data() + begin, static_cast<std::size_t>(file.size()));
  if (!read) return StorageOperation::Final(std::move(read).error());
  if (Status same = file.CheckUnchanged(); !same) {
    return StorageOperation::Final(std::move(same).error());
  }
  body += "\r\n--" + boundary + "--\r\n";
  Tried<HttpReply> tried = operation.Try(std::move(exchange));
  if (auto* const failure = std::get_if<StorageFailure>(&tried)) return std::move(*failure);
  return ReadObject(operation, std::get<HttpReply>(tried));
}

Result<ObjectInfo> UploadObject(StorageOperation& operation, const UploadFile& file,
                                const GcsUri& uri, const ObjectWrite& write) {
  UploadProgress progress(file);
  std::string description;  // of a small file
  if (file.size() == 0 || file.size() <= operation.service().options().small_upload_bytes) {
    HYPERLOCAL_TRY(const std::uint32_t crc32c, progress.checksum.Whole());
    description = UploadJson(uri.key, write, operation.id(), crc32c);
  }
  int damages = 0;
  const auto attempt = [&](const ObjectPreconditions& preconditions) {
    Tried<StoredObject> tried =
        description.empty() ? UploadInChunks(operation, file, uri, write, preconditions, progress)
                            : UploadAtOnce(operation, file, uri, description, preconditions);
    auto* const failure = std::get_if<StorageFailure>(&tried);
    if (failure == nullptr || !IsChecksumRefusal(*failure)) return tried;
    // Either the file is not what it was, or the way damages.
    const Result<std::uint32_t> sent = progress.checksum.Whole();
    const Result<std::uint32_t> now = UploadChecksum(file).Whole();
    if (!sent || !now) {
      *failure = StorageOperation::Final(sent ? now.error() : sent.error());
    } else if (*now != *sent) {
      *failure = StorageOperation::Final(operation.Fail(
          ErrorCode::kIo, file.path().string() + " changed while it was uploaded; upload it when "
                                                 "it is finished"));
    } else {
      failure->error.code = ErrorCode::kIo;
      failure->may_pass = ++damages < kMaxDamages;
    }
    return tried;
  };
  for (;;) {
    HYPERLOCAL_TRY(const StoredObject object,
                   WriteObject(operation, uri, write.preconditions, attempt));
    HYPERLOCAL_TRY(const std::uint32_t crc32c, progress.checksum.Whole());
    if (object.info.size == file.size() && object.info.crc32c == crc32c) return object.info;
    Withdraw(operation, object.info);
    StorageFailure damage = operation.Damaged(fmt::format(
        "the object came out with {} bytes and crc32c {:08x} in the place of {} and {:08x}, and "
        "was deleted again",
        object.info.size, object.info.crc32c, file.size(), crc32c));
    // The generation that the caller wanted replaced is gone with it.
    const bool has_gone = write.preconditions.if_generation_match.value_or(0) != 0;
    damage.may_pass = ++damages < kMaxDamages && !has_gone;
    HYPERLOCAL_TRY_STATUS(operation.Pause(damage));
  }
}

}  // namespace hyperlocal
