#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "adapters/gcp/storage/storage_service_internal.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "engine/http/http_client.h"

namespace hyperlocal {

// Why a request was in vain.
struct StorageFailure {
  Error error;            // what the caller is told if nothing more is tried
  bool may_pass = false;  // whether the same request may succeed later
  // Whether the request may have had its effect all the same.
  bool may_have_worked = false;
  int status = 0;  // of the answer; 0: there was none
  std::optional<std::chrono::milliseconds> retry_after = {};
};

template <typename T>
using Tried = std::variant<T, StorageFailure>;

// One call of the store's, and the attempts at it: their common id, deadline and pauses. One
// thread.
class StorageOperation {
 public:
  // `what` begins its messages: "cannot upload a.mp4 to gs://b/o".
  StorageOperation(StorageService& service, std::string what, std::chrono::milliseconds timeout,
                   CancellationToken cancelled);
  // The same operation on another thread.
  StorageOperation OnAnotherThread(CancellationToken cancelled) const;

  const std::string& id() const { return id_; }
  StorageService& service() const { return service_; }

  // One request, once. 2xx and 308 are answers; everything else is a failure.
  Tried<HttpReply> Try(HttpExchange exchange);
  // The same until it is answered: for requests that may be repeated.
  Tried<HttpReply> TryRepeatedly(const HttpExchange& exchange);

  // Waits before the next attempt. An error when there is none: the failure's own when it will not
  // pass, kRetriesExhausted, kTimeout, kCancelled.
  Status Pause(const StorageFailure& failure);
  // Something was achieved: attempts and pauses are counted anew.
  void Progressed() { attempts_ = 0; }

  // An error of this operation, which `why` completes.
  Error Fail(ErrorCode code, const std::string& why) const;
  // A failure of which another attempt may be free: damage, an answer that makes no sense.
  StorageFailure Damaged(const std::string& why) const;
  // A failure that will not pass.
  static StorageFailure Final(Error error) { return {.error = std::move(error)}; }

 private:
  StorageFailure Judge(const HttpReply& reply, const std::string& authorization) const;
  StorageFailure Judge(const HttpCallFailure& failure) const;
  StorageOperation(const StorageOperation& other, CancellationToken cancelled);

  StorageService& service_;
  const std::string what_;
  const std::string id_;
  const RetryClock::TimePoint deadline_;
  CancellationToken cancelled_;
  int attempts_ = 0;  // that failed, since there was progress
};

}  // namespace hyperlocal
