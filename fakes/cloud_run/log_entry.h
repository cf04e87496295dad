#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace hyperlocal::cloud_run {

// One entry as Cloud Logging would hold it.
struct LogEntry {
  std::chrono::system_clock::time_point time;
  std::string severity = "DEFAULT";  // DEFAULT, DEBUG, INFO, NOTICE, WARNING, ERROR, CRITICAL, …
  std::string
      log;  // "stdout", "stderr" (of instances), "requests" or "varlog/system" (of the host)
  std::string text;  // textPayload, when there is no json
  std::string json;  // jsonPayload: an object on one line
  std::string service;
  std::string revision;
  std::string instance_id;   // empty: of no instance
  std::string trace;         // "projects/P/traces/T"; empty: of no request
  std::string span_id;       // empty: none
  std::string http_request;  // of "requests": the object httpRequest on one line
};

// Takes entries from the host's threads, many at once, and must be quick.
using LogSink = std::function<void(const LogEntry&)>;

// The entry on one line, in the form in which a program writes structured logs to its standard
// output (`severity`, `message`, `logging.googleapis.com/trace`), without a newline.
std::string LogLine(const LogEntry& entry);

}  // namespace hyperlocal::cloud_run
