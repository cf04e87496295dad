#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace hyperlocal::gcs {

using Timestamp = std::chrono::system_clock::time_point;  // kept to the microsecond

// What the store itself acts on; the rest of what a client says of a bucket is `settings`.
struct BucketPolicy {
  bool versioning = false;
  std::chrono::seconds soft_delete_retention{0};  // 0: deleted objects are gone
  std::optional<std::chrono::seconds> retention;  // objects younger than that cannot go
  bool retention_locked = false;
  bool default_event_based_hold = false;
  std::string storage_class = "STANDARD";
  bool operator==(const BucketPolicy&) const = default;
};

struct BucketRecord {
  std::string name;
  std::int64_t generation = 0;
  std::int64_t metageneration = 0;
  Timestamp created, updated;
  BucketPolicy policy;
  // A JSON object: every field that a client set and the store does not act on (labels, cors,
  // lifecycle, iamConfiguration, IAM bindings, notifications …), shown back as it was given.
  std::string settings = "{}";
  bool operator==(const BucketRecord&) const = default;
};

}  // namespace hyperlocal::gcs
