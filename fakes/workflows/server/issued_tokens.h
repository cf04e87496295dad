#pragma once

#include <string>

#include "fakes/cloud_run/token_issuer.h"
#include "orchestrator/run/host.h"

namespace hyperlocal::workflows {

// Calls with `auth: {type: OIDC}` carry tokens of a local issuer, which the edge of CloudRunHost
// believes. Access tokens (OAuth2) are a fixed text: none of the emulators looks at them.
class IssuedTokens final : public workflow::IdentityTokens {
 public:
  // `issuer` must outlive this.
  explicit IssuedTokens(const cloud_run::TokenIssuer& issuer) : issuer_(issuer) {}

  Result<std::string> Token(const workflow::HttpAuth& auth) override {
    if (auth.type == workflow::HttpAuth::Type::kOauth2) return std::string("local-access-token");
    return issuer_.Token(auth.audience);
  }

 private:
  const cloud_run::TokenIssuer& issuer_;
};

}  // namespace hyperlocal::workflows
