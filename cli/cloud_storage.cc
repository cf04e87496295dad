#include "cli/cloud_storage.h"

#include <utility>

#include "adapters/gcp/auth/access_token.h"
#include "adapters/gcp/storage/gcs_object_store.h"
#include "cli/environment.h"

namespace hyperlocal::cli {

Result<std::unique_ptr<ObjectStore>> OpenCloudStorage(const std::optional<std::string>& endpoint) {
  GcsClientOptions options;
  options.endpoint = endpoint.value_or("");
  // The variable that the cloud's own tools read.
  if (auto token = GetProcessVariable("CLOUDSDK_AUTH_ACCESS_TOKEN"); token && !token->empty()) {
    options.credentials = std::make_shared<AccessToken>(std::move(*token));
  }
  HYPERLOCAL_TRY(auto store, GcsObjectStore::Create(std::move(options)));
  return std::unique_ptr<ObjectStore>(std::move(store));
}

}  // namespace hyperlocal::cli
