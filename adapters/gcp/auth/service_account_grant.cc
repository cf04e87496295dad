#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "adapters/gcp/auth/base64_url_internal.h"
#include "adapters/gcp/auth/private_key_internal.h"
#include "adapters/gcp/auth/token_address_internal.h"
#include "adapters/gcp/auth/token_grant_internal.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"

namespace hyperlocal {
namespace {

using nlohmann::json;

constexpr const char* kWayOut =
    "Create a new key of that account (gcloud iam service-accounts keys create), or check this "
    "machine's clock: what a key signs is dated";
constexpr std::chrono::hours kAssertionLife{1};

struct Account {
  std::string email, key_id, token_address, description;
  PrivateKey key;
};

class Grant final : public TokenGrant {
 public:
  Grant(Account account, std::shared_ptr<TokenRequests> requests)
      : account_(std::move(account)), requests_(std::move(requests)) {}

  Result<IssuedToken> AccessToken() override {
    std::string scopes;
    for (const std::string& scope : requests_->options().scopes) {
      scopes += (scopes.empty() ? "" : " ") + scope;
    }
    HYPERLOCAL_TRY(const std::string body, Exchange({"scope", scopes}));
    return ReadIssuedToken(body, "access_token", requests_->Now(), account_.description);
  }

  Result<IssuedToken> IdentityToken(const std::string& audience) override {
    HYPERLOCAL_TRY(const std::string body, Exchange({"target_audience", audience}));
    const auto parsed = ParseJson(body, "the answer");
    const bool has_token = parsed && parsed->is_object() && parsed->contains("id_token") &&
                           (*parsed)["id_token"].is_string();
    return ReadIdentityToken(has_token ? (*parsed)["id_token"].get<std::string>() : "",
                             account_.description);
  }

  const std::string& description() const override { return account_.description; }

 private:
  Result<std::string> Exchange(std::pair<std::string, std::string> wanted) const {
    HYPERLOCAL_TRY(const std::string assertion, Assertion(wanted));
    HttpExchange exchange;
    exchange.method = "POST";
    exchange.url = account_.token_address;
    exchange.headers.Set("Content-Type", "application/x-www-form-urlencoded");
    exchange.body = EncodeForm(
        {{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", assertion}});
    HYPERLOCAL_TRY(HttpReply reply,
                   requests_->Ask(std::move(exchange), account_.description, kWayOut, {assertion}));
    return std::move(reply.body);
  }

  // A JSON Web Token that says who asks for what, signed.
  Result<std::string> Assertion(const std::pair<std::string, std::string>& wanted) const {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(requests_->Now().time_since_epoch());
    json header{{"alg", "RS256"}, {"typ", "JWT"}};
    if (!account_.key_id.empty()) header["kid"] = account_.key_id;
    const json claims{{"iss", account_.email},
                      {"sub", account_.email},
                      {"aud", account_.token_address},
                      {"iat", now.count()},
                      {"exp", (now + kAssertionLife).count()},
                      {wanted.first, wanted.second}};
    HYPERLOCAL_TRY(const std::string header_text, CanonicalJson(header));
    HYPERLOCAL_TRY(const std::string claims_text, CanonicalJson(claims));
    const std::string text = Base64Url(header_text) + "." + Base64Url(claims_text);
    HYPERLOCAL_TRY(const std::string signature, account_.key.Sign(text));
    return text + "." + Base64Url(signature);
  }

  const Account account_;
  const std::shared_ptr<TokenRequests> requests_;
};

}  // namespace

Result<std::unique_ptr<TokenGrant>> ServiceAccountGrant(const json& key, const std::string& where,
                                                        std::shared_ptr<TokenRequests> requests) {
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(key, where));
  HYPERLOCAL_TRY(std::string email, object.Text("client_email"));
  HYPERLOCAL_TRY(const std::string pem, object.Text("private_key"));
  auto parsed = PrivateKey::Parse(pem);
  if (!parsed) {
    return Error{ErrorCode::kInvalidConfig, where + ": private_key " + parsed.error().message};
  }
  Account account{std::move(email), "", std::string(kGoogleTokenAddress), "", *std::move(parsed)};
  if (object.Find("private_key_id") != nullptr) {
    HYPERLOCAL_TRY(account.key_id, object.Text("private_key_id"));
  }
  if (object.Find("token_uri") != nullptr) {
    HYPERLOCAL_TRY(account.token_address, object.Text("token_uri"));
  }
  HYPERLOCAL_TRY_STATUS(CheckTokenAddress(account.token_address, where + ": token_uri"));
  account.description = "the service account key " + where + " (" + account.email + ")";
  return std::unique_ptr<TokenGrant>(
      std::make_unique<Grant>(std::move(account), std::move(requests)));
}

}  // namespace hyperlocal
