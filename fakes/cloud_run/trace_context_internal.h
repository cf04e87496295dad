#pragma once

#include <string>
#include <string_view>

#include "engine/http/http_message.h"

namespace hyperlocal::cloud_run {

// Which trace a request belongs to, and its place in it.
struct TraceContext {
  std::string trace_id;  // 32 lower-case hex digits, not all zero
  std::string span_id;   // 16 lower-case hex digits: the edge's own span
  bool sampled = false;

  // From `traceparent` (W3C Trace Context) or `X-Cloud-Trace-Context: TRACE/SPAN;o=1`, whichever is
  // there and makes sense; else a new trace. The span is new in any case.
  static TraceContext Of(const HttpHeaders& headers);

  std::string traceparent() const;    // "00-TRACE-SPAN-01"
  std::string cloud_context() const;  // "TRACE/SPAN;o=1", the span as a decimal number
};

}  // namespace hyperlocal::cloud_run
