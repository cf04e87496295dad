#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace hyperlocal::workflow {

// What the service grants one execution (cloud.google.com/workflows/quotas). A test or a benchmark
// may set other numbers; an execution keeps those that it began with.
struct Limits {
  std::uint64_t steps = 100'000;
  std::uint64_t variable_bytes = 512 * 1024;  // all variables, arguments and events together
  std::uint64_t string_bytes = 256 * 1024;
  std::uint64_t result_bytes = 512 * 1024;
  std::uint64_t http_response_bytes = 2 * 1024 * 1024;
  std::uint32_t call_depth = 20;
  std::uint32_t parallel_depth = 2;
  std::uint32_t concurrent_branches = 20;
  std::uint32_t kept_branch_errors = 100;
};

inline constexpr std::chrono::seconds kDefaultHttpTimeout{300};
inline constexpr std::chrono::seconds kLongestHttpTimeout{1800};
inline constexpr std::chrono::seconds kLongestSleep{31'536'000};
inline constexpr std::chrono::seconds kDefaultCallbackTimeout{43'200};

}  // namespace hyperlocal::workflow
