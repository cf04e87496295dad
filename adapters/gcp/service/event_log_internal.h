#pragma once

#include <chrono>
#include <cstdint>

#include "adapters/gcp/service/request_trace_internal.h"
#include "adapters/gcp/service/service_log_internal.h"
#include "engine/error/error.h"
#include "engine/wire/render_event.h"
#include "engine/wire/render_result.h"

namespace hyperlocal {

// What the log says about one request. Nothing that a user wrote: no variables, no text of a page.
class EventLog {
 public:
  // Both outlive it.
  EventLog(ServiceLog& log, const RequestTrace& trace,
           std::chrono::steady_clock::time_point started)
      : log_(log), trace_(trace), started_(started) {}

  void Refused(const Error& error);  // it was never understood, or not allowed
  void Started(const RenderEvent& event);
  void Progress(std::int64_t frames_done);  // of its chunk
  void Done(const RenderResult& result);
  void Failed(const RenderEvent& event, const Error& error);

 private:
  void Fail(LogFields fields, const Error& error);

  ServiceLog& log_;
  const RequestTrace& trace_;
  const std::chrono::steady_clock::time_point started_;
};

}  // namespace hyperlocal
