#pragma once

#include <string>

#include "engine/error/result.h"
#include "engine/file/file_descriptor_internal.h"

namespace hyperlocal {

// A socket that accepts connections.
struct TcpListener {
  FileDescriptor socket;  // non-blocking
  int port = 0;
  std::string base_url;  // "http://127.0.0.1:4443"; of all addresses, the loopback one
};

// Listens on `host` (a name or an address; of several the first IPv4 address that works) with the
// longest backlog the system allows; port 0 takes any that is free. Errors: kDependencyUnavailable
// when the port is taken or the host has no such address, kPermission when the port is reserved.
Result<TcpListener> OpenListener(const std::string& host, int port);

}  // namespace hyperlocal
