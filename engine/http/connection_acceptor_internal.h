#pragma once

#include <chrono>
#include <cstddef>

#include "engine/file/file_descriptor_internal.h"
#include "engine/http/http_worker_internal.h"

namespace hyperlocal {

// The thread of a server that takes connections in and ends those that wait too long.
class ConnectionAcceptor {
 public:
  // `service` and `listener` outlive it.
  ConnectionAcceptor(HttpService& service, const FileDescriptor& listener,
                     std::size_t max_connections);

  bool valid() const { return stop_.valid(); }
  // Returns after Stop.
  void Run();
  // From any thread, before Run or after.
  void Stop();

 private:
  // Everything in the backlog. False when the system has no descriptors left: later.
  bool AcceptAll();

  HttpService& service_;
  const FileDescriptor& listener_;
  const std::size_t max_connections_;
  const FileDescriptor stop_;  // readable from Stop on
};

// Lets this process have `count` descriptors, or as many as it may, and tells how many that are.
std::size_t RaiseDescriptorLimit(std::size_t count);

}  // namespace hyperlocal
