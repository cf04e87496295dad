#pragma once

#include <chrono>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/gcp/auth/google_credentials.h"
#include "adapters/gcp/auth/renewed_token_internal.h"
#include "engine/error/result.h"
#include "engine/http/http_client.h"

namespace hyperlocal {

using FormFields = std::vector<std::pair<std::string, std::string>>;

// "a=b&c=d", percent-encoded.
std::string EncodeForm(const FormFields& fields);

// Asks issuers of tokens. Any number of threads.
class TokenRequests {
 public:
  explicit TokenRequests(GoogleCredentialOptions options);

  // One request, repeated while it fails for now; the answer is whole, and 200. `whom` names the
  // credentials, `way_out` says what to do when they are refused. Errors: kPermission with what the
  // issuer said, as far as that cannot be a secret (`secrets` are not said in any case);
  // kRetriesExhausted.
  Result<HttpReply> Ask(HttpExchange exchange, const std::string& whom, std::string_view way_out,
                        const std::vector<std::string>& secrets = {});
  // One attempt, which may take `patience`.
  HttpResult TryOnce(HttpExchange exchange, std::chrono::milliseconds patience);

  std::chrono::system_clock::time_point Now() const { return options_.now(); }
  const GoogleCredentialOptions& options() const { return options_; }

 private:
  std::chrono::milliseconds Draw(std::chrono::milliseconds longest);

  GoogleCredentialOptions options_;
  HttpClient http_;
  std::mutex mutex_;  // guards the draws
  std::mt19937_64 pauses_;
};

// The token of a token endpoint's answer: the member `name`, and expires_in. Error: kPermission
// when there is none (`whom` names the credentials).
Result<IssuedToken> ReadIssuedToken(const std::string& body, const char* name,
                                    std::chrono::system_clock::time_point now,
                                    const std::string& whom);
// The same of an identity token, which says itself when it expires.
Result<IssuedToken> ReadIdentityToken(const std::string& token, const std::string& whom);

}  // namespace hyperlocal
