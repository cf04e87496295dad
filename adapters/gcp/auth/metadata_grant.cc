#include <utility>
#include <variant>

#include "adapters/gcp/auth/token_grant_internal.h"
#include "engine/http/http_message.h"

namespace hyperlocal {
namespace {

constexpr const char* kWayOut =
    "The machine or the service needs a service account (gcloud run deploy --service-account)";
constexpr const char* kAccount = "/computeMetadata/v1/instance/service-accounts/default/";

// The server answers only who asks so; and says so itself, which a proxy in its place would not.
constexpr const char* kFlavorHeader = "Metadata-Flavor";
constexpr const char* kFlavor = "Google";

HttpExchange Question(const std::string& host, const std::string& target) {
  HttpExchange exchange;
  exchange.method = "GET";
  exchange.url = "http://" + host + target;
  exchange.headers.Set(kFlavorHeader, kFlavor);
  return exchange;
}

class Grant final : public TokenGrant {
 public:
  Grant(std::string host, std::shared_ptr<TokenRequests> requests)
      : host_(std::move(host)),
        description_("the metadata server " + host_),
        requests_(std::move(requests)) {}

  Result<IssuedToken> AccessToken() override {
    std::string scopes;
    for (const std::string& scope : requests_->options().scopes) {
      scopes += (scopes.empty() ? "" : ",") + scope;
    }
    HYPERLOCAL_TRY(const std::string body,
                   Get(std::string(kAccount) + "token?" + EncodeForm({{"scopes", scopes}})));
    return ReadIssuedToken(body, "access_token", requests_->Now(), description_);
  }

  Result<IssuedToken> IdentityToken(const std::string& audience) override {
    HYPERLOCAL_TRY(const std::string body,
                   Get(std::string(kAccount) + "identity?" +
                       EncodeForm({{"audience", audience}, {"format", "full"}})));
    return ReadIdentityToken(body, description_);
  }

  const std::string& description() const override { return description_; }

 private:
  Result<std::string> Get(const std::string& target) const {
    HYPERLOCAL_TRY(HttpReply reply, requests_->Ask(Question(host_, target), description_, kWayOut));
    if (reply.headers.Get(kFlavorHeader) != kFlavor) {
      return Error{ErrorCode::kPermission,
                   description_ + " is none: its answer lacks Metadata-Flavor: Google"};
    }
    return std::move(reply.body);
  }

  const std::string host_, description_;
  const std::shared_ptr<TokenRequests> requests_;
};

}  // namespace

std::unique_ptr<TokenGrant> MetadataGrant(const std::string& host,
                                          std::shared_ptr<TokenRequests> requests) {
  return std::make_unique<Grant>(host, std::move(requests));
}

bool IsMetadataServer(const std::string& host, TokenRequests& requests) {
  const HttpResult result =
      requests.TryOnce(Question(host, "/"), requests.options().metadata_patience);
  const auto* reply = std::get_if<HttpReply>(&result);
  return reply != nullptr && reply->headers.Get(kFlavorHeader) == kFlavor;
}

}  // namespace hyperlocal
