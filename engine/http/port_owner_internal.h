#pragma once

#include <optional>
#include <string>

namespace hyperlocal {

struct PortOwner {
  int pid = 0;
  std::string name;  // of the program, as the kernel knows it
};

// The process that listens on a TCP port, by /proc (proc(5)). Nothing when nobody does, or when it
// is a process of somebody else, whose descriptors may not be seen.
std::optional<PortOwner> FindPortOwner(int port);

}  // namespace hyperlocal
