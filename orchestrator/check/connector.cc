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

constexpr std::array kMethods{
    ConnectorMethod{"googleapis.run.v1.namespaces.services.get", "GET",
                    "/apis/serving.knative.dev/v1/{name}"},
    ConnectorMethod{"googleapis.run.v1.namespaces.services.list", "GET",
                    "/apis/serving.knative.dev/v1/{parent}/services"},
    ConnectorMethod{"googleapis.run.v2.projects.locations.jobs.get", "GET", "/v2/{name}"},
    ConnectorMethod{"googleapis.run.v2.projects.locations.jobs.list", "GET", "/v2/{parent}/jobs"},
    ConnectorMethod{"googleapis.run.v2.projects.locations.jobs.run", "POST", "/v2/{name}:run"},
    ConnectorMethod{"googleapis.run.v2.projects.locations.services.get", "GET", "/v2/{name}"},
    ConnectorMethod{"googleapis.run.v2.projects.locations.services.list", "GET",
                    "/v2/{parent}/services"},
    ConnectorMethod{"googleapis.storage.v1.buckets.delete", "DELETE", "/storage/v1/b/{bucket}"},
    ConnectorMethod{"googleapis.storage.v1.buckets.get", "GET", "/storage/v1/b/{bucket}"},
    ConnectorMethod{"googleapis.storage.v1.buckets.insert", "POST", "/storage/v1/b"},
    ConnectorMethod{"googleapis.storage.v1.buckets.list", "GET", "/storage/v1/b"},
    ConnectorMethod{"googleapis.storage.v1.buckets.patch", "PATCH", "/storage/v1/b/{bucket}"},
    ConnectorMethod{"googleapis.storage.v1.objects.compose", "POST",
                    "/storage/v1/b/{destinationBucket}/o/{destinationObject}/compose"},
    ConnectorMethod{"googleapis.storage.v1.objects.copy", "POST",
                    "/storage/v1/b/{sourceBucket}/o/{sourceObject}/copyTo/b/{destinationBucket}/o/"
                    "{destinationObject}"},
    ConnectorMethod{"googleapis.storage.v1.objects.delete", "DELETE",
                    "/storage/v1/b/{bucket}/o/{object}"},
    ConnectorMethod{"googleapis.storage.v1.objects.get", "GET",
                    "/storage/v1/b/{bucket}/o/{object}"},
    ConnectorMethod{"googleapis.storage.v1.objects.insert", "POST",
                    "/upload/storage/v1/b/{bucket}/o"},
    ConnectorMethod{"googleapis.storage.v1.objects.list", "GET", "/storage/v1/b/{bucket}/o"},
    ConnectorMethod{"googleapis.storage.v1.objects.patch", "PATCH",
                    "/storage/v1/b/{bucket}/o/{object}"},
    ConnectorMethod{"googleapis.storage.v1.objects.rewrite", "POST",
                    "/storage/v1/b/{sourceBucket}/o/{sourceObject}/rewriteTo/b/"
                    "{destinationBucket}/o/{destinationObject}"},
    ConnectorMethod{
        "googleapis.workflowexecutions.v1.projects.locations.workflows.executions.cancel", "POST",
        "/v1/{name}:cancel"},
    ConnectorMethod{
        "googleapis.workflowexecutions.v1.projects.locations.workflows.executions.create", "POST",
        ""},
    ConnectorMethod{"googleapis.workflowexecutions.v1.projects.locations.workflows.executions.get",
                    "GET", "/v1/{name}"},
    ConnectorMethod{"googleapis.workflowexecutions.v1.projects.locations.workflows.executions.list",
                    "GET", "/v1/{parent}/executions"},
    ConnectorMethod{"googleapis.workflowexecutions.v1.projects.locations.workflows.executions.run",
                    "POST", ""}};

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

std::span<const ConnectorMethod> ConnectorMethods() {
  return kMethods;
}

const ConnectorMethod* FindConnectorMethod(std::string_view name) {
  for (const ConnectorMethod& method : kMethods) {
    if (method.name == name) return &method;
  }
  return nullptr;
}

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
    if (!complete) continue;
    if (FindConnectorMethod(name) != nullptr) return {};
    const std::string api = fmt::format("{}{}.{}.", kPrefix, parts.api, parts.version);
    std::string methods;
    for (const ConnectorMethod& method : kMethods) {
      if (!method.name.starts_with(api)) continue;
      methods += methods.empty() ? "" : ", ";
      methods += method.name.substr(api.size());
    }
    return fmt::format(
        "the connector '{}' has no service behind it here; of {} {} there are {}; call others by "
        "http.request",
        name, parts.api, parts.version, methods);
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
