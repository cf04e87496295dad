#include <vector>

#include "fakes/gcs/store/spool_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 20;

}  // namespace

Result<std::unique_ptr<Spool>> Spool::Resume(ContentShelf& shelf, const std::string& upload,
                                             std::uint64_t size) {
  auto spool = std::make_unique<Spool>(shelf, upload);
  if (size == 0) return spool;
  HYPERLOCAL_TRY(spool->incoming_, shelf.Reopen(upload, size));
  std::vector<char> buffer(kReadBytes);
  while (spool->size() < size) {
    HYPERLOCAL_TRY(const std::size_t got,
                   spool->incoming_->ReadAt(spool->size(), buffer.data(), buffer.size()));
    if (got == 0) {
      return Error{ErrorCode::kIo, "the bytes of the upload " + upload + " end too early"};
    }
    spool->Hash(std::string_view(buffer.data(), got));
  }
  return spool;
}

void Spool::Hash(std::string_view bytes) {
  if (with_md5_) md5_.Update(bytes);
  crc32c_.Update(bytes);
  identity_.size += bytes.size();
}

Status Spool::Append(std::string_view bytes) {
  if (broken_ || finished_) {
    return Error{ErrorCode::kIo, finished_ ? "the content is finished already"
                                           : "an earlier part of the content could not be kept"};
  }
  broken_ = true;
  if (incoming_ == nullptr && small_.size() + bytes.size() > kSmallContentBytes) {
    HYPERLOCAL_TRY_STATUS(Spill());
  }
  Hash(bytes);
  if (incoming_ != nullptr) {
    HYPERLOCAL_TRY_STATUS(incoming_->Append(bytes));
  } else {
    small_ += bytes;
  }
  broken_ = false;
  return Ok();
}

Status Spool::Spill() {
  HYPERLOCAL_TRY(incoming_, shelf_.NewIncoming(upload_));
  HYPERLOCAL_TRY_STATUS(incoming_->Append(small_));
  small_ = std::string();
  return Ok();
}

Status Spool::Sync() {
  if (broken_) return Error{ErrorCode::kIo, "an earlier part of the content could not be kept"};
  if (incoming_ == nullptr) HYPERLOCAL_TRY_STATUS(Spill());
  return incoming_->Sync();
}

Result<std::size_t> Spool::ReadAt(std::uint64_t offset, char* to, std::size_t room) {
  if (incoming_ != nullptr) return incoming_->ReadAt(offset, to, room);
  if (offset >= small_.size()) return std::size_t{0};
  return small_.copy(to, room, static_cast<std::size_t>(offset));
}

void Spool::Rest() {
  md5_.Rest();
  if (incoming_ != nullptr) incoming_->Rest();
}

Result<ContentIdentity> Spool::Finish() {
  if (broken_) return Error{ErrorCode::kIo, "an earlier part of the content could not be kept"};
  if (incoming_ != nullptr) HYPERLOCAL_TRY_STATUS(incoming_->Sync());
  if (!finished_) {
    finished_ = true;
    identity_.checksums.crc32c = crc32c_.value();
    if (with_md5_) identity_.checksums.md5 = md5_.Digest();
  }
  return identity_;
}

}  // namespace hyperlocal::gcs
