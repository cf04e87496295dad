#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "adapters/gcp/auth/credentials.h"
#include "adapters/gcp/storage/retry_policy.h"
#include "engine/error/result.h"
#include "engine/http/http_client.h"
#include "engine/object_store.h"

namespace hyperlocal {

struct GcsClientOptions {
  // Empty: STORAGE_EMULATOR_HOST ("localhost:4443", "http://host/path"), or without it the service
  // itself.
  std::string endpoint;
  std::shared_ptr<Credentials> credentials;  // absent: anonymous
  // Sent with every request: x-goog-user-project and its like.
  HttpHeaders headers;

  std::chrono::milliseconds request_timeout = std::chrono::minutes(5);  // of a call without content
  std::chrono::milliseconds transfer_timeout = std::chrono::hours(2);   // of an upload or download
  RetryPolicy retry;
  std::shared_ptr<RetryClock> clock;  // absent: the steady clock

  std::size_t small_upload_bytes = std::size_t{1} << 20;    // up to here in one request
  std::size_t upload_chunk_bytes = std::size_t{256} << 20;  // of a request; a multiple of 256 KiB
  std::size_t download_part_bytes = std::size_t{32} << 20;  // larger objects in parallel parts
  std::size_t download_threads = 4;

  HttpClientOptions http = HttpClientOptions::FromEnvironment();
};

// Cloud Storage, or its emulator, over the JSON API.
//
// An operation has one id, which its requests carry (x-goog-api-client, gccl-invocation-id) and the
// objects that it writes (custom metadata hyperlocal-upload-id, not shown in ObjectInfo). A request
// that failed for now (408, 429, 5xx, the network) is repeated where that is safe:
// * what only reads, and the next piece of a resumable upload: always.
// * What writes under if_generation_match: after a lost answer the object is looked at; if it bears
//   our id, that write was ours, and its answer is what the caller gets. Otherwise the write is
//   tried again, or a 412 is the caller's.
// * What writes without: the repetition is put under if_generation_match of what was found, so that
//   it cannot undo what somebody else wrote meanwhile unseen.
// * Delete without: it is done as stat, then delete of that generation.
//
// Contents: the crc32c is computed of what is sent and goes with it, at the latest with the last
// request, so that the service refuses what was damaged on the way; it is compared with the answer,
// too. A file that changes meanwhile is noticed (kIo). A download goes aside, its length and crc32c
// are compared, then it is renamed; not synced. Objects that are stored with a Content-Encoding are
// kept as they are stored. Memory does not grow with contents.
//
// Messages hold neither credentials nor upload session addresses.
class GcsObjectStore : public ObjectStore {
 public:
  // Error: kInvalidConfig.
  static Result<std::unique_ptr<GcsObjectStore>> Create(GcsClientOptions options);
  ~GcsObjectStore() override;

  Result<ObjectInfo> Stat(const GcsUri& uri) override;
  Result<ObjectInfo> Download(const GcsUri& uri, const std::filesystem::path& file,
                              CancellationToken cancelled) override;
  Result<ObjectInfo> Upload(const std::filesystem::path& file, const GcsUri& uri,
                            const ObjectWrite& write, CancellationToken cancelled) override;
  Result<ObjectList> List(std::string_view bucket, const ObjectListing& listing) override;
  Status Delete(const GcsUri& uri, const ObjectPreconditions& preconditions) override;
  Result<ObjectInfo> Compose(const std::vector<GcsUri>& sources, const GcsUri& target,
                             const ObjectWrite& write) override;
  Result<ObjectInfo> Copy(const GcsUri& source, const GcsUri& target,
                          const ObjectPreconditions& preconditions) override;

 private:
  struct Service;
  explicit GcsObjectStore(std::unique_ptr<Service> service);
  std::unique_ptr<Service> service_;
};

}  // namespace hyperlocal
