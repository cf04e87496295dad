#include "fakes/cloud_run/identity_server.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/http/http_server.h"

namespace hyperlocal::cloud_run {
namespace {

constexpr std::string_view kMetadata = "/computeMetadata/v1";
constexpr std::string_view kAccounts = "/instance/service-accounts/";

// The value of a parameter, decoded; nullopt without one.
std::optional<std::string> Parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) != name) continue;
    std::string value(pair.substr(std::min(equals + 1, pair.size())));
    for (char& c : value) {
      if (c == '+') c = ' ';
    }
    return PercentDecode(value);
  }
  return std::nullopt;
}

void Answer(HttpResponse& response, int status, std::string_view type, std::string body) {
  response.status = status;
  response.headers.Set("Content-Type", std::string(type));
  response.body = std::move(body);
}

void AnswerText(HttpResponse& response, int status, std::string body) {
  Answer(response, status, "text/html; charset=UTF-8", std::move(body));
}

}  // namespace

struct IdentityServer::Running {
  void Handle(HttpRequest& request, HttpResponse& response) const {
    if (request.method != "GET" && request.method != "HEAD") {
      response.headers.Set("Allow", "GET, HEAD");
      return AnswerText(response, 405, "Method Not Allowed\n");
    }
    const std::string_view path = request.path();
    if (path == "/oauth2/v3/certs") {
      response.headers.Set("Cache-Control", "public, max-age=60, must-revalidate");
      return Answer(response, 200, "application/json; charset=UTF-8", issuer.key_set());
    }
    if (path == "/.well-known/openid-configuration") {
      return Answer(response, 200, "application/json; charset=UTF-8", Discovery(request));
    }
    if (path == "/" || path.starts_with(kMetadata)) return HandleMetadata(request, response);
    AnswerText(response, 404, "Not Found\n");
  }

  std::string Discovery(const HttpRequest& request) const {
    const std::string host(request.headers.Get("Host"));
    nlohmann::json facts;
    facts["issuer"] = issuer.options().issuer;
    facts["jwks_uri"] = "http://" + host + "/oauth2/v3/certs";
    facts["response_types_supported"] = {"id_token"};
    facts["subject_types_supported"] = {"public"};
    facts["id_token_signing_alg_values_supported"] = {"RS256"};
    facts["claims_supported"] = {"aud", "azp", "email", "email_verified",
                                 "exp", "iat", "iss",   "sub"};
    return facts.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }

  void HandleMetadata(const HttpRequest& request, HttpResponse& response) const {
    response.headers.Set("Metadata-Flavor", "Google");
    response.headers.Set("Server", "Metadata Server for VM");
    if (request.headers.Get("Metadata-Flavor") != "Google") {
      return AnswerText(response, 403, "Missing Metadata-Flavor:Google header.\n");
    }
    if (request.headers.Has("X-Forwarded-For")) {
      return AnswerText(response, 403, "Requests with X-Forwarded-For are not answered.\n");
    }
    std::string_view path = request.path();
    path.remove_prefix(std::min(path.size(), kMetadata.size()));
    while (path.ends_with('/')) path.remove_suffix(1);
    if (path.empty()) {
      return Answer(response, 200, "application/text", "instance/\nproject/\n");
    }
    if (path == "/instance") {
      return Answer(response, 200, "application/text", "service-accounts/\n");
    }
    if (path == "/project/project-id") {
      return Answer(response, 200, "application/text", options.project);
    }
    if (!path.starts_with(kAccounts)) return AnswerText(response, 404, "Not Found\n");
    path.remove_prefix(kAccounts.size());
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string account = PercentDecode(path.substr(0, slash)).value_or("");
    const std::string& email = issuer.options().email;
    if (account != "default" && account != email) {
      return AnswerText(response, 404, "Not Found\n");
    }
    HandleAccount(path.substr(std::min(slash + 1, path.size())), request, response);
  }

  void HandleAccount(std::string_view what, const HttpRequest& request,
                     HttpResponse& response) const {
    const std::string& email = issuer.options().email;
    if (what.empty()) {
      nlohmann::json facts;
      facts["aliases"] = {"default"};
      facts["email"] = email;
      facts["scopes"] = {"https://www.googleapis.com/auth/cloud-platform"};
      return Answer(response, 200, "application/json", facts.dump());
    }
    if (what == "email") return Answer(response, 200, "application/text", email);
    if (what == "token") {
      return Answer(response, 200, "application/json",
                    R"({"access_token":"hyperlocal","expires_in":3599,"token_type":"Bearer"})");
    }
    if (what != "identity") return AnswerText(response, 404, "Not Found\n");
    const auto audience = Parameter(request.query(), "audience");
    if (!audience || audience->empty()) {
      return AnswerText(response, 400, "non-empty audience parameter required\n");
    }
    Result<std::string> token = issuer.Token(*audience);
    if (!token) return AnswerText(response, 400, token.error().message + "\n");
    AnswerText(response, 200, std::move(*token));
  }

  IdentityServerOptions options;
  const TokenIssuer& issuer;
  std::unique_ptr<HttpServer> server;
};

IdentityServer::IdentityServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}

IdentityServer::~IdentityServer() {
  if (running_) Stop();
}

Result<std::unique_ptr<IdentityServer>> IdentityServer::Start(IdentityServerOptions options,
                                                              const TokenIssuer& issuer) {
  auto running = std::unique_ptr<Running>(new Running{std::move(options), issuer, nullptr});
  HttpServerOptions server;
  server.host = running->options.host;
  server.port = running->options.port;
  server.threads = 4;
  HYPERLOCAL_TRY(
      running->server,
      HttpServer::Start(std::move(server), [state = running.get()](auto& request, auto& response) {
        state->Handle(request, response);
      }));
  return std::unique_ptr<IdentityServer>(new IdentityServer(std::move(running)));
}

int IdentityServer::port() const {
  return running_->server->port();
}
std::string IdentityServer::base_url() const {
  return running_->server->base_url();
}
std::string IdentityServer::authority() const {
  return base_url().substr(std::string_view("http://").size());
}
void IdentityServer::Stop(std::chrono::milliseconds grace) {
  running_->server->Stop(grace);
}

}  // namespace hyperlocal::cloud_run
