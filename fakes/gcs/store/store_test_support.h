#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakes/gcs/store/store.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::gcs::testing {

using hyperlocal::testing::TemporaryDirectory;

enum class StoreKind { kMemory, kDisk, kUnsyncedDisk };

inline std::string NameOfKind(const ::testing::TestParamInfo<StoreKind>& kind) {
  return kind.param == StoreKind::kMemory ? "Memory"
         : kind.param == StoreKind::kDisk ? "Disk"
                                          : "UnsyncedDisk";
}

// A time that stands still until it is told otherwise.
class ManualTime {
 public:
  Timestamp Now() {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void Advance(std::chrono::microseconds by) {
    const std::lock_guard lock(mutex_);
    now_ += by;
  }

 private:
  std::mutex mutex_;
  Timestamp now_ = Timestamp(std::chrono::seconds(1'800'000'000));
};

// A store of either kind, with a time of its own; on disk it can be closed and opened again.
class StoreFixture {
 public:
  explicit StoreFixture(StoreKind kind) : kind_(kind) { Reopen(); }

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }
  ManualTime& time() { return *time_; }
  std::filesystem::path directory() const { return directory_ / "store"; }
  const std::vector<std::string>& log() const { return *log_; }
  std::shared_ptr<Store> shared() { return store_; }

  void Close() { store_.reset(); }
  void Reopen() {
    store_.reset();
    StoreOptions options;
    options.now = [time = time_] { return time->Now(); };
    options.log = [log = log_](std::string_view line) { log->emplace_back(line); };
    if (kind_ == StoreKind::kUnsyncedDisk) options.durability = Durability::kUnsynced;
    auto store =
        kind_ == StoreKind::kMemory ? Store::InMemory(options) : Store::Open(directory(), options);
    if (!store.has_value()) {
      ADD_FAILURE() << store.error().message;
      return;
    }
    store_ = std::move(*store);
  }

 private:
  StoreKind kind_;
  TemporaryDirectory directory_{"store"};
  std::shared_ptr<ManualTime> time_ = std::make_shared<ManualTime>();
  std::shared_ptr<std::vector<std::string>> log_ = std::make_shared<std::vector<std::string>>();
  std::shared_ptr<Store> store_;
};

inline Preconditions IfGeneration(std::int64_t generation) {
  Preconditions preconditions;
  preconditions.if_generation_match = generation;
  return preconditions;
}

inline Status MakeBucket(Store& store, std::string name, BucketPolicy policy = {}) {
  BucketRecord bucket;
  bucket.name = std::move(name);
  bucket.policy = std::move(policy);
  const auto made = store.CreateBucket(bucket);
  if (!made.has_value()) return Error(made.error());
  return Ok();
}

inline Result<ObjectRecord> Put(Store& store, const ObjectKey& key, std::string_view bytes,
                                const Preconditions& preconditions = {},
                                const ObjectFields& fields = {}, const ContentClaims& claims = {}) {
  auto content = store.NewContent();
  if (!content.has_value()) return Error(content.error());
  for (std::size_t at = 0; at < bytes.size(); at += 10'000) {
    const Status appended = (*content)->Append(bytes.substr(at, 10'000));
    if (!appended.has_value()) return Error(appended.error());
  }
  return store.InsertObject(key, fields, std::move(*content), claims, preconditions);
}

inline std::string ReadAll(ContentReader& reader) {
  std::string bytes(reader.size(), '\0');
  const auto got = reader.ReadAt(0, bytes.data(), bytes.size());
  if (!got.has_value()) return "<" + got.error().message + ">";
  bytes.resize(*got);
  return bytes;
}

// The bytes of an object, or nothing.
inline std::optional<std::string> Get(Store& store, const ObjectKey& key,
                                      std::optional<std::int64_t> generation = {}) {
  const auto object = store.OpenObject(ObjectAddress{key, generation});
  if (!object.has_value()) return std::nullopt;
  return ReadAll(*object->content);
}

inline std::string Letters(std::size_t size, std::uint32_t seed) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    seed = seed * 1664525U + 1013904223U;
    byte = static_cast<char>(seed >> 24);
  }
  return bytes;
}

}  // namespace hyperlocal::gcs::testing
