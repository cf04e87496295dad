#include "fakes/cloud_run/token_issuer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "fakes/cloud_run/base64_url_internal.h"
#include "fakes/cloud_run/rsa_key_internal.h"

namespace hyperlocal::cloud_run {

struct TokenIssuer::State {
  TokenIssuerOptions options;
  RsaSigningKey key;
};

TokenIssuer::TokenIssuer(std::unique_ptr<State> state) : state_(std::move(state)) {}
TokenIssuer::~TokenIssuer() = default;

Result<std::unique_ptr<TokenIssuer>> TokenIssuer::Create(TokenIssuerOptions options) {
  if (options.lifetime <= std::chrono::seconds(0)) {
    return Error{ErrorCode::kUsage, "the lifetime of identity tokens must be more than nothing"};
  }
  if (options.issuer.empty() || options.email.empty()) {
    return Error{ErrorCode::kUsage, "identity tokens need an issuer and an email"};
  }
  auto key = options.key_directory.empty() ? RsaSigningKey::Generate()
                                           : RsaSigningKey::InDirectory(options.key_directory);
  if (!key) return std::move(key).error();
  if (!options.now) options.now = [] { return std::chrono::system_clock::now(); };
  return std::unique_ptr<TokenIssuer>(
      new TokenIssuer(std::make_unique<State>(State{std::move(options), std::move(*key)})));
}

Result<std::string> TokenIssuer::Token(std::string_view audience) const {
  return TokenOf(state_->options.email, audience);
}

Result<std::string> TokenIssuer::TokenOf(std::string_view email, std::string_view audience) const {
  if (audience.empty() || audience.size() > 2048) {
    return Error{ErrorCode::kBadRequest,
                 "the audience of an identity token must have 1 to 2048 "
                 "bytes"};
  }
  const TokenIssuerOptions& options = state_->options;
  const auto now =
      std::chrono::floor<std::chrono::seconds>(options.now().time_since_epoch()).count();
  nlohmann::json header;
  header["alg"] = "RS256";
  header["kid"] = state_->key.id();
  header["typ"] = "JWT";
  nlohmann::json claims;
  claims["aud"] = audience;
  claims["azp"] = options.subject;
  claims["email"] = email;
  claims["email_verified"] = true;
  claims["exp"] = now + options.lifetime.count();
  claims["iat"] = now;
  claims["iss"] = options.issuer;
  claims["sub"] = options.subject;
  // An audience may hold any bytes; what is no UTF-8 is replaced, not refused.
  const auto write = [](const nlohmann::json& object) {
    return Base64Url(object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  };
  const std::string text = write(header) + "." + write(claims);
  HYPERLOCAL_TRY(const std::string signature, state_->key.Sign(text));
  return text + "." + Base64Url(signature);
}

const TokenIssuerOptions& TokenIssuer::options() const {
  return state_->options;
}
const std::string& TokenIssuer::key_id() const {
  return state_->key.id();
}
const std::string& TokenIssuer::key_set() const {
  return state_->key.key_set();
}

}  // namespace hyperlocal::cloud_run
