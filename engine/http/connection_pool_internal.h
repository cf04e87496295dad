#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/http/http_connection_internal.h"

namespace hyperlocal {

// Connections that wait for their next request, by what they lead to. Any number of threads.
class ConnectionPool {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  ConnectionPool(std::size_t max_per_key, std::size_t max) : max_per_key_(max_per_key), max_(max) {}

  // One that is still good; nullptr when there is none. The one that was used last: the others get
  // old and go.
  std::unique_ptr<HttpConnection> Take(const std::string& key, TimePoint now);
  void Put(const std::string& key, std::unique_ptr<HttpConnection> connection, TimePoint until);

 private:
  struct Idle {
    std::unique_ptr<HttpConnection> connection;
    TimePoint until;  // not used from then on
  };

  // What is taken out of the map is closed by the caller, outside the lock.
  std::vector<Idle> RemoveOld(TimePoint now);

  const std::size_t max_per_key_;
  const std::size_t max_;
  std::mutex mutex_;
  std::map<std::string, std::vector<Idle>> idle_;  // the last used at the end
  std::size_t count_ = 0;
};

}  // namespace hyperlocal
