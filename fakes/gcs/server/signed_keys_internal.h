#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "fakes/gcs/server/gcs_server.h"

namespace hyperlocal::gcs {

// The keys of those whose signatures are checked. Of a service account only the public half is
// kept. Filled before use, then any number of threads.
class SignerKeys {
 public:
  SignerKeys();
  ~SignerKeys();
  SignerKeys(SignerKeys&&) noexcept;
  SignerKeys& operator=(SignerKeys&&) noexcept;

  // The JSON text of a service-account key file. Several of one account may be given: any of them
  // will do. Errors: kInvalidJson, kBadRequest naming the member; never a part of the key.
  Status AddServiceAccount(std::string_view json);
  // A public key or a certificate, PEM. Error: kBadRequest.
  Status AddPublicKey(std::string account, std::string_view pem);
  Status AddHmac(const HmacKey& key);

  // Who is `account`: an e-mail address, or the access id of an HMAC pair.
  bool Knows(std::string_view account) const;

  // RSASSA-PKCS1-v1_5 with SHA-256.
  bool VerifiesRsa(std::string_view account, std::string_view text,
                   std::string_view signature) const;
  // HMAC-SHA256 with the key that V4 derives for the scope "20190201/auto/storage/goog4_request".
  bool VerifiesHmacV4(std::string_view access_id, std::string_view scope, std::string_view text,
                      std::string_view signature) const;
  // HMAC-SHA1 with the secret itself, as V2 signs.
  bool VerifiesHmacV2(std::string_view access_id, std::string_view text,
                      std::string_view signature) const;

 private:
  struct RsaKey;  // an EVP_PKEY
  std::map<std::string, std::vector<std::unique_ptr<RsaKey>>, std::less<>> rsa_;
  std::map<std::string, std::string, std::less<>> hmac_;
};

// Lower-case hex of the SHA-256, for canonical requests.
std::string HexEncode(std::string_view bytes);
// Of both cases; nullopt-like empty for anything that is no hex.
std::string HexDecode(std::string_view text);

}  // namespace hyperlocal::gcs
