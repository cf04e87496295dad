#include "adapters/gcp/auth/google_credentials.h"

#include <cstdlib>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "adapters/gcp/auth/token_address_internal.h"
#include "adapters/gcp/auth/token_grant_internal.h"
#include "engine/file/whole_file.h"
#include "engine/http/http_url.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileVariable = "GOOGLE_APPLICATION_CREDENTIALS";
constexpr const char* kMetadataHost = "metadata.google.internal";

// Tokens of a grant, each renewed on its own.
class GrantedCredentials final : public GoogleCredentials {
 public:
  GrantedCredentials(std::unique_ptr<TokenGrant> grant,
                     std::function<RenewedToken::TimePoint()> now)
      : grant_(std::move(grant)),
        now_(std::move(now)),
        access_([this] { return grant_->AccessToken(); }, now_) {}

  Result<std::string> AuthorizationHeader() override { return Header(access_); }

  Result<std::string> IdentityHeader(std::string_view audience) override {
    return Header(TokenFor(std::string(audience)));
  }

  const std::string& description() const override { return grant_->description(); }

 private:
  static Result<std::string> Header(RenewedToken& token) {
    HYPERLOCAL_TRY(const std::string text, token.Get());
    return "Bearer " + text;
  }

  RenewedToken& TokenFor(const std::string& audience) {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<RenewedToken>& token = identities_[audience];
    if (!token) {
      token = std::make_unique<RenewedToken>(
          [this, audience] { return grant_->IdentityToken(audience); }, now_);
    }
    return *token;
  }

  const std::unique_ptr<TokenGrant> grant_;
  const std::function<RenewedToken::TimePoint()> now_;
  RenewedToken access_;
  std::mutex mutex_;  // guards the map, not what is in it
  std::map<std::string, std::unique_ptr<RenewedToken>> identities_;  // by audience
};

void FillIn(GoogleCredentialOptions& options) {
  if (!options.environment) {
    options.environment = [](const char* name) -> std::optional<std::string> {
      const char* const value = std::getenv(name);
      if (value == nullptr) return std::nullopt;
      return value;
    };
  }
  if (!options.now) options.now = [] { return std::chrono::system_clock::now(); };
}

std::string Variable(const GoogleCredentialOptions& options, const char* name) {
  return options.environment(name).value_or("");
}

// Empty when there is no place for it.
fs::path WellKnownFile(const GoogleCredentialOptions& options) {
  constexpr const char* kName = "application_default_credentials.json";
  if (const std::string config = Variable(options, "CLOUDSDK_CONFIG"); !config.empty()) {
    return fs::path(config) / kName;
  }
  const std::string home = Variable(options, "HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".config" / "gcloud" / kName;
}

// What a file of credentials says wrong is a matter of configuration.
Error OfFile(Error error, const std::string& where) {
  if (error.code == ErrorCode::kInvalidJson) error.code = ErrorCode::kInvalidConfig;
  if (error.message.find(where) == std::string::npos) {
    return std::move(error).WithContext(where);
  }
  return error;
}

Result<std::unique_ptr<TokenGrant>> GrantOf(const nlohmann::json& document,
                                            const std::string& where,
                                            std::shared_ptr<TokenRequests> requests) {
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(document, where));
  HYPERLOCAL_TRY(const std::string type, object.Text("type"));
  if (type == "service_account") return ServiceAccountGrant(document, where, std::move(requests));
  if (type == "authorized_user") return AuthorizedUserGrant(document, where, std::move(requests));
  const std::string shown = type.size() <= 64 ? type : type.substr(0, 64) + "…";
  return Error{ErrorCode::kInvalidConfig,
               where + ": credentials of the type " + shown +
                   " are not understood; service_account and authorized_user are. Name a service "
                   "account key in GOOGLE_APPLICATION_CREDENTIALS, or give a token in "
                   "CLOUDSDK_AUTH_ACCESS_TOKEN (gcloud auth print-access-token)"};
}

}  // namespace

Status CheckTokenAddress(const std::string& address, const std::string& what) {
  const auto url = ParseHttpUrl(address);
  const bool safe = url && (url->secure || url->host == "127.0.0.1" || url->host == "localhost" ||
                            url->host == "::1");
  if (safe) return Ok();
  return Error{ErrorCode::kInvalidConfig,
               what + " must be an https:// address: a secret is sent there"};
}

std::shared_ptr<GoogleCredentials> CredentialsOf(std::unique_ptr<TokenGrant> grant,
                                                 std::function<RenewedToken::TimePoint()> now) {
  return std::make_shared<GrantedCredentials>(std::move(grant), std::move(now));
}

Result<std::shared_ptr<GoogleCredentials>> ReadGoogleCredentials(const fs::path& file,
                                                                 GoogleCredentialOptions options) {
  FillIn(options);
  const std::string where = file.string();
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(file));
  const auto document = ParseJson(text, where);
  // Not even where in the text it breaks: a part of a key would be shown with it.
  if (!document) return Error{ErrorCode::kInvalidConfig, where + " is not JSON"};
  const auto now = options.now;
  auto grant = GrantOf(*document, where, std::make_shared<TokenRequests>(std::move(options)));
  if (!grant) return OfFile(std::move(grant).error(), where);
  return CredentialsOf(*std::move(grant), now);
}

Result<std::shared_ptr<GoogleCredentials>> FindGoogleCredentials(GoogleCredentialOptions options) {
  FillIn(options);
  if (const std::string named = Variable(options, kFileVariable); !named.empty()) {
    auto read = ReadGoogleCredentials(named, std::move(options));
    if (!read) return std::move(read).error().WithContext(kFileVariable);
    return read;
  }
  const fs::path well_known = WellKnownFile(options);
  std::error_code ignored;
  if (!well_known.empty() && fs::exists(well_known, ignored)) {
    return ReadGoogleCredentials(well_known, std::move(options));
  }
  const std::string named_host = Variable(options, "GCE_METADATA_HOST");
  const std::string host = named_host.empty() ? kMetadataHost : named_host;
  const auto now = options.now;
  const bool may_look = Variable(options, "NO_GCE_CHECK") != "true";
  options.http.proxies = {};  // it is on this machine's own network
  const auto requests = std::make_shared<TokenRequests>(std::move(options));
  if (!named_host.empty() || (may_look && IsMetadataServer(host, *requests))) {
    return CredentialsOf(MetadataGrant(host, requests), now);
  }
  return Error{ErrorCode::kPermission,
               "there are no Google credentials here. Log in with `gcloud auth application-default "
               "login`, or name a service account key in GOOGLE_APPLICATION_CREDENTIALS, or run "
               "where a metadata server is (Cloud Run, Compute Engine)"};
}

}  // namespace hyperlocal
