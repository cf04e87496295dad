#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "fakes/cloud_run/log_entry.h"
#include "fakes/cloud_run/trace_context_internal.h"

namespace hyperlocal::cloud_run {

// What the request log says of one request; written when this goes. One thread.
class RequestRecord {
 public:
  RequestRecord(std::function<void(LogEntry)> log, std::string project, TraceContext trace);
  ~RequestRecord();
  RequestRecord(const RequestRecord&) = delete;
  RequestRecord& operator=(const RequestRecord&) = delete;

  const TraceContext& trace() const { return trace_; }
  std::string trace_name() const;  // "projects/P/traces/T"

  std::string method;
  std::string url;
  std::string user_agent;
  std::string peer;
  std::string instance_id;
  int status = 0;
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;
  std::string severity;  // empty: by the status
  std::string text;      // why it went wrong

 private:
  const std::function<void(LogEntry)> log_;
  const std::string project_;
  const TraceContext trace_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace hyperlocal::cloud_run
