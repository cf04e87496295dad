#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "adapters/gcp/auth/google_credentials.h"
#include "adapters/gcp/auth/renewed_token_internal.h"
#include "adapters/gcp/auth/token_requests_internal.h"

namespace hyperlocal {

// One way to get tokens. Any number of threads.
class TokenGrant {
 public:
  virtual ~TokenGrant() = default;
  virtual Result<IssuedToken> AccessToken() = 0;
  virtual Result<IssuedToken> IdentityToken(const std::string& audience) = 0;
  virtual const std::string& description() const = 0;
};

// `key` is what the console gives for a service account: tokens are got for assertions that its
// private key signs (RFC 7523). `where` names the file. Error: kInvalidConfig naming the member.
Result<std::unique_ptr<TokenGrant>> ServiceAccountGrant(const nlohmann::json& key,
                                                        const std::string& where,
                                                        std::shared_ptr<TokenRequests> requests);

// `user` is what `gcloud auth application-default login` writes: tokens are got for a refresh token
// (RFC 6749, section 6). Error: kInvalidConfig.
Result<std::unique_ptr<TokenGrant>> AuthorizedUserGrant(const nlohmann::json& user,
                                                        const std::string& where,
                                                        std::shared_ptr<TokenRequests> requests);

// Tokens of the account that the machine runs as, from `host` ("metadata.google.internal",
// "127.0.0.1:8090").
std::unique_ptr<TokenGrant> MetadataGrant(const std::string& host,
                                          std::shared_ptr<TokenRequests> requests);
// Whether a metadata server answers there.
bool IsMetadataServer(const std::string& host, TokenRequests& requests);

// Credentials that get their tokens so.
std::shared_ptr<GoogleCredentials> CredentialsOf(std::unique_ptr<TokenGrant> grant,
                                                 std::function<RenewedToken::TimePoint()> now);

}  // namespace hyperlocal
