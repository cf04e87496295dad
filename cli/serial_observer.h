#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "cli/local_render.h"

namespace hyperlocal::cli {

// Hands events of several threads to the caller's observer, one at a time, and every page message
// once.
class SerialObserver {
 public:
  explicit SerialObserver(RenderObserver& observer) : observer_(observer) {}

  template <typename Event>
  void Tell(Event event) {
    const std::lock_guard lock(mutex_);
    event(observer_);
  }
  void PageMessage(std::string_view line) {
    const std::lock_guard lock(mutex_);
    if (said_.emplace(line).second) observer_.OnPageMessage(line);
  }

 private:
  RenderObserver& observer_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> said_;
};

}  // namespace hyperlocal::cli
