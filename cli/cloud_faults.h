#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal::cli {

// What is to go wrong in the emulated cloud, a plan for each of its services in the service's own
// form; empty: nothing.
struct CloudFaults {
  std::string storage;  // docs/storage.md
  std::string service;  // CloudRunHostOptions::fault_plan
  // When the workflows are killed and started again, from their first start on; rising.
  std::vector<std::chrono::milliseconds> workflow_restarts;
  double workflow_clock_rate = 1;  // seconds that they see pass in a second

  // Whether the service's plan has a full disk.
  bool fills_disks() const { return service.find("\"full_disk\"") != std::string::npos; }
};

// What --faults says: the name of a file that holds {"seed": N, "storage": {"rules": […]},
// "service": {"rules": […]}, "workflows": {"restarts_ms": […], "clock_rate": 0.5}}, where a plan
// without a seed of its own has the file's; or "random:SEED", a bit of everything, the same for the
// same seed. Errors: kUsage, kNoInput, kInvalidJson, naming the place.
Result<CloudFaults> ReadCloudFaults(std::string_view text);

// "random:SEED" as a file would say it.
std::string RandomFaults(std::uint64_t seed);

}  // namespace hyperlocal::cli
