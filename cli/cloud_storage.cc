#include "cli/cloud_storage.h"

#include <utility>

#include "adapters/gcp/auth/access_token.h"
#include "adapters/gcp/auth/google_credentials.h"
#include "adapters/gcp/storage/gcs_object_store.h"
#include "cli/environment.h"

namespace hyperlocal::cli {

namespace {

enum class WithoutAccount { kAsksAnonymously, kFails };

Result<std::shared_ptr<Credentials>> CredentialsFor(const std::string& endpoint,
                                                    WithoutAccount without_account) {
  // The variable that the cloud's own tools read.
  if (auto token = GetProcessVariable("CLOUDSDK_AUTH_ACCESS_TOKEN"); token && !token->empty()) {
    return std::shared_ptr<Credentials>(std::make_shared<AccessToken>(std::move(*token)));
  }
  if (!endpoint.empty()) return std::shared_ptr<Credentials>();
  auto found = FindGoogleCredentials({});
  if (found) return std::shared_ptr<Credentials>(*std::move(found));
  if (found.error().code == ErrorCode::kPermission &&
      without_account == WithoutAccount::kAsksAnonymously) {
    return std::shared_ptr<Credentials>();
  }
  return std::move(found).error();
}

Result<std::unique_ptr<ObjectStore>> Open(const std::optional<std::string>& endpoint,
                                          WithoutAccount without_account) {
  GcsClientOptions options;
  options.endpoint = endpoint.value_or("");
  if (options.endpoint.empty()) {
    options.endpoint = GetProcessVariable("STORAGE_EMULATOR_HOST").value_or("");
  }
  HYPERLOCAL_TRY(options.credentials, CredentialsFor(options.endpoint, without_account));
  HYPERLOCAL_TRY(auto store, GcsObjectStore::Create(std::move(options)));
  return std::unique_ptr<ObjectStore>(std::move(store));
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> OpenCloudStorage(const std::optional<std::string>& endpoint) {
  return Open(endpoint, WithoutAccount::kAsksAnonymously);
}

Result<std::unique_ptr<ObjectStore>> OpenServiceStorage(
    const std::optional<std::string>& endpoint) {
  return Open(endpoint, WithoutAccount::kFails);
}

}  // namespace hyperlocal::cli
