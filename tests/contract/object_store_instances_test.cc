#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <random>
#include <string>

#include <fmt/format.h>

#include "adapters/gcp/storage/gcs_object_store.h"
#include "fakes/gcs/server/gcs_server.h"
#include "fakes/gcs/store/direct_object_store.h"
#include "fakes/gcs/store/store.h"
#include "tests/contract/object_store_contract.h"

// The stores that pass the contract: the emulator's own in this process, the client of Cloud
// Storage against the emulator, and the same client against the service itself.

namespace hyperlocal::testing {
namespace {

constexpr const char* kBucket = "contract-bucket";

enum class Place { kMemory, kDisk };

std::shared_ptr<gcs::Store> OpenStore(Place place, const std::filesystem::path& directory) {
  auto store =
      place == Place::kMemory ? gcs::Store::InMemory() : gcs::Store::Open(directory / "store");
  EXPECT_TRUE(store) << store.error().message;
  gcs::BucketRecord bucket;
  bucket.name = kBucket;
  const auto made = (*store)->CreateBucket(bucket);
  EXPECT_TRUE(made) << made.error().message;
  return std::move(*store);
}

class DirectStore : public StoreUnderTest {
 public:
  explicit DirectStore(Place place)
      : store_(gcs::NewDirectObjectStore(OpenStore(place, directory_.path()))) {}
  ObjectStore& store() override { return *store_; }
  std::string bucket() override { return kBucket; }

 private:
  const TemporaryDirectory directory_{"direct-store"};
  std::unique_ptr<ObjectStore> store_;
};

// Limits so low that a few megabytes take every path.
void UseSmallPieces(GcsClientOptions& options) {
  options.small_upload_bytes = std::size_t{256} << 10;
  options.upload_chunk_bytes = std::size_t{512} << 10;
  options.download_part_bytes = std::size_t{1} << 20;
}

class EmulatedStore : public StoreUnderTest {
 public:
  explicit EmulatedStore(Place place) : data_(OpenStore(place, directory_.path())) {
    auto server = gcs::GcsServer::Start({}, *data_);
    EXPECT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    GcsClientOptions options;
    options.endpoint = server_->base_url();
    options.http = {};
    UseSmallPieces(options);
    auto store = GcsObjectStore::Create(std::move(options));
    EXPECT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
  }
  ObjectStore& store() override { return *store_; }
  std::string bucket() override { return kBucket; }

 private:
  const TemporaryDirectory directory_{"emulated-store"};
  std::shared_ptr<gcs::Store> data_;
  std::unique_ptr<gcs::GcsServer> server_;
  std::unique_ptr<GcsObjectStore> store_;
};

class TokenCredentials : public Credentials {
 public:
  explicit TokenCredentials(std::string token) : header_("Bearer " + std::move(token)) {}
  Result<std::string> AuthorizationHeader() override { return header_; }

 private:
  const std::string header_;
};

// The service itself: objects under a prefix of this run's own, deleted at the end.
class LiveStore : public StoreUnderTest {
 public:
  LiveStore(std::string bucket, std::string token) : bucket_(std::move(bucket)) {
    std::random_device device;
    prefix_ = fmt::format("hyperlocal-contract/{:08x}{:08x}/", device(), device());
    GcsClientOptions options;
    options.credentials = std::make_shared<TokenCredentials>(std::move(token));
    UseSmallPieces(options);
    auto store = GcsObjectStore::Create(std::move(options));
    EXPECT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
  }
  ~LiveStore() override {
    const auto list = store_->List(bucket_, {.prefix = prefix_, .delimiter = ""});
    if (!list) return;
    for (const ObjectInfo& object : list->objects) (void)store_->Delete(object.uri, {});
  }
  ObjectStore& store() override { return *store_; }
  std::string bucket() override { return bucket_; }
  std::string prefix() override { return prefix_; }

 private:
  const std::string bucket_;
  std::string prefix_;
  std::unique_ptr<GcsObjectStore> store_;
};

std::unique_ptr<StoreUnderTest> MakeLive(std::string* why) {
  const char* const bucket = std::getenv("HYPERLOCAL_LIVE_GCS_BUCKET");
  const char* const token = std::getenv("HYPERLOCAL_LIVE_GCS_TOKEN");
  if (bucket == nullptr && token == nullptr) {
    *why =
        "the live service needs HYPERLOCAL_LIVE_GCS_BUCKET and HYPERLOCAL_LIVE_GCS_TOKEN "
        "(gcloud auth print-access-token)";
    return nullptr;
  }
  if (bucket == nullptr || token == nullptr) {
    ADD_FAILURE() << "of HYPERLOCAL_LIVE_GCS_BUCKET and HYPERLOCAL_LIVE_GCS_TOKEN only one is set";
    *why = "half configured";
    return nullptr;
  }
  return std::make_unique<LiveStore>(bucket, token);
}

template <typename Kind>
StoreKind KindOf(const char* name, Place place) {
  return {.name = name,
          .make = [place](std::string*) { return std::make_unique<Kind>(place); },
          .is_remote = false};
}

INSTANTIATE_TEST_SUITE_P(
    Stores, ObjectStoreContract,
    ::testing::Values(KindOf<DirectStore>("DirectInMemory", Place::kMemory),
                      KindOf<DirectStore>("DirectOnDisk", Place::kDisk),
                      KindOf<EmulatedStore>("EmulatedInMemory", Place::kMemory),
                      KindOf<EmulatedStore>("EmulatedOnDisk", Place::kDisk),
                      StoreKind{.name = "Live", .make = MakeLive, .is_remote = true}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace hyperlocal::testing
