#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "adapters/gcp/workflows/api_options.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "engine/http_caller.h"

namespace hyperlocal {

// What all calls of a client share. Any number of threads.
class ApiService {
 public:
  // `variables` are those of the environment that may say where the service is, the first one set
  // counts; `base` is Google's own address. Error: kInvalidConfig.
  static Result<std::unique_ptr<ApiService>> Create(ApiOptions options,
                                                    std::span<const char* const> variables,
                                                    std::string_view base);

  const ApiOptions& options() const { return options_; }
  const std::string& base() const { return base_; }
  RetryClock& clock() { return *options_.clock; }
  std::chrono::milliseconds Draw(std::chrono::milliseconds longest);

 private:
  ApiService(ApiOptions options, std::string base);

  ApiOptions options_;
  const std::string base_;  // without a slash at its end
  std::mutex mutex_;
  std::mt19937_64 pauses_;
};

struct ApiRequest {
  std::string method;
  std::string path;  // "/v1/projects/…?view=FULL", encoded
  std::string body = {};
};

// Why a request was in vain.
struct ApiFailure {
  Error error;
  std::string status;            // the service's word for it: "FAILED_PRECONDITION"
  bool may_pass = false;         // whether the same request may succeed later
  bool may_have_worked = false;  // whether it may have had its effect all the same
  std::optional<std::chrono::milliseconds> retry_after = {};
};

// One call of a client's, and the requests that it takes: their common id, deadline and pauses. One
// thread.
class ApiCall {
 public:
  // `what` begins its messages: "cannot start an execution of W".
  ApiCall(ApiService& service, std::string what, CancellationToken cancelled);

  // One request, once: the answer's body, of a 2xx.
  std::variant<std::string, ApiFailure> Try(const ApiRequest& request);
  // The same until it is answered: for requests that may be repeated.
  std::variant<std::string, ApiFailure> TryRepeatedly(const ApiRequest& request);
  Result<std::string> Ask(const ApiRequest& request);  // likewise

  // Waits before the next attempt. An error when there is none: the failure's own when it will not
  // pass, kRetriesExhausted, kTimeout, kCancelled.
  Status Pause(const ApiFailure& failure);
  // Waits for something that takes its time. Errors: kTimeout, kCancelled.
  Status Wait(std::chrono::milliseconds time);

  Error Fail(ErrorCode code, const std::string& why) const;
  Error Garbled(const std::string& why) const;

 private:
  ApiFailure Judge(const HttpReply& reply, const std::string& authorization) const;
  ApiFailure Judge(const HttpCallFailure& failure) const;

  ApiService& service_;
  const std::string what_;
  const std::string id_;
  const RetryClock::TimePoint deadline_;
  const CancellationToken cancelled_;
  int attempts_ = 0;  // that failed
};

}  // namespace hyperlocal
