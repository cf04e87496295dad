#include "fakes/cloud_run/request_record_internal.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace hyperlocal::cloud_run {

RequestRecord::RequestRecord(std::function<void(LogEntry)> log, std::string project,
                             TraceContext trace)
    : log_(std::move(log)), project_(std::move(project)), trace_(std::move(trace)) {}

std::string RequestRecord::trace_name() const {
  return "projects/" + project_ + "/traces/" + trace_.trace_id;
}

RequestRecord::~RequestRecord() {
  if (!log_) return;
  const std::chrono::duration<double> latency = std::chrono::steady_clock::now() - begin_;
  nlohmann::ordered_json facts;
  facts["requestMethod"] = method;
  facts["requestUrl"] = url;
  facts["requestSize"] = std::to_string(request_bytes);
  facts["status"] = status;
  facts["responseSize"] = std::to_string(response_bytes);
  facts["userAgent"] = user_agent;
  facts["remoteIp"] = peer;
  facts["latency"] = fmt::format("{:.6f}s", latency.count());
  facts["protocol"] = "HTTP/1.1";
  LogEntry entry;
  entry.log = "requests";
  entry.severity = !severity.empty() ? severity
                   : status >= 500   ? "ERROR"
                   : status >= 400   ? "WARNING"
                                     : "INFO";
  entry.text = text;
  entry.instance_id = instance_id;
  entry.trace = trace_name();
  entry.span_id = trace_.span_id;
  entry.http_request = facts.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  log_(std::move(entry));
}

}  // namespace hyperlocal::cloud_run
