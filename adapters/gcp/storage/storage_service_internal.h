#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <random>
#include <string>

#include "adapters/gcp/storage/gcs_object_store.h"
#include "adapters/gcp/storage/storage_endpoint.h"
#include "engine/http/http_client.h"

namespace hyperlocal {

// What all operations of a store share. Any number of threads.
class StorageService {
 public:
  // `options` with credentials and clock.
  StorageService(GcsClientOptions options, StorageEndpoint endpoint);

  const GcsClientOptions& options() const { return options_; }
  const StorageEndpoint& endpoint() const { return endpoint_; }
  HttpClient& http() { return http_; }
  RetryClock& clock() { return *options_.clock; }

  // A new version-4 UUID.
  std::string NewId();
  // Evenly from 0 to `longest`.
  std::chrono::milliseconds Draw(std::chrono::milliseconds longest);

 private:
  const GcsClientOptions options_;
  const StorageEndpoint endpoint_;
  HttpClient http_;
  std::mutex mutex_;
  std::mt19937_64 pauses_;
};

}  // namespace hyperlocal
