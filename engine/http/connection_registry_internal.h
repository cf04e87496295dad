#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/http/accepted_connection_internal.h"

namespace hyperlocal {

// Owns the connections of a server. Thread-safe.
class ConnectionRegistry {
 public:
  AcceptedConnection& Add(FileDescriptor socket, std::string peer);
  // Closes it. By the worker that owns it.
  void Remove(AcceptedConnection& connection);

  std::size_t size() const;
  // Expires what waits longer than it may.
  void ExpireAt(AcceptedConnection::Clock::time_point now);
  // Ends every connection, in the middle of whatever it does; its worker notices.
  void CutAll();
  // Whether the last connection went within `time`.
  bool AwaitEmpty(std::chrono::milliseconds time);

 private:
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::vector<std::unique_ptr<AcceptedConnection>> connections_;
};

}  // namespace hyperlocal
