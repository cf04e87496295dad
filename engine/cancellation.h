#pragma once

#include <atomic>
#include <memory>

namespace hyperlocal {

// Asks work on other threads to stop. Copies share one flag; a default-made token is never cancelled by anybody
// else. Long operations look at it at least once a frame and return kCancelled.
class CancellationToken {
 public:
  CancellationToken() : flag_(std::make_shared<std::atomic<bool>>(false)) {}
  void Cancel() const { flag_->store(true, std::memory_order_relaxed); }
  bool cancelled() const { return flag_->load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

}  // namespace hyperlocal
