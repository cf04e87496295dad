#include <algorithm>
#include <utility>

#include "engine/http/connection_pool_internal.h"

namespace hyperlocal {

std::vector<ConnectionPool::Idle> ConnectionPool::RemoveOld(TimePoint now) {
  std::vector<Idle> old;
  for (auto entry = idle_.begin(); entry != idle_.end();) {
    std::vector<Idle>& list = entry->second;
    const auto first_good = std::stable_partition(
        list.begin(), list.end(), [now](const Idle& idle) { return idle.until <= now; });
    std::move(list.begin(), first_good, std::back_inserter(old));
    count_ -= static_cast<std::size_t>(first_good - list.begin());
    list.erase(list.begin(), first_good);
    entry = list.empty() ? idle_.erase(entry) : std::next(entry);
  }
  return old;
}

std::unique_ptr<HttpConnection> ConnectionPool::Take(const std::string& key, TimePoint now) {
  for (;;) {
    std::vector<Idle> old;
    std::unique_ptr<HttpConnection> connection;
    {
      const std::lock_guard lock(mutex_);
      old = RemoveOld(now);
      const auto entry = idle_.find(key);
      if (entry == idle_.end()) return nullptr;
      connection = std::move(entry->second.back().connection);
      entry->second.pop_back();
      --count_;
      if (entry->second.empty()) idle_.erase(entry);
    }
    if (connection->IsIdle()) return connection;
  }
}

void ConnectionPool::Put(const std::string& key, std::unique_ptr<HttpConnection> connection,
                         TimePoint until) {
  Idle surplus;  // declared before the lock: closed after it
  const std::lock_guard lock(mutex_);
  std::vector<Idle>& list = idle_[key];
  if (list.size() >= max_per_key_) {
    surplus = std::move(list.front());
    list.erase(list.begin());
    --count_;
  } else if (count_ >= max_) {
    if (list.empty()) idle_.erase(key);
    surplus.connection = std::move(connection);
    return;
  }
  list.push_back({std::move(connection), until});
  ++count_;
}

}  // namespace hyperlocal
