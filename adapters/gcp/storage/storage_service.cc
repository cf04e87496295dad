#include <utility>

#include "adapters/gcp/storage/storage_service_internal.h"

namespace hyperlocal {
namespace {

std::uint64_t SeedOf(const RetryPolicy& policy) {
  if (policy.seed != 0) return policy.seed;
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

StorageService::StorageService(GcsClientOptions options, StorageEndpoint endpoint)
    : options_(std::move(options)),
      endpoint_(std::move(endpoint)),
      http_(options_.http),
      pauses_(SeedOf(options_.retry)) {}

std::string StorageService::NewId() {
  return NewUuid();
}

std::chrono::milliseconds StorageService::Draw(std::chrono::milliseconds longest) {
  const std::lock_guard lock(mutex_);
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(
      0, std::max<std::int64_t>(longest.count(), 0))(pauses_));
}

}  // namespace hyperlocal
