#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/auth/authorization_text.h"
#include "adapters/gcp/workflows/api_call_internal.h"
#include "adapters/gcp/workflows/api_resource_internal.h"
#include "engine/http/http_url.h"
#include "engine/http/threaded_http_caller.h"

// HYPERLOCAL_VERSION comes from the build.

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kThreads = 8;  // of a client's own caller

std::uint64_t SeedOf(const RetryPolicy& policy) {
  if (policy.seed != 0) return policy.seed;
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

Result<std::string> BaseOf(const std::string& given, std::span<const char* const> variables,
                           std::string_view base) {
  std::string text = given;
  std::string origin_of_text = "the endpoint";
  for (const char* const name : variables) {
    if (!text.empty()) break;
    if (const char* const value = std::getenv(name); value != nullptr) {
      text = value;
      origin_of_text = name;
    }
  }
  if (text.empty()) text = base;
  if (text.find("://") == std::string::npos) text.insert(0, "http://");
  const Result<HttpUrl> url = ParseHttpUrl(text);
  if (!url) {
    return Error{ErrorCode::kInvalidConfig,
                 fmt::format("{}: {}", origin_of_text, url.error().message)};
  }
  if (!url->userinfo.empty() || url->target.find('?') != std::string::npos) {
    return Error{ErrorCode::kInvalidConfig,
                 fmt::format("{} ({}) must be a host, a port and perhaps a path, without a "
                             "password or a query",
                             origin_of_text, url->origin())};
  }
  std::string path = url->target;
  while (path.ends_with('/')) path.pop_back();
  return url->origin() + path;
}

// Waits for the outcome of a call; a cancelled one goes on by itself, and nobody hears of it.
HttpOutcome Await(HttpCaller& http, HttpCall call, const CancellationToken& cancelled) {
  struct Waiting {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<HttpOutcome> outcome;
  };
  const auto waiting = std::make_shared<Waiting>();
  http.Start(std::move(call), [waiting](HttpOutcome outcome) {
    const std::lock_guard lock(waiting->mutex);
    waiting->outcome = std::move(outcome);
    waiting->changed.notify_one();
  });
  std::unique_lock lock(waiting->mutex);
  while (!waiting->outcome) {
    if (cancelled.cancelled()) {
      return HttpCallFailure{HttpCallFailure::Kind::kCancelled, "cancelled"};
    }
    waiting->changed.wait_for(lock, 50ms);
  }
  return std::move(*waiting->outcome);
}

struct Verdict {
  ErrorCode code;
  std::string_view way_out;
};

Verdict VerdictOn(int http_status, std::string_view status) {
  switch (http_status) {
    case 400:
      if (status == "FAILED_PRECONDITION") return {ErrorCode::kPreconditionFailed, ""};
      return {ErrorCode::kBadRequest, ""};
    case 401:
      return {ErrorCode::kPermission, "; the credentials are missing or no longer good"};
    case 403:
      return {ErrorCode::kPermission,
              "; the account needs a role that allows it, and the API "
              "must be enabled in the project"};
    case 404:
      return {ErrorCode::kNotFound, ""};
    case 409:
      return {ErrorCode::kConflict, ""};
    case 412:
      return {ErrorCode::kPreconditionFailed, ""};
    default:
      break;
  }
  if (http_status >= 500 || http_status == 429) return {ErrorCode::kDependencyUnavailable, ""};
  return {ErrorCode::kBadRequest, http_status >= 300 && http_status < 400
                                      ? "; redirections are not followed: check the endpoint"
                                      : ""};
}

}  // namespace

Result<std::unique_ptr<ApiService>> ApiService::Create(ApiOptions options,
                                                       std::span<const char* const> variables,
                                                       std::string_view base) {
  HYPERLOCAL_TRY(std::string address, BaseOf(options.endpoint, variables, base));
  if (!options.credentials) options.credentials = std::make_shared<AnonymousCredentials>();
  if (!options.clock) options.clock = std::make_shared<SteadyRetryClock>();
  if (!options.http) {
    options.http =
        std::make_shared<ThreadedHttpCaller>(HttpClientOptions::FromEnvironment(), kThreads);
  }
  return std::unique_ptr<ApiService>(new ApiService(std::move(options), std::move(address)));
}

ApiService::ApiService(ApiOptions options, std::string base)
    : options_(std::move(options)), base_(std::move(base)), pauses_(SeedOf(options_.retry)) {}

std::chrono::milliseconds ApiService::Draw(std::chrono::milliseconds longest) {
  const std::lock_guard lock(mutex_);
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(
      0, std::max<std::int64_t>(longest.count(), 0))(pauses_));
}

ApiCall::ApiCall(ApiService& service, std::string what, CancellationToken cancelled)
    : service_(service),
      what_(std::move(what)),
      id_(NewUuid()),
      deadline_(service.clock().Now() + service.options().call_timeout),
      cancelled_(std::move(cancelled)) {}

Error ApiCall::Fail(ErrorCode code, const std::string& why) const {
  return {code, what_ + ": " + why};
}

Error ApiCall::Garbled(const std::string& why) const {
  return Fail(ErrorCode::kIo, "the service's answer makes no sense: " + why);
}

ApiFailure ApiCall::Judge(const HttpReply& reply, const std::string& authorization) const {
  const ServiceFailure said = ParseApiFailure(reply.body);
  const Verdict verdict = VerdictOn(reply.status, said.status);
  ApiFailure failure;
  failure.status = said.status;
  failure.may_pass = SaysNotNow(reply.status);
  // 429 is said before anything is done; behind a 5xx there may be a service that went on.
  failure.may_have_worked = failure.may_pass && reply.status != 429;
  failure.retry_after = RetryAfter(reply.headers);
  const std::string text =
      WithoutSecret(said.status.empty() || said.message.empty() ? said.status + said.message
                                                                : said.status + ": " + said.message,
                    authorization);
  failure.error =
      Fail(verdict.code, fmt::format("the service answered {}{}{}", reply.status,
                                     text.empty() ? "" : " (" + text + ")", verdict.way_out));
  return failure;
}

ApiFailure ApiCall::Judge(const HttpCallFailure& failure) const {
  using Kind = HttpCallFailure::Kind;
  ApiFailure judged;
  judged.may_have_worked = failure.kind != Kind::kNotConnected;
  switch (failure.kind) {
    case Kind::kCancelled:
      judged.error = Fail(ErrorCode::kCancelled, failure.message);
      return judged;
    case Kind::kReplyTooLarge:
      judged.error = Fail(ErrorCode::kIo, failure.message);
      return judged;
    case Kind::kTimedOut:
      judged.error = Fail(ErrorCode::kTimeout, failure.message);
      break;
    case Kind::kNotConnected:
    case Kind::kBroken:
      judged.error = Fail(ErrorCode::kDependencyUnavailable, failure.message);
      break;
  }
  judged.may_pass = true;
  return judged;
}

std::variant<std::string, ApiFailure> ApiCall::Try(const ApiRequest& request) {
  if (cancelled_.cancelled()) return ApiFailure{Fail(ErrorCode::kCancelled, "cancelled"), ""};
  const auto left =
      std::chrono::floor<std::chrono::milliseconds>(deadline_ - service_.clock().Now());
  if (left <= 0ms) return ApiFailure{Fail(ErrorCode::kTimeout, "the time for it is up"), ""};
  HttpCall call;
  call.method = request.method;
  call.url = service_.base() + request.path;
  call.body = request.body;
  call.timeout = std::min(left, service_.options().request_timeout);
  Result<std::string> header = service_.options().credentials->AuthorizationHeader();
  if (!header) return ApiFailure{Fail(header.error().code, header.error().message), ""};
  const std::string authorization = std::move(*header);
  if (!authorization.empty()) call.headers.Set("Authorization", authorization);
  if (!call.body.empty()) call.headers.Set("Content-Type", "application/json");
  call.headers.Set("x-goog-api-client",
                   fmt::format("gl-cpp/20 gccl/" HYPERLOCAL_VERSION " gccl-invocation-id/{} "
                               "gccl-attempt-count/{}",
                               id_, attempts_ + 1));
  HttpOutcome outcome = Await(*service_.options().http, std::move(call), cancelled_);
  if (auto* const reply = std::get_if<HttpReply>(&outcome)) {
    if (reply->status >= 200 && reply->status < 300) return std::move(reply->body);
    return Judge(*reply, authorization);
  }
  return Judge(std::get<HttpCallFailure>(outcome));
}

std::variant<std::string, ApiFailure> ApiCall::TryRepeatedly(const ApiRequest& request) {
  for (;;) {
    std::variant<std::string, ApiFailure> tried = Try(request);
    auto* const failure = std::get_if<ApiFailure>(&tried);
    if (failure == nullptr || !failure->may_pass) return tried;
    if (Status paused = Pause(*failure); !paused) {
      failure->error = std::move(paused).error();
      failure->may_pass = false;
      return tried;
    }
  }
}

Result<std::string> ApiCall::Ask(const ApiRequest& request) {
  std::variant<std::string, ApiFailure> tried = TryRepeatedly(request);
  if (auto* const failure = std::get_if<ApiFailure>(&tried)) return std::move(failure->error);
  return std::get<std::string>(std::move(tried));
}

Status ApiCall::Pause(const ApiFailure& failure) {
  if (!failure.may_pass) return failure.error;
  const RetryPolicy& policy = service_.options().retry;
  ++attempts_;
  if (attempts_ >= policy.max_attempts) {
    return Error{ErrorCode::kRetriesExhausted,
                 fmt::format("{}; given up after {} attempts", failure.error.message, attempts_)};
  }
  const auto pause = std::max(service_.Draw(LongestPause(policy, attempts_ - 1)),
                              failure.retry_after.value_or(0ms));
  if (service_.clock().Now() + pause >= deadline_) {
    return Error{ErrorCode::kTimeout,
                 fmt::format("{}; there is no time for another attempt", failure.error.message)};
  }
  return Wait(pause);
}

Status ApiCall::Wait(std::chrono::milliseconds time) {
  if (service_.clock().Now() + time >= deadline_) {
    return Fail(ErrorCode::kTimeout, "it takes too long");
  }
  service_.clock().Sleep(time, cancelled_);
  if (cancelled_.cancelled()) return Fail(ErrorCode::kCancelled, "cancelled while waiting");
  return Ok();
}

}  // namespace hyperlocal
