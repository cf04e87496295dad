#include "fakes/gcs/server/fault_request_internal.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace hyperlocal::gcs {
namespace {

// What stands between the beginning of a multipart/related upload and its content: the head of the
// resource, the resource, a boundary, and another head.
constexpr std::array<std::string_view, 3> kFraming{"\r\n\r\n", "\r\n--", "\r\n\r\n"};

}  // namespace

FaultRequest::FaultRequest(HttpRequest& inner, FaultAction action, std::uint64_t base,
                           std::function<bool()> claim)
    : inner_(inner),
      action_(action),
      at_(base),
      claim_(std::move(claim)),
      framing_step_(inner.headers.Get("Content-Type").starts_with("multipart/related")
                        ? 0
                        : kFraming.size()) {
  method = inner.method;
  target = inner.target;
  headers = inner.headers;
  peer = inner.peer;
  content_length = inner.content_length;
  has_body = inner.has_body;
}

bool FaultRequest::Strike() {
  if (!asked_) {
    asked_ = true;
    struck_ = claim_();
  }
  return struck_;
}

// Reads on to the end of a body that is to be answered with a status: a client that is still
// sending would see a reset instead of it.
Status FaultRequest::ReadBody(const BodySink& sink) {
  const Status read = inner_.ReadBody([this, &sink](std::string_view part) -> Status {
    if (struck_ && action_.kind == FaultKind::kStatus) return Ok();
    return Forward(part, sink);
  });
  if (!read) return read;
  if (struck_ && action_.kind == FaultKind::kStatus) {
    return Error{ErrorCode::kIo, "an injected fault ended the upload at byte " +
                                     std::to_string(action_.after_bytes.value_or(0))};
  }
  return Ok();
}

std::size_t FaultRequest::SkipFraming(std::string_view part) {
  std::size_t skipped = 0;
  while (framing_step_ < kFraming.size() && skipped < part.size()) {
    const std::string_view sought = kFraming[framing_step_];
    const char c = part[skipped++];
    // Each is sought anew from its first character: none begins with an end of itself but \r\n.
    if (c != sought[framing_matched_]) {
      framing_matched_ = c == sought[0] ? 1 : 0;
    } else if (++framing_matched_ == sought.size()) {
      ++framing_step_;
      framing_matched_ = 0;
    }
  }
  return skipped;
}

Status FaultRequest::Forward(std::string_view part, const BodySink& sink) {
  if (const std::size_t framing = SkipFraming(part); framing > 0) {
    HYPERLOCAL_TRY_STATUS(sink(part.substr(0, framing)));
    part.remove_prefix(framing);
    if (part.empty()) return Ok();
  }
  if (action_.kind == FaultKind::kCorruptUpload) {
    if (part.empty() || asked_ || !Strike()) return sink(part);
    std::string corrupt(part);
    corrupt[0] = corrupt[0] == 'A' ? 'B' : 'A';
    return sink(corrupt);
  }
  const std::uint64_t limit = action_.after_bytes.value_or(0);
  if (asked_ || part.empty()) return sink(part);
  const auto before =
      static_cast<std::size_t>(limit > at_ ? std::min<std::uint64_t>(limit - at_, part.size()) : 0);
  if (before > 0) {
    HYPERLOCAL_TRY_STATUS(sink(part.substr(0, before)));
    at_ += before;
  }
  if (at_ < limit) return Ok();
  const std::string_view rest = part.substr(before);
  if (!Strike()) return rest.empty() ? Ok() : sink(rest);
  switch (action_.kind) {
    case FaultKind::kStall:
      inner_.ClientGoesWithin(action_.stall);  // a client that is gone sends nothing more
      return rest.empty() ? Ok() : sink(rest);
    case FaultKind::kTruncateUpload:
      return Error{ErrorCode::kIo,
                   "an injected fault broke the upload off at byte " + std::to_string(limit)};
    default:
      return Ok();  // the rest is read and dropped
  }
}

}  // namespace hyperlocal::gcs
