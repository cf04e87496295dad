#pragma once

#include <functional>
#include <memory>

#include "adapters/gcp/workflows/executions_client.h"
#include "engine/error/result.h"
#include "engine/object_store.h"

namespace hyperlocal::cli {

// The two services that a client of a render stack speaks to.
struct CloudClients {
  std::unique_ptr<ObjectStore> storage;
  std::unique_ptr<ExecutionsClient> executions;
};
using OpenClients = std::function<Result<CloudClients>()>;

// Google's, with the credentials that this machine has for it, or where STORAGE_EMULATOR_HOST and
// HYPERLOCAL_WORKFLOWS_ENDPOINT say. Errors: kInvalidConfig, kPermission without credentials.
Result<CloudClients> OpenCloudClients();

}  // namespace hyperlocal::cli
