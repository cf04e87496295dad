#include "fakes/cloud_run/edge_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "fakes/cloud_run/edge_answer_internal.h"
#include "fakes/cloud_run/edge_passage_internal.h"
#include "fakes/cloud_run/json_web_token_internal.h"

namespace hyperlocal::cloud_run {
namespace {

using Stop = UpstreamExchange::Stop;

constexpr std::string_view kControl = "/_hyperlocal/";
constexpr std::string_view kHelp = "https://cloud.google.com/run/docs/troubleshooting";

// Belong to one connection, not to the message (RFC 9110, section 7.6.1), or are written anew.
bool IsDropped(std::string_view name) {
  constexpr std::array kNames{
      "Connection",        "Keep-Alive", "Proxy-Connection", "TE",     "Trailer",
      "Transfer-Encoding", "Upgrade",    "Content-Length",   "Expect", "Proxy-Authorization"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [name](const char* one) { return SameHeaderName(name, one); });
}

// Whether the name stands in a Connection header: then it belongs to that connection too.
bool IsNamedByConnection(const HttpHeaders& headers, std::string_view name) {
  for (const HttpHeader& field : headers) {
    if (!SameHeaderName(field.name, "Connection")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      std::string_view word = rest.substr(0, comma);
      while (word.starts_with(' ')) word.remove_prefix(1);
      while (word.ends_with(' ')) word.remove_suffix(1);
      if (SameHeaderName(word, name)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

std::size_t CountOf(const HttpHeaders& headers, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(),
                    [&](const HttpHeader& field) { return SameHeaderName(field.name, name); }));
}

// The token of "Bearer TOKEN"; empty when it is something else.
std::string_view BearerToken(std::string_view value) {
  constexpr std::string_view kScheme = "bearer ";
  if (value.size() <= kScheme.size() || !SameHeaderName(value.substr(0, kScheme.size()), kScheme)) {
    return "";
  }
  value.remove_prefix(kScheme.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  return value.find(' ') == std::string_view::npos ? value : std::string_view();
}

}  // namespace

Edge::Edge(EdgeOptions options, InstancePool& pool) : options_(std::move(options)), pool_(pool) {}

void Edge::SetFaults(std::shared_ptr<HostFaultPlan> plan) {
  const std::lock_guard lock(mutex_);
  faults_ = std::move(plan);
}

std::shared_ptr<HostFaultPlan> Edge::faults() const {
  const std::lock_guard lock(mutex_);
  return faults_;
}

void Edge::Refuse(Passage& passage, int status, std::string severity, std::string why) {
  passage.lease.reset();
  AnswerFromEdge(passage.response, status, passage.request.path());
  passage.response.headers.Set("X-Cloud-Trace-Context", passage.record.trace().cloud_context());
  passage.record.status = status;
  passage.record.response_bytes = passage.response.body.size();
  passage.record.severity = std::move(severity);
  passage.record.text = std::move(why);
}

void Edge::Handle(HttpRequest& request, HttpResponse& response) {
  if (request.path().starts_with(kControl)) return HandleControl(request, response);
  const auto passage = std::make_shared<Passage>(request, response, options_);
  RequestRecord& record = passage->record;
  record.method = request.method;
  record.url = "http://" + std::string(request.headers.Get("Host")) + request.target;
  record.user_agent = request.headers.Get("User-Agent");
  record.peer = request.peer;
  record.request_bytes = request.content_length.value_or(0);
  passage->deadline = options_.now() + options_.request_timeout;

  if (!Admit(*passage)) return;
  if (request.content_length.value_or(0) > options_.max_request_bytes) {
    return Refuse(*passage, 413, "WARNING", "The request was too large.");
  }
  if (!MeetFault(*passage)) return;

  auto place = pool_.Acquire({record.trace_name(), record.trace().span_id, passage->deadline,
                              [&] { return request.ClientIsGone(); }});
  if (const auto* const refusal = std::get_if<InstancePool::Refusal>(&place)) {
    return RefusePool(*passage, *refusal);
  }
  passage->lease.emplace(std::move(std::get<InstancePool::Lease>(place)));
  record.instance_id = passage->lease->instance()->id;
  if (passage->is_duplicated && !DeliverOnce(*passage)) return;
  FillDisk(*passage);
  Forward(*passage);
  EndFault(*passage);
  if (!passage->upstream) return;  // it was answered here
  response.headers.Set("Server", "Google Frontend");
  response.headers.Set("X-Cloud-Trace-Context", record.trace().cloud_context());
  if (response.ending != HttpResponse::Ending::kWhole) return;
  const HttpFraming& framing = passage->upstream->framing();
  if (passage->upstream->is_read()) passage->lease.reset();
  if (framing.kind == HttpFraming::Kind::kNone) {
    // Also when the answer to a HEAD tells a length: nobody sends these bytes.
    if (request.method == "HEAD") {
      const std::string_view length = passage->upstream->head().headers.Get("Content-Length");
      if (!length.empty() && length.size() < 19 &&
          length.find_first_not_of("0123456789") == std::string_view::npos) {
        response.source_length = std::stoull(std::string(length));
        response.source = [](std::uint64_t, char*, std::size_t) -> Result<std::size_t> {
          return std::size_t{0};
        };
      }
    }
    return;
  }
  if (framing.kind == HttpFraming::Kind::kLength) response.source_length = framing.length;
  response.source = [this, passage](std::uint64_t, char* to,
                                    std::size_t room) -> Result<std::size_t> {
    auto part = passage->upstream->ReadBody(to, room);
    // Before the client has the last of it: whose answer is whole may ask again at once, and is not
    // to find the instance busy.
    if (passage->upstream->is_read()) passage->lease.reset();
    if (const auto* const count = std::get_if<std::size_t>(&part)) {
      passage->record.response_bytes += *count;
      return *count;
    }
    // The head is out already: all that is left is to break the connection.
    const Stop stop = std::get<Stop>(part);
    passage->record.severity = "ERROR";
    if (stop == Stop::kTimedOut) {
      passage->record.text =
          "The request has been terminated because it has reached the maximum "
          "request timeout. To change this limit, see "
          "https://cloud.google.com/run/docs/configuring/request-timeout";
    } else if (stop == Stop::kBroken) {
      if (passage->lease) pool_.Doubt(*passage->lease->instance());
      passage->record.text =
          "Truncated response body. Usually implies that the request timed out "
          "or the application exited before the response was finished.";
    }
    return Error{ErrorCode::kIo, "the instance's answer ended early"};
  };
}

bool Edge::Admit(Passage& passage) {
  if (options_.verifier == nullptr) return true;
  const HttpHeaders& headers = passage.request.headers;
  passage.token_header =
      headers.Has("X-Serverless-Authorization") ? "X-Serverless-Authorization" : "Authorization";
  const std::size_t count = CountOf(headers, passage.token_header);
  if (count == 0) {
    Refuse(
        passage, 403, "WARNING",
        fmt::format("The request was not authenticated. Either allow unauthenticated invocations "
                    "or set the proper Authorization header. Read more at "
                    "https://cloud.google.com/run/docs/securing/authenticating Additional "
                    "troubleshooting documentation can be found at: {}#unauthorized-client",
                    kHelp));
    return false;
  }
  const std::string_view token =
      count == 1 ? BearerToken(headers.Get(passage.token_header)) : std::string_view();
  const auto verdict = options_.verifier->Verify(token, audiences_);
  if (std::holds_alternative<Identity>(verdict)) return true;
  const TokenRefusal& refusal = std::get<TokenRefusal>(verdict);
  const std::string why = count > 1 ? "there are several " + passage.token_header + " headers"
                          : token.empty()
                              ? "the " + passage.token_header + " header holds no bearer token"
                              : refusal.why;
  Refuse(passage, refusal.status, "WARNING",
         fmt::format("The request was not authorized to invoke this service. Read more at "
                     "https://cloud.google.com/run/docs/securing/authenticating Additional "
                     "troubleshooting documentation can be found at: {}#{} ({})",
                     kHelp, refusal.status == 401 ? "401" : "unauthorized-client", why));
  return false;
}

void Edge::RefusePool(Passage& passage, InstancePool::Refusal refusal) {
  using Refusal = InstancePool::Refusal;
  const std::string no_instance = fmt::format(
      "The request was aborted because there was no available instance. Additional "
      "troubleshooting documentation can be found at: {}#abort-request",
      kHelp);
  switch (refusal) {
    case Refusal::kNoInstance:
      return Refuse(passage, 429, "WARNING", no_instance);
    case Refusal::kCannotScale:
      return Refuse(passage, 500, "ERROR", no_instance);
    case Refusal::kNotStarted:
      return Refuse(passage, 503, "ERROR",
                    "The request failed because the instance failed the readiness check.");
    case Refusal::kTimedOut:
      return Refuse(passage, 504, "ERROR",
                    "The request has been terminated because it has reached the maximum request "
                    "timeout. To change this limit, see "
                    "https://cloud.google.com/run/docs/configuring/request-timeout");
    case Refusal::kGivenUp:
      return Refuse(passage, 499, "", "The client went away.");
    case Refusal::kStopping:
      return Refuse(passage, 503, "", "The service is being shut down.");
  }
}

void Edge::Forward(Passage& passage) {
  HttpRequest& request = passage.request;
  const std::shared_ptr<Instance> instance = passage.lease->instance();
  auto upstream =
      std::make_unique<UpstreamExchange>(instance->port.load(), [this, &passage, instance] {
        if (passage.kill_at && options_.now() >= *passage.kill_at) {
          passage.is_killed = true;
          pool_.BeginKill(instance);
          return Stop::kBroken;
        }
        if (options_.now() >= passage.deadline) return Stop::kTimedOut;
        return passage.request.ClientIsGone() ? Stop::kGivenUp : Stop::kNone;
      });
  auto struck = WatchForFault(passage, *upstream);

  // Ends the request here.
  const auto fail = [&](Stop stop) {
    struck.reset();  // it uses the exchange
    upstream.reset();
    if (stop == Stop::kTimedOut) return RefusePool(passage, InstancePool::Refusal::kTimedOut);
    if (stop == Stop::kGivenUp) return RefusePool(passage, InstancePool::Refusal::kGivenUp);
    if (passage.is_killed) pool_.Kill(instance);
    const InstanceFate fate = passage.is_killed ? InstanceFate::kKilled : pool_.Doubt(*instance);
    std::string why = fmt::format(
        "The request failed because either the HTTP response was malformed or connection to the "
        "instance had an error. Additional troubleshooting documentation can be found at: "
        "{}#malformed-response-or-connection-error",
        kHelp);
    if (fate == InstanceFate::kOutOfMemory) {
      why +=
          " While handling this request, the container instance was found to be using too much "
          "memory and was terminated. This is likely to cause a new container instance to be "
          "used for the next request to this revision. If you see this message frequently, you "
          "may have a memory leak in your code or may need more memory. Consider creating a new "
          "revision with more memory.";
    }
    if (passage.is_killed) why += " The instance was killed by the fault plan.";
    Refuse(passage, 503, "ERROR", std::move(why));
  };

  const bool is_chunked = request.has_body && !request.content_length && !passage.body;
  const std::uint64_t length =
      passage.body ? passage.body->size() : request.content_length.value_or(0);
  const TraceContext& trace = passage.record.trace();
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\n";
  std::string forwarded_for = request.peer;
  for (const HttpHeader& field : request.headers) {
    if (IsDropped(field.name) || IsNamedByConnection(request.headers, field.name) ||
        SameHeaderName(field.name, "traceparent") ||
        SameHeaderName(field.name, "X-Cloud-Trace-Context") ||
        SameHeaderName(field.name, "X-Forwarded-Proto") ||
        SameHeaderName(field.name, "Forwarded")) {
      continue;
    }
    if (SameHeaderName(field.name, "X-Forwarded-For")) {
      forwarded_for = field.value + ", " + forwarded_for;
      continue;
    }
    if (!passage.token_header.empty() && SameHeaderName(field.name, passage.token_header)) {
      head +=
          fmt::format("{}: Bearer {}\r\n", field.name, WithoutSignature(BearerToken(field.value)));
      continue;
    }
    head += field.name + ": " + field.value + "\r\n";
  }
  // The real edge speaks TLS with the client.
  head += fmt::format(
      "X-Forwarded-For: {}\r\nX-Forwarded-Proto: https\r\nForwarded: for=\"{}\";proto=https\r\n"
      "traceparent: {}\r\nX-Cloud-Trace-Context: {}\r\nConnection: close\r\n",
      forwarded_for, request.peer, trace.traceparent(), trace.cloud_context());
  if (is_chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (request.has_body || request.method == "POST" || request.method == "PUT" ||
             request.method == "PATCH") {
    head += fmt::format("Content-Length: {}\r\n", length);
  }
  head += "\r\n";
  if (passage.body) head += *passage.body;

  if (const Stop stop = upstream->Connect(); stop != Stop::kNone) return fail(stop);
  if (const Stop stop = upstream->Send(head); stop != Stop::kNone) return fail(stop);
  if (request.has_body && !passage.body) {
    Stop stop = Stop::kNone;
    bool is_too_large = false;
    std::uint64_t sent = 0;
    const Status read = request.ReadBody([&](std::string_view part) -> Status {
      const Error enough{ErrorCode::kCancelled, "no more of the body is wanted"};
      sent += part.size();
      if (sent > options_.max_request_bytes) {
        is_too_large = true;
        return enough;
      }
      if (is_chunked) stop = upstream->Send(fmt::format("{:x}\r\n", part.size()));
      if (stop == Stop::kNone) stop = upstream->Send(part);
      if (stop == Stop::kNone && is_chunked) stop = upstream->Send("\r\n");
      // A slow client gets no more time than a slow service.
      if (stop == Stop::kNone && options_.now() >= passage.deadline) stop = Stop::kTimedOut;
      if (stop != Stop::kNone || upstream->has_answer()) return enough;
      return Ok();
    });
    passage.record.request_bytes = sent;
    if (is_too_large) {
      struck.reset();
      upstream.reset();
      return Refuse(passage, 413, "WARNING", "The request was too large.");
    }
    if (stop != Stop::kNone) return fail(stop);
    if (!read && !upstream->has_answer()) {
      return Refuse(passage, read.error().code == ErrorCode::kTimeout ? 408 : 400, "",
                    "The request's body did not come whole: " + read.error().message);
    }
    if (is_chunked && !upstream->has_answer()) {
      if (const Stop last = upstream->Send("0\r\n\r\n"); last != Stop::kNone) return fail(last);
    }
  }
  if (KillsWhenSent(passage, *upstream)) {
    passage.is_killed = true;
    return fail(Stop::kBroken);
  }
  if (const Stop stop = upstream->ReadHead(request.method); stop != Stop::kNone) return fail(stop);

  struck.reset();
  if (passage.is_killed) return fail(Stop::kBroken);  // its answer came at the same moment
  const HttpReply& reply = upstream->head();
  if (upstream->framing().kind == HttpFraming::Kind::kLength &&
      upstream->framing().length > options_.max_response_bytes) {
    return Refuse(passage, 500, "ERROR",
                  "Response size was too large. Please consider reducing response size.");
  }
  passage.response.status = reply.status;
  for (const HttpHeader& field : reply.headers) {
    if (IsDropped(field.name) || IsNamedByConnection(reply.headers, field.name)) continue;
    passage.response.headers.Add(field.name, field.value);
  }
  // What sets a cookie is for one person («Container runtime contract»).
  if (reply.headers.Has("Set-Cookie")) passage.response.headers.Set("Cache-Control", "private");
  passage.record.status = reply.status;
  passage.upstream = std::move(upstream);
}

}  // namespace hyperlocal::cloud_run
