#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/auth/authorization_text.h"
#include "adapters/gcp/storage/object_resource_internal.h"
#include "adapters/gcp/storage/storage_operation_internal.h"
#include "engine/http/http_url.h"

// HYPERLOCAL_VERSION comes from the build.

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;

bool IsAnswer(int status) {
  return (status >= 200 && status < 300) || status == 308;
}

struct Verdict {
  ErrorCode code;
  std::string_view way_out;
};

Verdict VerdictOn(int status) {
  switch (status) {
    case 401:
      return {ErrorCode::kPermission, "; the credentials are missing or no longer good"};
    case 403:
      return {ErrorCode::kPermission, "; the account needs a role on the bucket that allows it"};
    case 404:
      return {ErrorCode::kNotFound, ""};
    case 409:
      return {ErrorCode::kConflict, ""};
    case 304:
    case 412:
      return {ErrorCode::kPreconditionFailed, ""};
    case 416:
      return {ErrorCode::kIo, ""};
    default:
      break;
  }
  if (status >= 500) return {ErrorCode::kDependencyUnavailable, ""};
  return {ErrorCode::kBadRequest, status >= 300 && status < 400
                                      ? "; redirections are not followed: check the endpoint"
                                      : ""};
}

}  // namespace

StorageOperation::StorageOperation(StorageService& service, std::string what,
                                   std::chrono::milliseconds timeout, CancellationToken cancelled)
    : service_(service),
      what_(std::move(what)),
      id_(service.NewId()),
      deadline_(service.clock().Now() + timeout),
      cancelled_(std::move(cancelled)) {}

StorageOperation::StorageOperation(const StorageOperation& other, CancellationToken cancelled)
    : service_(other.service_),
      what_(other.what_),
      id_(other.id_),
      deadline_(other.deadline_),
      cancelled_(std::move(cancelled)) {}

StorageOperation StorageOperation::OnAnotherThread(CancellationToken cancelled) const {
  return StorageOperation(*this, std::move(cancelled));
}

Error StorageOperation::Fail(ErrorCode code, const std::string& why) const {
  return {code, what_ + ": " + why};
}

StorageFailure StorageOperation::Damaged(const std::string& why) const {
  return {.error = Fail(ErrorCode::kIo, why), .may_pass = true, .may_have_worked = true};
}

StorageFailure StorageOperation::Judge(const HttpReply& reply,
                                       const std::string& authorization) const {
  const Verdict verdict = VerdictOn(reply.status);
  const std::string said = WithoutSecret(ParseServiceFailure(reply.body), authorization);
  StorageFailure failure;
  failure.status = reply.status;
  failure.may_pass = SaysNotNow(reply.status);
  // 429 is said before anything is done; behind a 5xx there may be a service that went on.
  failure.may_have_worked = failure.may_pass && reply.status != 429;
  failure.retry_after = RetryAfter(reply.headers);
  failure.error =
      Fail(verdict.code, fmt::format("the service answered {}{}{}", reply.status,
                                     said.empty() ? "" : " (" + said + ")", verdict.way_out));
  return failure;
}

StorageFailure StorageOperation::Judge(const HttpCallFailure& failure) const {
  using Kind = HttpCallFailure::Kind;
  StorageFailure judged;
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

Tried<HttpReply> StorageOperation::Try(HttpExchange exchange) {
  const auto left =
      std::chrono::floor<std::chrono::milliseconds>(deadline_ - service_.clock().Now());
  if (left <= 0ms) return Final(Fail(ErrorCode::kTimeout, "the time for it is up"));
  exchange.timeout = left;
  exchange.cancelled = cancelled_;
  const GcsClientOptions& options = service_.options();
  std::string authorization;
  // An upload session's address comes from the service, and might lead elsewhere.
  if (exchange.url.starts_with(service_.endpoint().origin() + "/")) {
    Result<std::string> header = options.credentials->AuthorizationHeader();
    if (!header) return Final(Fail(header.error().code, header.error().message));
    authorization = std::move(*header);
    if (!authorization.empty()) exchange.headers.Set("Authorization", authorization);
    for (const HttpHeader& own : options.headers) exchange.headers.Set(own.name, own.value);
  }
  exchange.headers.Set("x-goog-api-client",
                       fmt::format("gl-cpp/20 gccl/" HYPERLOCAL_VERSION " gccl-invocation-id/{} "
                                   "gccl-attempt-count/{}",
                                   id_, attempts_ + 1));
  exchange.headers.Set("x-goog-gcs-idempotency-token", id_);
  HttpResult result = service_.http().Exchange(exchange);
  if (auto* const reply = std::get_if<HttpReply>(&result)) {
    if (IsAnswer(reply->status)) return std::move(*reply);
    return Judge(*reply, authorization);
  }
  if (const auto* const failure = std::get_if<HttpCallFailure>(&result)) return Judge(*failure);
  const Error& error = std::get<Error>(result);
  return Final(Fail(error.code, error.message));
}

Tried<HttpReply> StorageOperation::TryRepeatedly(const HttpExchange& exchange) {
  for (;;) {
    Tried<HttpReply> tried = Try(exchange);
    auto* const failure = std::get_if<StorageFailure>(&tried);
    if (failure == nullptr || !failure->may_pass) return tried;
    if (Status paused = Pause(*failure); !paused) return Final(std::move(paused).error());
  }
}

Status StorageOperation::Pause(const StorageFailure& failure) {
  if (!failure.may_pass) return failure.error;
  const RetryPolicy& policy = service_.options().retry;
  ++attempts_;
  if (attempts_ >= policy.max_attempts) {
    return Error{ErrorCode::kRetriesExhausted,
                 fmt::format("{}; given up after {} attempts", failure.error.message, attempts_)};
  }
  const auto longest = LongestPause(policy, attempts_ - 1);
  const auto pause = std::max(service_.Draw(longest), failure.retry_after.value_or(0ms));
  if (service_.clock().Now() + pause >= deadline_) {
    return Error{ErrorCode::kTimeout,
                 fmt::format("{}; there is no time for another attempt", failure.error.message)};
  }
  service_.clock().Sleep(pause, cancelled_);
  if (cancelled_.cancelled()) {
    return Fail(ErrorCode::kCancelled, "cancelled while waiting for another attempt");
  }
  return Ok();
}

}  // namespace hyperlocal
