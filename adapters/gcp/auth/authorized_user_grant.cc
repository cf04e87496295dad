#include <nlohmann/json.hpp>
#include <utility>

#include "adapters/gcp/auth/token_address_internal.h"
#include "adapters/gcp/auth/token_grant_internal.h"
#include "engine/json/json_object.h"

namespace hyperlocal {
namespace {

constexpr const char* kWayOut = "Log in again: gcloud auth application-default login";

class Grant final : public TokenGrant {
 public:
  Grant(FormFields form, std::string address, std::string description,
        std::shared_ptr<TokenRequests> requests)
      : form_(std::move(form)),
        address_(std::move(address)),
        description_(std::move(description)),
        requests_(std::move(requests)) {}

  Result<IssuedToken> AccessToken() override {
    HttpExchange exchange;
    exchange.method = "POST";
    exchange.url = address_;
    exchange.headers.Set("Content-Type", "application/x-www-form-urlencoded");
    exchange.body = EncodeForm(form_);
    std::vector<std::string> secrets;
    for (const auto& [name, value] : form_) {
      if (name == "refresh_token" || name == "client_secret") secrets.push_back(value);
    }
    HYPERLOCAL_TRY(const HttpReply reply,
                   requests_->Ask(std::move(exchange), description_, kWayOut, secrets));
    return ReadIssuedToken(reply.body, "access_token", requests_->Now(), description_);
  }

  Result<IssuedToken> IdentityToken(const std::string& audience) override {
    return Error{ErrorCode::kPermission,
                 description_ + " cannot say that it calls " + audience +
                     ": Google gives identity tokens for an audience to service accounts only. "
                     "Name the key of one in GOOGLE_APPLICATION_CREDENTIALS, or run where a "
                     "metadata server is"};
  }

  const std::string& description() const override { return description_; }

 private:
  const FormFields form_;
  const std::string address_, description_;
  const std::shared_ptr<TokenRequests> requests_;
};

}  // namespace

Result<std::unique_ptr<TokenGrant>> AuthorizedUserGrant(const nlohmann::json& user,
                                                        const std::string& where,
                                                        std::shared_ptr<TokenRequests> requests) {
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(user, where));
  FormFields form{{"grant_type", "refresh_token"}};
  for (const char* name : {"client_id", "client_secret", "refresh_token"}) {
    HYPERLOCAL_TRY(std::string value, object.Text(name));
    form.emplace_back(name, std::move(value));
  }
  std::string address(kGoogleTokenAddress);
  if (object.Find("token_uri") != nullptr) {
    HYPERLOCAL_TRY(address, object.Text("token_uri"));
  }
  HYPERLOCAL_TRY_STATUS(CheckTokenAddress(address, where + ": token_uri"));
  return std::unique_ptr<TokenGrant>(std::make_unique<Grant>(std::move(form), std::move(address),
                                                             "the user's credentials in " + where,
                                                             std::move(requests)));
}

}  // namespace hyperlocal
