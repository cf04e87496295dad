#pragma once

#include <chrono>
#include <string>

namespace hyperlocal::cloud_run {

// When an instance counts as started: when its port takes a connection, or, with a path, when GET
// of it is answered with 200 to 399.
struct StartupProbe {
  std::string http_path;  // "/healthz"; empty: the port alone
  // Both together at most 240 s at the real one, which is the default there.
  std::chrono::milliseconds timeout = std::chrono::seconds(240);
};

}  // namespace hyperlocal::cloud_run
