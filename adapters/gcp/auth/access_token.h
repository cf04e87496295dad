#pragma once

#include <string>
#include <utility>

#include "adapters/gcp/auth/credentials.h"

namespace hyperlocal {

// A token that somebody else has got and renews (`gcloud auth print-access-token`).
class AccessToken : public Credentials {
 public:
  explicit AccessToken(std::string token) : token_(std::move(token)) {}
  Result<std::string> AuthorizationHeader() override { return "Bearer " + token_; }

 private:
  const std::string token_;
};

}  // namespace hyperlocal
