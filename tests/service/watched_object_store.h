#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/object_store.h"

namespace hyperlocal::testing {

// Another store, whose calls are counted, and may be held up or failed by a test. Any thread.
class WatchedObjectStore : public ObjectStore {
 public:
  explicit WatchedObjectStore(ObjectStore& other) : other_(other) {}

  // Called before every call, with its name ("Download") and object; an error is the answer.
  using Hook = std::function<Status(std::string_view call, const GcsUri& uri)>;
  void SetHook(Hook hook) {
    const std::lock_guard lock(mutex_);
    hook_ = std::move(hook);
  }
  // Keys of the objects of all calls of that name, in order.
  std::vector<std::string> KeysOf(std::string_view call) {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> keys;
    for (const auto& [name, key] : calls_) {
      if (name == call) keys.push_back(key);
    }
    return keys;
  }
  void ForgetCalls() {
    const std::lock_guard lock(mutex_);
    calls_.clear();
  }

  Result<ObjectInfo> Stat(const GcsUri& uri) override {
    HYPERLOCAL_TRY_STATUS(Note("Stat", uri));
    return other_.Stat(uri);
  }
  Result<ObjectInfo> Download(const GcsUri& uri, const std::filesystem::path& file,
                              CancellationToken cancelled) override {
    HYPERLOCAL_TRY_STATUS(Note("Download", uri));
    return other_.Download(uri, file, std::move(cancelled));
  }
  Result<ObjectInfo> Upload(const std::filesystem::path& file, const GcsUri& uri,
                            const ObjectWrite& write, CancellationToken cancelled) override {
    HYPERLOCAL_TRY_STATUS(Note("Upload", uri));
    return other_.Upload(file, uri, write, std::move(cancelled));
  }
  Result<ObjectList> List(std::string_view bucket, const ObjectListing& listing) override {
    return other_.List(bucket, listing);
  }
  Status Delete(const GcsUri& uri, const ObjectPreconditions& preconditions) override {
    return other_.Delete(uri, preconditions);
  }
  Result<ObjectInfo> Compose(const std::vector<GcsUri>& sources, const GcsUri& target,
                             const ObjectWrite& write) override {
    return other_.Compose(sources, target, write);
  }
  Result<ObjectInfo> Copy(const GcsUri& source, const GcsUri& target,
                          const ObjectPreconditions& preconditions) override {
    return other_.Copy(source, target, preconditions);
  }

 private:
  Status Note(std::string_view call, const GcsUri& uri) {
    Hook hook;
    {
      const std::lock_guard lock(mutex_);
      calls_.emplace_back(call, uri.key);
      hook = hook_;
    }
    return hook ? hook(call, uri) : Ok();
  }

  ObjectStore& other_;
  std::mutex mutex_;  // guards what follows
  Hook hook_;
  std::vector<std::pair<std::string, std::string>> calls_;
};

}  // namespace hyperlocal::testing
