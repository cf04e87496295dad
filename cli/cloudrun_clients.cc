#include "cli/cloudrun_clients.h"

#include <utility>

#include "adapters/gcp/auth/access_token.h"
#include "adapters/gcp/auth/google_credentials.h"
#include "cli/cloud_storage.h"
#include "cli/environment.h"

namespace hyperlocal::cli {
namespace {

bool IsSet(const char* name) {
  const auto value = GetProcessVariable(name);
  return value && !value->empty();
}

// An emulator asks nobody who they are; Google asks everybody.
Result<std::shared_ptr<Credentials>> CredentialsForExecutions() {
  if (auto token = GetProcessVariable("CLOUDSDK_AUTH_ACCESS_TOKEN"); token && !token->empty()) {
    return std::shared_ptr<Credentials>(std::make_shared<AccessToken>(std::move(*token)));
  }
  if (IsSet("HYPERLOCAL_WORKFLOWS_ENDPOINT") ||
      IsSet("CLOUDSDK_API_ENDPOINT_OVERRIDES_WORKFLOWEXECUTIONS")) {
    return std::shared_ptr<Credentials>();
  }
  HYPERLOCAL_TRY(auto found, FindGoogleCredentials({}));
  return std::shared_ptr<Credentials>(std::move(found));
}

}  // namespace

Result<CloudClients> OpenCloudClients() {
  CloudClients clients;
  HYPERLOCAL_TRY(clients.storage, OpenServiceStorage(std::nullopt));
  ApiOptions options;
  HYPERLOCAL_TRY(options.credentials, CredentialsForExecutions());
  HYPERLOCAL_TRY(clients.executions, ExecutionsClient::Create(std::move(options)));
  return clients;
}

}  // namespace hyperlocal::cli
