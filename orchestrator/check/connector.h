#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hyperlocal::workflow {

// Whether a name is one of Google's connectors at all: "googleapis.…" or "gke.…".
bool IsConnectorName(std::string_view name);

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
