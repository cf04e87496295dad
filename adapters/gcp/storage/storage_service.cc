#include <utility>

#include <fmt/format.h>

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

// From the system's randomness, whatever the seed: two programs with one seed must not take each
// other's writes for their own.
std::string StorageService::NewId() {
  std::random_device device;
  std::uint32_t words[4];
  for (std::uint32_t& word : words) word = device();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:04x}{:08x}", words[0], words[1] >> 16,
                     words[1] & 0xFFF, 8 + (words[2] >> 30), words[2] >> 16 & 0xFFF,
                     words[2] & 0xFFFF, words[3]);
}

std::chrono::milliseconds StorageService::Draw(std::chrono::milliseconds longest) {
  const std::lock_guard lock(mutex_);
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(
      0, std::max<std::int64_t>(longest.count(), 0))(pauses_));
}

}  // namespace hyperlocal
