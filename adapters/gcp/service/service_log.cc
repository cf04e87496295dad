#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/gcp/service/service_log_internal.h"

namespace hyperlocal {
namespace {

using nlohmann::ordered_json;

std::string_view NameOf(ServiceLog::Severity severity) {
  switch (severity) {
    case ServiceLog::Severity::kDebug:
      return "DEBUG";
    case ServiceLog::Severity::kInfo:
      return "INFO";
    case ServiceLog::Severity::kWarning:
      return "WARNING";
    case ServiceLog::Severity::kError:
      return "ERROR";
  }
  return "DEFAULT";
}

ordered_json ObjectOf(const LogFields& fields) {
  ordered_json object = ordered_json::object();
  for (const LogField& field : fields) {
    if (const auto* text = std::get_if<std::string>(&field.value)) {
      object[field.name] = *text;
    } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      object[field.name] = *number;
    } else {
      object[field.name] = ObjectOf(std::get<LogFields>(field.value));
    }
  }
  return object;
}

}  // namespace

void ServiceLog::Write(Severity severity, std::string_view event, std::string_view message,
                       const LogFields& fields, const RequestTrace* trace) {
  if (!sink_) return;
  ordered_json line{{"severity", NameOf(severity)}, {"message", message}, {"event", event}};
  line.update(ObjectOf(fields));
  if (trace != nullptr) {
    line["logging.googleapis.com/trace"] =
        cloud_project_.empty() ? trace->trace_id
                               : "projects/" + cloud_project_ + "/traces/" + trace->trace_id;
    if (!trace->span_id.empty()) line["logging.googleapis.com/spanId"] = trace->span_id;
  }
  // Bytes that are no text become U+FFFD.
  const std::string text = line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  const std::lock_guard lock(mutex_);
  sink_(text);
}

}  // namespace hyperlocal
