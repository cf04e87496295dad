#include <algorithm>
#include <chrono>
#include <utility>

#include "adapters/gcp/service/plan_cache_internal.h"

namespace hyperlocal {

Result<std::shared_ptr<FetchedPlan>> PlanCache::Find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&key](const Entry& entry) { return entry.key == key; });
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return found->plan;
  }
  auto plan = std::make_shared<FetchedPlan>();
  HYPERLOCAL_TRY(plan->directory, root_.MakeDirectory("plan"));
  entries_.push_front({key, plan, 0});
  return plan;
}

void PlanCache::Settle(const std::shared_ptr<FetchedPlan>& plan, std::uint64_t bytes) {
  std::list<Entry> forgotten;  // directories are removed after the lock is given back
  const std::lock_guard lock(mutex_);
  std::uint64_t held = 0;
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (it->plan == plan) it->bytes = bytes;
    const auto here = it++;
    if (here->bytes <= limit_bytes_ && held <= limit_bytes_ - here->bytes && limit_bytes_ > 0) {
      held += here->bytes;
    } else {
      forgotten.splice(forgotten.end(), entries_, here);
    }
  }
}

void PlanCache::Forget(const std::shared_ptr<FetchedPlan>& plan) {
  std::list<Entry> forgotten;
  const std::lock_guard lock(mutex_);
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto here = it++;
    if (here->plan == plan) forgotten.splice(forgotten.end(), entries_, here);
  }
}

Result<std::unique_lock<std::timed_mutex>> LockPlan(FetchedPlan& plan,
                                                    const CancellationToken& cancel) {
  std::unique_lock lock(plan.mutex, std::defer_lock);
  while (!lock.try_lock_for(std::chrono::milliseconds(50))) {
    if (cancel.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
  }
  return Result<std::unique_lock<std::timed_mutex>>(std::move(lock));
}

}  // namespace hyperlocal
