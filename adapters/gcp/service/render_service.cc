#include "adapters/gcp/service/render_service.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>
#include <variant>

#include "adapters/gcp/service/browser_pool_internal.h"
#include "adapters/gcp/service/caller_watch_internal.h"
#include "adapters/gcp/service/event_log_internal.h"
#include "adapters/gcp/service/plan_cache_internal.h"
#include "adapters/gcp/service/render_actions_internal.h"
#include "adapters/gcp/service/request_gate_internal.h"
#include "adapters/gcp/service/service_log_internal.h"
#include "adapters/gcp/service/work_directory_internal.h"
#include "engine/profile/profile.h"
#include "engine/wire/bucket_guard.h"
#include "engine/wire/failure_body.h"
#include "engine/wire/render_event.h"
#include "engine/wire/render_result.h"

namespace hyperlocal {
namespace {

using std::chrono::milliseconds;
using Severity = ServiceLog::Severity;

constexpr int kNotFoundStatus = 404;
constexpr int kMethodNotAllowed = 405;
constexpr int kUnavailable = 503;

void Answer(HttpResponse& response, int status, std::string json) {
  response.status = status;
  response.headers.Set("Content-Type", "application/json");
  response.body = std::move(json);
}

void AnswerFailure(HttpResponse& response, const Error& error) {
  Answer(response, error.spec().http_status, FailureBody(error));
}

// Without a source for its duration, which every result has.
template <typename T>
Result<RenderResult> Timed(Result<T> result, std::chrono::steady_clock::time_point started) {
  if (!result) return std::move(result).error();
  result->duration =
      std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - started);
  return RenderResult(*std::move(result));
}

Status CheckOptions(const RenderServiceOptions& options) {
  if (options.concurrency < 0 || options.idle_browsers < 0 || options.max_body_bytes == 0) {
    return Error{ErrorCode::kUsage,
                 "a service works on 0 (no limit) or more requests at once, keeps 0 or more "
                 "browsers and reads requests of a byte or more"};
  }
  if (options.production && BucketGuardOf(options.allowed_bucket) == BucketGuard::kDisabled) {
    return Error{ErrorCode::kInvalidConfig,
                 "HYPERFRAMES_RENDER_BUCKET is not set, and in production the service does not "
                 "start without it: any caller could name any bucket that it reaches. Set it to "
                 "the bucket of the renders, or to * if every bucket is meant"};
  }
  return Ok();
}

}  // namespace

struct RenderService::Running {
  Running(ObjectStore& its_store, RenderServiceOptions its_options,
          std::unique_ptr<WorkRoot> its_root)
      : store(its_store),
        options(std::move(its_options)),
        root(std::move(its_root)),
        log(options.log, options.cloud_project),
        gate(options.concurrency),
        plans(*root, options.plan_cache_bytes),
        browsers(static_cast<std::size_t>(options.idle_browsers)) {}

  void HandleEvent(HttpRequest& request, HttpResponse& response);
  // `place`: where it must work; empty: below the root.
  Result<RenderResult> Perform(const RenderEvent& event, BrowserPool::Lease& browser,
                               const std::filesystem::path& place,
                               std::function<void(std::int64_t)> on_frame);
  Result<RenderResult> PerformIn(const RenderEvent& event, const ActionContext& context);

  ObjectStore& store;
  const RenderServiceOptions options;
  const std::unique_ptr<WorkRoot> root;
  ServiceLog log;
  RequestGate gate;
  PlanCache plans;
  BrowserPool browsers;
  CallerWatch callers;
};

Result<std::unique_ptr<RenderService>> RenderService::Create(ObjectStore& store,
                                                             RenderServiceOptions options) {
  HYPERLOCAL_TRY_STATUS(CheckOptions(options));
  HYPERLOCAL_TRY(auto root, WorkRoot::Create(options.work_root));
  auto running = std::make_unique<Running>(store, std::move(options), std::move(root));
  if (BucketGuardOf(running->options.allowed_bucket) == BucketGuard::kDisabled) {
    running->log.Write(Severity::kWarning, "bucket_allowlist_disabled",
                       "HYPERFRAMES_RENDER_BUCKET is not set: requests may name any bucket that "
                       "this service reaches. Set it to the bucket of the renders, or to * if "
                       "every bucket is meant",
                       {}, nullptr);
  }
  return std::unique_ptr<RenderService>(new RenderService(std::move(running)));
}

RenderService::RenderService(std::unique_ptr<Running> running) : running_(std::move(running)) {}

RenderService::~RenderService() {
  running_->gate.Close();
  running_->callers.CancelAll();
  while (!running_->gate.AwaitEmpty(milliseconds(100))) running_->callers.CancelAll();
}

void RenderService::Handle(HttpRequest& request, HttpResponse& response) {
  const std::string_view path = request.path();
  if (path == "/healthz" && request.method != "GET" && request.method != "HEAD") {
    response.headers.Set("Allow", "GET, HEAD");
    return Answer(response, kMethodNotAllowed,
                  FailureBody({ErrorCode::kBadRequest, "/healthz is asked with GET"}));
  }
  if (path == "/healthz") {
    if (running_->gate.closed()) {
      return Answer(response, kUnavailable, R"({"status":"draining"})");
    }
    return Answer(response, 200, R"({"status":"ok"})");
  }
  if (path != "/") {
    return Answer(response, kNotFoundStatus,
                  FailureBody({ErrorCode::kNotFound, "there is POST / and GET /healthz"}));
  }
  if (request.method != "POST") {
    response.headers.Set("Allow", "POST");
    return Answer(response, kMethodNotAllowed,
                  FailureBody({ErrorCode::kBadRequest, "a request is a POST of its JSON"}));
  }
  try {
    running_->HandleEvent(request, response);
  } catch (const std::exception& thrown) {
    AnswerFailure(response, {ErrorCode::kInternal, thrown.what()});
  }
}

void RenderService::Running::HandleEvent(HttpRequest& request, HttpResponse& response) {
  const auto started = std::chrono::steady_clock::now();
  const RequestGate::Entry entry(gate);
  if (!entry.admitted()) {
    response.headers.Set("Retry-After", "1");
    return Answer(response, kUnavailable,
                  FailureBody({ErrorCode::kCancelled,
                               "this instance is shutting down; send the request again"}));
  }
  const RequestTrace trace = TraceOf(request.headers);
  EventLog events(log, trace, started);
  const auto event = [&]() -> Result<RenderEvent> {
    HYPERLOCAL_TRY(const std::string body, request.ReadSmallBody(options.max_body_bytes));
    HYPERLOCAL_TRY(RenderEvent parsed, ParseRenderEvent(body));
    HYPERLOCAL_TRY_STATUS(CheckBucketAllowed(parsed, options.allowed_bucket));
    return parsed;
  }();
  if (!event) {
    events.Refused(event.error());
    return AnswerFailure(response, event.error());
  }
  events.Started(*event);
  const auto result = [&]() -> Result<std::string> {
    BrowserPool::Lease browser(browsers);
    const CallerWatch::Guard watch(callers, request, browser.token());
    HYPERLOCAL_TRY_STATUS(gate.AwaitTurn(browser.token()));
    const RequestGate::Turn turn(gate);
    std::function<void(std::int64_t)> on_frame;
    if (options.on_frame || options.log_frames) {
      on_frame = [&](std::int64_t frames_done) {
        if (options.log_frames) events.Progress(frames_done);
        if (options.on_frame) options.on_frame(request, frames_done);
        watch.Look();
      };
    }
    HYPERLOCAL_TRY(
        const RenderResult performed,
        Perform(*event, browser,
                options.work_place ? options.work_place(request) : std::filesystem::path(),
                std::move(on_frame)));
    events.Done(performed);
    return ToJson(performed);
  }();
  if (result) return Answer(response, 200, *result);
  events.Failed(*event, result.error());
  if (options.observer != nullptr) {
    const auto* chunk = std::get_if<RenderChunkEvent>(&*event);
    options.observer->OnFailure(ActionOf(*event), chunk ? chunk->chunk_index : -1, result.error());
  }
  AnswerFailure(response, result.error());
}

Result<RenderResult> RenderService::Running::Perform(const RenderEvent& event,
                                                     BrowserPool::Lease& browser,
                                                     const std::filesystem::path& place,
                                                     std::function<void(std::int64_t)> on_frame) {
  if (place.empty()) {
    HYPERLOCAL_TRY(const auto work, root->MakeDirectory("request"));
    return PerformIn(event, {store, options, plans, work->path(), browser, std::move(on_frame)});
  }
  // Whatever it writes goes there, plans among it, and nothing of it is remembered.
  HYPERLOCAL_TRY(const auto own_root, WorkRoot::Create(place));
  HYPERLOCAL_TRY(const auto work, own_root->MakeDirectory("request"));
  PlanCache own_plans(*own_root, 0);
  return PerformIn(event, {store, options, own_plans, work->path(), browser, std::move(on_frame)});
}

Result<RenderResult> RenderService::Running::PerformIn(const RenderEvent& event,
                                                       const ActionContext& context) {
  const auto started = std::chrono::steady_clock::now();
  const WorkSpan span(WorkKind::kService, ActionOf(event));
  if (const auto* plan = std::get_if<PlanEvent>(&event)) {
    return Timed(PerformPlan(*plan, context), started);
  }
  if (const auto* chunk = std::get_if<RenderChunkEvent>(&event)) {
    return Timed(PerformRenderChunk(*chunk, context), started);
  }
  return Timed(PerformAssemble(std::get<AssembleEvent>(event), context), started);
}

void RenderService::WarmUp(int browsers) {
  running_->browsers.WarmUp(browsers);
}

void RenderService::LogListening(int port) {
  running_->log.Write(Severity::kInfo, "server_listening",
                      "listening on port " + std::to_string(port), {{"port", std::int64_t{port}}},
                      nullptr);
}

void RenderService::BeginDrain() {
  if (!running_->gate.Close()) return;
  running_->log.Write(Severity::kInfo, "server_draining",
                      "finishing what is under way, taking nothing new",
                      {{"underWay", static_cast<std::int64_t>(running_->gate.entered())}}, nullptr);
}

bool RenderService::AwaitIdle(milliseconds patience) {
  return running_->gate.AwaitEmpty(patience);
}

void RenderService::CancelAll() {
  running_->callers.CancelAll();
}

}  // namespace hyperlocal
