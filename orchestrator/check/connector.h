#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hyperlocal::workflow {

// Whether a name is one of Google's connectors at all: "googleapis.…" or "gke.…".
bool IsConnectorName(std::string_view name);

// A connector that has a service behind it here: what its call is over HTTP. The arguments that are
// not in the path and not `body` are the query.
struct ConnectorMethod {
  std::string_view name;    // "googleapis.storage.v1.objects.get"
  std::string_view method;  // "GET"
  std::string_view path;    // "/storage/v1/b/{bucket}/o/{object}"; empty: more than one call
};
// The one table of them, by API and name.
std::span<const ConnectorMethod> ConnectorMethods();
// Null when there is none of that name.
const ConnectorMethod* FindConnectorMethod(std::string_view name);

// Why a connector cannot be called here, or nothing when it can. The connectors of storage, run and
// workflowexecutions have a service behind them here; the others exist in the cloud only.
std::string ConnectorRefusal(std::string_view name);

// "googleapis.storage.v1.objects.get" in its parts.
struct ConnectorName {
  std::string_view api;      // "storage"
  std::string_view version;  // "v1"
  std::string_view method;   // "objects.get"
};
// Of a name that ConnectorRefusal has nothing against.
ConnectorName SplitConnectorName(std::string_view name);

}  // namespace hyperlocal::workflow
