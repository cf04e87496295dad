#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "engine/error/result.h"
#include "fakes/gcs/store/spool_internal.h"

namespace hyperlocal::gcs {

// An upload that this process is receiving, or has been.
struct LiveUpload {
  static constexpr std::uint64_t kUnknown = ~std::uint64_t{0};

  std::unique_ptr<Spool> spool;  // of whoever has the turn; null until the first one
  std::atomic<std::uint64_t> received{kUnknown};

  std::mutex mutex;
  std::condition_variable free;
  bool taken = false;
  std::thread::id owner;
};

// Whose turn it is to go on with an upload. Ends with its object.
class UploadTurn {
 public:
  explicit UploadTurn(std::shared_ptr<LiveUpload> upload) : upload_(std::move(upload)) {}
  ~UploadTurn();
  UploadTurn(UploadTurn&& other) noexcept : upload_(std::move(other.upload_)) {}
  UploadTurn& operator=(UploadTurn&&) = delete;

  LiveUpload& operator*() const { return *upload_; }
  LiveUpload* operator->() const { return upload_.get(); }

 private:
  std::shared_ptr<LiveUpload> upload_;
};

// The uploads of this process, by id. Any number of threads.
class LiveUploads {
 public:
  // Waits for the turn. Error kConflict: this very thread has it, and would wait for ever.
  Result<UploadTurn> Take(const std::string& id);
  // How much was received, if that is known here.
  std::optional<std::uint64_t> Received(std::string_view id);
  // Whoever has the turn keeps it; nobody finds the upload again.
  void Forget(std::string_view id);
  void ForgetAll();

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<LiveUpload>, std::less<>> uploads_;
};

}  // namespace hyperlocal::gcs
