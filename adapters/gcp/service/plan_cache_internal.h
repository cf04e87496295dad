#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "adapters/gcp/service/work_directory_internal.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"

namespace hyperlocal {

// A plan as it was fetched from a bucket, in a directory that lives as long as somebody uses it or
// the cache remembers it.
struct FetchedPlan {
  std::unique_ptr<WorkDirectory> directory;
  std::timed_mutex mutex;        // of who fetches into the directory; guards what follows
  bool complete = false;         // of v1: the plan is extracted
  std::set<std::string> blobs;   // of v2: the digests that are there
  std::uint64_t bytes_held = 0;  // on disk
};

// Remembers fetched plans, the last used ones within a limit of bytes. Any thread.
class PlanCache {
 public:
  PlanCache(WorkRoot& root, std::uint64_t limit_bytes) : root_(root), limit_bytes_(limit_bytes) {}

  // The plan of that key: a remembered one, or an empty directory that is remembered from now on.
  // Error: kCannotWrite.
  Result<std::shared_ptr<FetchedPlan>> Find(const std::string& key);
  // How much it holds now. May make the cache forget it, or others.
  void Settle(const std::shared_ptr<FetchedPlan>& plan, std::uint64_t bytes);
  // For one that turned out to be damaged: the next Find begins anew.
  void Forget(const std::shared_ptr<FetchedPlan>& plan);

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<FetchedPlan> plan;
    std::uint64_t bytes = 0;
  };

  WorkRoot& root_;
  const std::uint64_t limit_bytes_;
  std::mutex mutex_;          // guards the list
  std::list<Entry> entries_;  // last used first
};

// Locks a plan for fetching, unless `cancel` comes first. Error: kCancelled.
Result<std::unique_lock<std::timed_mutex>> LockPlan(FetchedPlan& plan,
                                                    const CancellationToken& cancel);

}  // namespace hyperlocal
