#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "engine/error/result.h"
#include "fakes/cloud_run/token_issuer.h"

namespace hyperlocal::cloud_run {

struct IdentityServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any that is free
  std::string project = "local-project";
};

// Where programs get tokens: the part of the metadata server that Google's client libraries use
// (set GCE_METADATA_HOST to authority()), and the issuer's OpenID discovery with its key set.
//
//   GET /computeMetadata/v1/instance/service-accounts/default/identity?audience=…
//                                           .../default/email, …/default/token, project/project-id
//   GET /.well-known/openid-configuration   GET /oauth2/v3/certs
//
// As at the real one, metadata is given only to who sends `Metadata-Flavor: Google`, and to nobody
// who came through a proxy (X-Forwarded-For): a page in a browser cannot fetch a token. Access
// tokens are a fixed text: none of the emulators looks at them.
class IdentityServer {
 public:
  // `issuer` must outlive the server. Errors: those of HttpServer::Start.
  static Result<std::unique_ptr<IdentityServer>> Start(IdentityServerOptions options,
                                                       const TokenIssuer& issuer);
  ~IdentityServer();

  int port() const;
  std::string base_url() const;
  // "127.0.0.1:8090": what GCE_METADATA_HOST wants.
  std::string authority() const;
  // Idempotent.
  void Stop(std::chrono::milliseconds grace = std::chrono::milliseconds(0));

 private:
  struct Running;
  explicit IdentityServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace hyperlocal::cloud_run
