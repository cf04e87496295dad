#include "engine/browser/browser_slot.h"

#include <utility>

namespace hyperlocal {

Result<Browser*> BrowserSlot::Get(double device_scale_factor) {
  guest_.reset();
  {
    const std::lock_guard lock(mutex_);
    if (browser_ != nullptr && browser_->device_scale_factor() == device_scale_factor)
      return browser_.get();
  }
  HYPERLOCAL_TRY(std::unique_ptr<Browser> launched, Browser::Launch(cancel_, device_scale_factor));
  const std::lock_guard lock(mutex_);
  browser_ = std::move(launched);
  return browser_.get();
}

void BrowserSlot::Kill() {
  const std::lock_guard lock(mutex_);
  if (browser_ != nullptr) browser_->Kill();
}

void BrowserSlot::Discard() {
  Kill();
  guest_.reset();
  std::unique_ptr<Browser> ended;
  const std::lock_guard lock(mutex_);
  ended = std::move(browser_);
}

std::string BrowserSlot::LastLogLine() const {
  const std::lock_guard lock(mutex_);
  return browser_ == nullptr ? "" : browser_->LastLogLine();
}

}  // namespace hyperlocal
