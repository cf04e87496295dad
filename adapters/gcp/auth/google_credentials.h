#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gcp/auth/credentials.h"
#include "adapters/gcp/storage/retry_policy.h"
#include "engine/error/result.h"
#include "engine/http/http_client.h"

namespace hyperlocal {

struct GoogleCredentialOptions {
  // What access tokens are good for.
  std::vector<std::string> scopes = {"https://www.googleapis.com/auth/cloud-platform"};

  // Reads the environment; absent: this process's.
  std::function<std::optional<std::string>(const char* name)> environment;
  // The time of day, by which tokens expire; absent: the system's.
  std::function<std::chrono::system_clock::time_point()> now;
  RetryPolicy retry{.max_attempts = 4};
  std::shared_ptr<RetryClock> clock;  // of pauses; absent: the steady clock
  // Of one request to whoever issues tokens.
  std::chrono::milliseconds request_timeout = std::chrono::seconds(20);
  // How long the metadata server may take to say that it is there.
  std::chrono::milliseconds metadata_patience = std::chrono::seconds(3);
  HttpClientOptions http = HttpClientOptions::FromEnvironment();
};

// An account at Google that calls APIs (access tokens) and services that check who calls (identity
// tokens). Any number of threads.
//
// A token is got when first asked for, and renewed some minutes before it expires; many callers at
// once make one request. While a token is still good, a failure to renew it is nobody's error. A
// request that failed for now (408, 429, 5xx, the network) is repeated after pauses with full
// jitter.
//
// Neither keys nor tokens are in any message.
class GoogleCredentials : public Credentials {
 public:
  // "Bearer <access token>". Errors: kPermission when the issuer refuses (the message names the
  // file or the server, and the way out), kRetriesExhausted when it cannot be reached.
  Result<std::string> AuthorizationHeader() override = 0;
  // "Bearer <identity token>" for whoever is called `audience`: mostly the address of a Cloud Run
  // service. Errors: as above; kPermission for a user's credentials, which cannot name an audience.
  virtual Result<std::string> IdentityHeader(std::string_view audience) = 0;

  // Where they are from, for people: "the service account key /keys/a.json (a@p.iam…)".
  virtual const std::string& description() const = 0;
};

// Application default credentials, looked for where Google's own libraries look:
// 1. the file that GOOGLE_APPLICATION_CREDENTIALS names;
// 2. application_default_credentials.json in CLOUDSDK_CONFIG, or in ~/.config/gcloud (what `gcloud
//    auth application-default login` writes);
// 3. the metadata server of the machine (GCE_METADATA_HOST, else metadata.google.internal), unless
//    NO_GCE_CHECK is true.
// A file is a service account key or a user's credentials; no other kind is taken. Errors: kNoInput
// for a file that is named and not there; kInvalidConfig for one that is damaged or of another
// kind; kPermission when there are none, naming the three ways out.
Result<std::shared_ptr<GoogleCredentials>> FindGoogleCredentials(GoogleCredentialOptions options);

// Those of one file.
Result<std::shared_ptr<GoogleCredentials>> ReadGoogleCredentials(const std::filesystem::path& file,
                                                                 GoogleCredentialOptions options);

}  // namespace hyperlocal
