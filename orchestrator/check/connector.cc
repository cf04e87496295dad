#include "orchestrator/check/connector.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace hyperlocal::workflow {
namespace {

constexpr std::string_view kPrefix = "googleapis.";

struct ServedApi {
  std::string_view api;
  std::string_view version;
};
constexpr std::array kServed{ServedApi{"run", "v1"}, ServedApi{"run", "v2"},
                             ServedApi{"storage", "v1"}, ServedApi{"workflowexecutions", "v1"}};

// The others of the connectors reference.
constexpr std::array<std::string_view, 28> kCloudOnly{"aiplatform",
                                                      "batch",
                                                      "bigquery",
                                                      "bigquerydatatransfer",
                                                      "cloudbuild",
                                                      "cloudfunctions",
                                                      "cloudresourcemanager",
                                                      "cloudscheduler",
                                                      "cloudtasks",
                                                      "compute",
                                                      "container",
                                                      "dataflow",
                                                      "documentai",
                                                      "firestore",
                                                      "forms",
                                                      "integrations",
                                                      "language",
                                                      "ml",
                                                      "pubsub",
                                                      "secretmanager",
                                                      "sheets",
                                                      "spanner",
                                                      "sqladmin",
                                                      "storagetransfer",
                                                      "transcoder",
                                                      "translate",
                                                      "workflows",
                                                      "gmail"};

// The parts of a name; `method` is empty when there are fewer than three dots behind googleapis.
ConnectorName Split(std::string_view name) {
  name.remove_prefix(kPrefix.size());
  ConnectorName parts;
  const std::size_t first = name.find('.');
  parts.api = name.substr(0, first);
  if (first == std::string_view::npos) return parts;
  name.remove_prefix(first + 1);
  const std::size_t second = name.find('.');
  parts.version = name.substr(0, second);
  if (second != std::string_view::npos) parts.method = name.substr(second + 1);
  return parts;
}

}  // namespace

bool IsConnectorName(std::string_view name) {
  return name.starts_with(kPrefix) || name.starts_with("gke.");
}

std::string ConnectorRefusal(std::string_view name) {
  constexpr std::string_view kServedNames =
      "here only the connectors of storage v1, run v1 and v2, and workflowexecutions v1 have a "
      "service behind them; call others by http.request";
  if (!name.starts_with(kPrefix)) {
    return fmt::format("the connector '{}' exists in Google Cloud only; {}", name, kServedNames);
  }
  const ConnectorName parts = Split(name);
  if (std::find(kCloudOnly.begin(), kCloudOnly.end(), parts.api) != kCloudOnly.end()) {
    return fmt::format("the connector '{}' exists in Google Cloud only; {}", name, kServedNames);
  }
  bool api_known = false;
  for (const ServedApi& served : kServed) {
    if (served.api != parts.api) continue;
    api_known = true;
    // A resource and a method of it.
    if (served.version != parts.version) continue;
    const std::size_t dot = parts.method.find('.');
    const bool complete = dot != std::string_view::npos && dot > 0 &&
                          !parts.method.ends_with('.') &&
                          parts.method.find("..") == std::string_view::npos;
    if (complete) return {};
  }
  if (!api_known) return fmt::format("symbol '{}' not found", name);
  return fmt::format(
      "symbol '{}' not found: a connector is named googleapis.{}.<version>."
      "<resource>.<method>; {}",
      name, parts.api, kServedNames);
}

ConnectorName SplitConnectorName(std::string_view name) {
  return Split(name);
}

}  // namespace hyperlocal::workflow
