#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "adapters/gcp/service/request_trace_internal.h"

namespace hyperlocal {

// A member of a line: a text, a number, or an object of members.
struct LogField {
  std::string name;
  std::variant<std::string, std::int64_t, std::vector<LogField>> value;
};
using LogFields = std::vector<LogField>;

// Writes events as lines of JSON in the shape that Cloud Logging reads from a container's standard
// output. Any thread; one line at a time.
class ServiceLog {
 public:
  enum class Severity { kDebug, kInfo, kWarning, kError };

  ServiceLog(std::function<void(std::string_view)> sink, std::string cloud_project)
      : sink_(std::move(sink)), cloud_project_(std::move(cloud_project)) {}

  // `event` is the name that machines look for, `message` what people read. `trace` null: of no
  // request.
  void Write(Severity severity, std::string_view event, std::string_view message,
             const LogFields& fields, const RequestTrace* trace);

 private:
  const std::function<void(std::string_view)> sink_;
  const std::string cloud_project_;
  std::mutex mutex_;  // held while the sink is called
};

}  // namespace hyperlocal
