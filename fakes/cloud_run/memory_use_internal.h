#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace hyperlocal::cloud_run {

// The processes that descend from `ancestor`, as far as the kernel tells (CONFIG_PROC_CHILDREN);
// without `ancestor`.
std::vector<pid_t> DescendantsOf(pid_t ancestor);

// The memory that a process has written and not given back: anonymous and shared pages, not those
// of the files it maps. Bytes; 0 when it is gone.
std::uint64_t MemoryUseOf(pid_t pid);

}  // namespace hyperlocal::cloud_run
