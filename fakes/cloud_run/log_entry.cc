#include "fakes/cloud_run/log_entry.h"

#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "engine/json/canonical_json.h"

namespace hyperlocal::cloud_run {
namespace {

using Json = nlohmann::ordered_json;

std::string Timestamp(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time - seconds);
  const std::time_t whole = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     micros.count());
}

}  // namespace

std::string LogLine(const LogEntry& entry) {
  Json line = Json::object();
  line["timestamp"] = Timestamp(entry.time);
  line["severity"] = entry.severity;
  if (entry.json.empty()) {
    line["message"] = entry.text;
  } else if (const auto payload = ParseOrderedJson(entry.json, "log entry")) {
    for (const auto& [name, value] : payload->items()) {
      if (name != "timestamp" && name != "severity") line[name] = value;
    }
  }
  if (!entry.http_request.empty()) {
    if (auto facts = ParseOrderedJson(entry.http_request, "httpRequest")) {
      line["httpRequest"] = std::move(*facts);
    }
  }
  if (!entry.trace.empty()) line["logging.googleapis.com/trace"] = entry.trace;
  if (!entry.span_id.empty()) line["logging.googleapis.com/spanId"] = entry.span_id;
  Json labels = Json::object();
  labels["log"] = entry.log;
  labels["service_name"] = entry.service;
  labels["revision_name"] = entry.revision;
  if (!entry.instance_id.empty()) labels["instanceId"] = entry.instance_id;
  line["logging.googleapis.com/labels"] = std::move(labels);
  // What a program writes need not be UTF-8; then what is not is replaced.
  if (auto text = CompactJson(line)) return std::move(*text);
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace hyperlocal::cloud_run
