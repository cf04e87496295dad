#pragma once

#include <string>

#include "engine/http/http_message.h"

namespace hyperlocal {

// Which request of a caller a log line belongs to.
struct RequestTrace {
  std::string trace_id;  // 32 lower-case hex digits
  std::string span_id;   // 16 of them, or empty
};

// From `traceparent` (W3C) or, without a good one, X-Cloud-Trace-Context; a new trace id when the
// request has neither.
RequestTrace TraceOf(const HttpHeaders& headers);

}  // namespace hyperlocal
