#include <utility>

#include "adapters/gcp/auth/renewed_token_internal.h"

namespace hyperlocal {

Result<std::string> RenewedToken::Get() {
  std::unique_lock lock(mutex_);
  const TimePoint now = now_();
  const bool good = token_ && token_->expires > now;
  if (good && token_->expires - now > kRenewBefore) return token_->text;
  if (being_issued_) {
    if (good) return token_->text;
    const std::uint64_t before = answers_;
    changed_.wait(lock, [this, before] { return answers_ != before; });
    if (error_) return *error_;
    return token_->text;
  }
  being_issued_ = true;
  lock.unlock();
  Result<IssuedToken> issued = issue_();
  lock.lock();
  being_issued_ = false;
  ++answers_;
  error_.reset();
  if (issued) {
    token_ = *std::move(issued);
  } else if (!token_ || token_->expires <= now_()) {
    error_ = std::move(issued).error();
  }
  changed_.notify_all();
  if (error_) return *error_;
  return token_->text;
}

}  // namespace hyperlocal
