#include "fakes/gcs/server/fault_injector_internal.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "fakes/gcs/server/fault_answer_internal.h"
#include "fakes/gcs/server/fault_instruction_internal.h"
#include "fakes/gcs/server/fault_request_internal.h"
#include "fakes/gcs/server/gcs_error_internal.h"
#include "fakes/gcs/server/gcs_route_internal.h"
#include "fakes/gcs/server/json_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::string_view kGet = "storage.objects.get";
constexpr std::string_view kInsert = "storage.objects.insert";

// Whether the bytes of an object are asked for, and not what is known of it.
bool IsDownload(const GcsCall& call) {
  if (call.method != kGet) return false;
  const std::string_view path = call.request->path();
  return !IsJsonApiPath(path) || path.starts_with("/download/") || call.query.Get("alt") == "media";
}

bool BeginsInTheMiddle(std::string_view range) {
  if (!range.starts_with("bytes=")) return false;
  range.remove_prefix(6);
  std::uint64_t first = 0;
  const auto [stop, error] = std::from_chars(range.data(), range.data() + range.size(), first);
  return error == std::errc() && first > 0;
}

// Where in the object the body of an upload request begins: "bytes 262144-524287/*".
std::uint64_t UploadOffset(const GcsCall& call) {
  std::string_view range = call.Header("Content-Range");
  if (!call.query.Has("upload_id") || !range.starts_with("bytes ")) return 0;
  range.remove_prefix(6);
  std::uint64_t first = 0;
  const auto [stop, error] = std::from_chars(range.data(), range.data() + range.size(), first);
  return error == std::errc() ? first : 0;
}

// Only the description of an object comes; its bytes follow in other requests.
bool StartsUpload(const GcsCall& call) {
  return !call.query.Has("upload_id") && (call.query.Get("uploadType") == "resumable" ||
                                          call.Header("x-goog-resumable") == "start");
}

// Of which part of the exchange the fault is.
enum class Place { kBefore, kUpload, kAnswer };

Place PlaceOf(const FaultAction& action, const GcsCall& call) {
  switch (action.kind) {
    case FaultKind::kStatus:
      return action.after_bytes ? Place::kUpload : Place::kBefore;
    case FaultKind::kReset:
      return action.after_bytes ? Place::kAnswer : Place::kBefore;
    case FaultKind::kCorruptUpload:
    case FaultKind::kTruncateUpload:
      return Place::kUpload;
    case FaultKind::kStall:
      return call.method == kInsert ? Place::kUpload : Place::kAnswer;
    case FaultKind::kClose:
    case FaultKind::kCorrupt:
    case FaultKind::kShortAnswer:
      break;
  }
  return Place::kAnswer;
}

// The words of an error for a status, as Cloud Storage uses them.
std::string_view ReasonOf(int status) {
  switch (status) {
    case 401:
      return "required";
    case 403:
      return "forbidden";
    case 404:
      return "notFound";
    case 408:
      return "requestTimeout";
    case 409:
      return "conflict";
    case 412:
      return "conditionNotMet";
    case 429:
      return "rateLimitExceeded";
    case 500:
      return "internalError";
    default:
      return status >= 500 ? "backendError" : "invalid";
  }
}

void AnswerStatus(GcsCall& call, int status, const std::string& name) {
  RefuseInStyle(call,
                GcsError{status, std::string(ReasonOf(status)),
                         "Injected fault (" + name + "): caused a " + std::to_string(status)});
}

std::uint64_t BodyLength(const HttpResponse& response) {
  if (!response.source) return response.body.size();
  return response.source_length.value_or(~std::uint64_t{0});
}

// The body as a source, whatever it was.
HttpResponse::BodySource SourceOf(HttpResponse& response) {
  if (response.source) return std::move(response.source);
  response.source_length = response.body.size();
  return [body = std::move(response.body)](std::uint64_t offset, char* to,
                                           std::size_t room) -> Result<std::size_t> {
    return body.copy(to, room,
                     static_cast<std::size_t>(std::min<std::uint64_t>(offset, body.size())));
  };
}

void Corrupt(HttpResponse& response) {
  if (!response.source) {
    if (!response.body.empty()) response.body[0] = response.body[0] == 'A' ? 'B' : 'A';
    return;
  }
  response.source = [inner = std::move(response.source)](std::uint64_t offset, char* to,
                                                         std::size_t room) -> Result<std::size_t> {
    auto got = inner(offset, to, room);
    if (got && *got > 0 && offset == 0) to[0] = to[0] == 'A' ? 'B' : 'A';
    return got;
  };
}

}  // namespace

Result<std::optional<FaultInjector::Fault>> FaultInjector::Choose(GcsCall& call) {
  if (const auto id = call.request->headers.Find("x-retry-test-id")) {
    HYPERLOCAL_TRY(const auto instruction, retry_tests_.Front(*id, call.method));
    if (instruction) {
      auto claim = [this, test = std::string(*id), method = std::string(call.method),
                    serial = instruction->serial] {
        return retry_tests_.Take(test, method, serial);
      };
      return std::optional<Fault>(
          Fault{instruction->action, std::move(claim), "retry test " + instruction->text});
    }
  }
  std::optional<std::string_view> words =
      call.request->headers.Find("x-goog-emulator-instructions");
  if (!words) words = call.request->headers.Find("x-goog-testbench-instructions");
  if (words) {
    const EmulatorInstruction instruction = ParseEmulatorInstruction(*words);
    std::optional<FaultAction> action;
    if (IsDownload(call)) {
      action = BeginsInTheMiddle(call.Header("Range")) ? instruction.of_resumed_download
                                                       : instruction.of_download;
    } else if (call.method == kInsert) {
      action = instruction.of_upload;
    }
    if (action) {
      auto claim = [this, name = std::string(*words)] {
        const std::lock_guard lock(mutex_);
        ++by_instruction_[name];
        return true;
      };
      return std::optional<Fault>(
          Fault{*action, std::move(claim), "instruction " + std::string(*words)});
    }
  }
  if (!has_plan_.load(std::memory_order_acquire) || call.method.empty()) {
    return std::optional<Fault>();
  }
  const std::shared_ptr<FaultPlan> plan = this->plan();
  if (!plan) return std::optional<Fault>();
  const auto choice = plan->Choose(call.method, call.bucket, call.object,
                                   call.method == kInsert && !StartsUpload(call));
  if (!choice) return std::optional<Fault>();
  auto claim = [plan, rule = choice->rule] {
    plan->CountInjected(rule);
    return true;
  };
  return std::optional<Fault>(Fault{choice->action, std::move(claim),
                                    "rule " + std::to_string(choice->rule) + " of the fault plan"});
}

void FaultInjector::Around(GcsCall& call, GcsHandler handler) {
  const auto fault = Choose(call);
  if (!fault) {
    return RefuseInStyle(call, ToGcsError(fault.error()));
  }
  if (!*fault) return handler(call);
  Inject(call, handler, **fault);
}

void FaultInjector::Inject(GcsCall& call, GcsHandler handler, const Fault& fault) {
  switch (PlaceOf(fault.action, call)) {
    case Place::kBefore:
      if (!fault.claim()) return handler(call);
      if (fault.action.kind == FaultKind::kStatus) {
        return AnswerStatus(call, fault.action.status, fault.name);
      }
      call.response = HttpResponse{};
      call.response.ending = HttpResponse::Ending::kReset;
      return;
    case Place::kUpload: {
      if (StartsUpload(call)) return handler(call);
      HttpRequest* const whole = call.request;
      FaultRequest request(*whole, fault.action, UploadOffset(call), fault.claim);
      call.request = &request;
      handler(call);
      call.request = whole;
      if (!request.struck()) return;
      if (fault.action.kind == FaultKind::kStatus) {
        AnswerStatus(call, fault.action.status, fault.name);
      } else if (fault.action.kind == FaultKind::kTruncateUpload) {
        call.response = HttpResponse{};
        call.response.ending = HttpResponse::Ending::kReset;
      }
      return;
    }
    case Place::kAnswer:
      handler(call);
      return HarmAnswer(call, fault);
  }
}

void FaultInjector::HarmAnswer(GcsCall& call, const Fault& fault) {
  HttpResponse& response = call.response;
  const std::uint64_t after = fault.action.after_bytes.value_or(0);
  // A refusal is left as it is, and so is an answer that ends before the fault. One that is lost
  // altogether is lost whatever it says.
  const bool all_of_it = fault.action.kind == FaultKind::kReset && after == 0;
  const bool has_body = call.request->method != "HEAD" && BodyLength(response) > 0;
  if (!all_of_it && (response.status >= 300 || !has_body)) return;
  switch (fault.action.kind) {
    case FaultKind::kReset:
    case FaultKind::kClose:
      if ((!all_of_it && BodyLength(response) <= after) || !fault.claim()) return;
      response.ending = fault.action.kind == FaultKind::kReset ? HttpResponse::Ending::kReset
                                                               : HttpResponse::Ending::kClosed;
      response.ending_at = after;
      return;
    case FaultKind::kCorrupt:
      if (fault.claim()) Corrupt(response);
      return;
    case FaultKind::kShortAnswer: {
      const bool finished = call.query.Has("upload_id") && response.status < 300 &&
                            !response.headers.Has("X-HTTP-Status-Code-Override");
      if (!finished || response.source || response.body.size() <= after || !fault.claim()) return;
      response.body.resize(static_cast<std::size_t>(after));
      return;
    }
    case FaultKind::kStall: {
      if (BodyLength(response) <= after) return;
      // Only now is it known that the fault is reached: the body is sent after this.
      if (!fault.claim()) return;
      auto inner = SourceOf(response);
      response.source = [inner = std::move(inner), after, stall = fault.action.stall,
                         request = call.request,
                         stalled = false](std::uint64_t offset, char* to,
                                          std::size_t room) mutable -> Result<std::size_t> {
        if (offset < after) {
          room = static_cast<std::size_t>(std::min<std::uint64_t>(room, after - offset));
        } else if (!stalled) {
          stalled = true;
          if (request->ClientGoesWithin(stall)) {
            return Error{ErrorCode::kCancelled, "the client did not wait for the end of the stall"};
          }
        }
        return inner(offset, to, room);
      };
      return;
    }
    case FaultKind::kStatus:
    case FaultKind::kCorruptUpload:
    case FaultKind::kTruncateUpload:
      return;
  }
}

void FaultInjector::SetPlan(std::shared_ptr<FaultPlan> plan) {
  const std::lock_guard lock(mutex_);
  has_plan_.store(plan != nullptr, std::memory_order_release);
  plan_ = std::move(plan);
}

std::shared_ptr<FaultPlan> FaultInjector::plan() const {
  const std::lock_guard lock(mutex_);
  return plan_;
}

std::string FaultInjector::CountsJson() const {
  JsonWriter json;
  json.BeginObject();
  const std::shared_ptr<FaultPlan> plan = this->plan();
  if (plan) json.Member("seed", plan->seed());
  json.BeginArray("rules");
  for (std::size_t i = 0; plan && i < plan->rules().size(); ++i) {
    const FaultRule& rule = plan->rules()[i];
    const FaultPlan::Count count = plan->CountOf(i);
    json.BeginObject();
    json.Member("method", rule.method);
    if (!rule.bucket.empty()) json.Member("bucket", rule.bucket);
    if (!rule.prefix.empty()) json.Member("prefix", rule.prefix);
    json.Member("action", FaultActionName(rule.action.kind));
    json.Member("matched", count.matched);
    json.Member("chosen", count.chosen);
    json.Member("injected", count.injected);
    json.EndObject();
  }
  json.EndArray();
  json.BeginObject("instructions");
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, count] : by_instruction_) json.Member(name, count);
  }
  json.EndObject();
  json.BeginArray("retryTests");
  for (const RetryTestRegistry::Test& test : retry_tests_.List()) {
    json.BeginObject();
    json.Member("id", test.id);
    json.Member("completed", test.completed);
    json.Member("injected", test.injected);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return std::move(json).Take();
}

}  // namespace hyperlocal::gcs
