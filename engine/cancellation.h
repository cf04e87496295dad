#pragma once

#include <atomic>
#include <memory>

namespace hyperlocal {

// Asks work on other threads to stop. Copies share one flag; a default-made token is never
// cancelled by anybody else. Long operations look at it at least once a frame and return
// kCancelled.
class CancellationToken {
 public:
  CancellationToken() : own_(std::make_shared<std::atomic<bool>>(false)) {}

  void Cancel() const { own_->store(true, std::memory_order_relaxed); }
  bool cancelled() const {
    return own_->load(std::memory_order_relaxed) ||
           (parent_ && parent_->load(std::memory_order_relaxed));
  }

  // A token that is cancelled with this one, and may be cancelled without it. One level deep: a
  // child has no children.
  CancellationToken Child() const {
    CancellationToken child;
    child.parent_ = own_;
    return child;
  }

 private:
  std::shared_ptr<std::atomic<bool>> own_;
  std::shared_ptr<std::atomic<bool>> parent_;
};

}  // namespace hyperlocal
