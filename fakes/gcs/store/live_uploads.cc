#include "fakes/gcs/store/live_uploads_internal.h"

namespace hyperlocal::gcs {

UploadTurn::~UploadTurn() {
  if (upload_ == nullptr) return;
  {
    const std::lock_guard lock(upload_->mutex);
    upload_->taken = false;
    upload_->owner = {};
  }
  upload_->free.notify_one();
}

Result<UploadTurn> LiveUploads::Take(const std::string& id) {
  std::shared_ptr<LiveUpload> upload;
  {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<LiveUpload>& entry = uploads_[id];
    if (entry == nullptr) entry = std::make_shared<LiveUpload>();
    upload = entry;
  }
  std::unique_lock lock(upload->mutex);
  if (upload->taken && upload->owner == std::this_thread::get_id()) {
    return Error{ErrorCode::kConflict,
                 "this thread has a writer of the upload " + id + " that is still open"};
  }
  upload->free.wait(lock, [&] { return !upload->taken; });
  upload->taken = true;
  upload->owner = std::this_thread::get_id();
  lock.unlock();
  return UploadTurn(std::move(upload));
}

std::optional<std::uint64_t> LiveUploads::Received(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = uploads_.find(id);
  if (found == uploads_.end()) return std::nullopt;
  const std::uint64_t received = found->second->received.load();
  return received == LiveUpload::kUnknown ? std::nullopt : std::optional(received);
}

void LiveUploads::Forget(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = uploads_.find(id);
  if (found != uploads_.end()) uploads_.erase(found);
}

void LiveUploads::ForgetAll() {
  const std::lock_guard lock(mutex_);
  uploads_.clear();
}

}  // namespace hyperlocal::gcs
