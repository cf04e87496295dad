#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/hash/base64.h"
#include "engine/http/http_message.h"
#include "fakes/gcs/server/signed_keys_internal.h"
#include "fakes/gcs/server/signed_request_internal.h"

namespace hyperlocal::gcs {

// Somebody with a service account of their own, who signs. The key is made for the test.
class TestSigner {
 public:
  explicit TestSigner(std::string account = "signer@test.iam.gserviceaccount.com")
      : account_(std::move(account)), key_(::EVP_RSA_gen(2048), ::EVP_PKEY_free) {
    if (!key_) std::abort();
  }

  // The text of a service-account key file.
  std::string KeyFile() const {
    const std::unique_ptr<BIO, decltype(&::BIO_free)> out(::BIO_new(::BIO_s_mem()), ::BIO_free);
    ::PEM_write_bio_PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long length = ::BIO_get_mem_data(out.get(), &text);
    std::string pem;
    for (long i = 0; i < length; ++i) pem += text[i] == '\n' ? "\\n" : std::string(1, text[i]);
    return R"({"type": "service_account", "client_email": ")" + account_ +
           R"(", "private_key": ")" + pem + "\"}";
  }

  std::string Sign(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> context(::EVP_MD_CTX_new(),
                                                                            ::EVP_MD_CTX_free);
    ::EVP_DigestSignInit(context.get(), nullptr, ::EVP_sha256(), nullptr, key_.get());
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t length = 0;
    ::EVP_DigestSign(context.get(), nullptr, &length, bytes, text.size());
    std::string signature(length, '\0');
    ::EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                     bytes, text.size());
    signature.resize(length);
    return signature;
  }

  // A target with a V4 signature. `headers`: those that are signed, Host among them.
  std::string V4Target(const std::string& method, const std::string& path,
                       const std::string& more_query, const HttpHeaders& headers,
                       const std::string& date = "20260101T000000Z",
                       const std::string& expires = "600") const {
    std::string names;
    V4Signature signature;
    for (const HttpHeader& field : headers) {
      std::string name = field.name;
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      signature.signed_headers.push_back(name);
    }
    std::sort(signature.signed_headers.begin(), signature.signed_headers.end());
    for (const std::string& name : signature.signed_headers) {
      names += (names.empty() ? "" : "%3B") + name;
    }
    signature.algorithm = "GOOG4-RSA-SHA256";
    signature.date = date;
    signature.scope = date.substr(0, 8) + "/auto/storage/goog4_request";
    std::string query = "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=" +
                        PercentEncode(account_ + "/" + signature.scope) + "&X-Goog-Date=" + date +
                        "&X-Goog-Expires=" + expires + "&X-Goog-SignedHeaders=" + names;
    if (!more_query.empty()) query += "&" + more_query;
    const std::string canonical =
        CanonicalRequest({method, path, query, headers}, signature, path, headers.Get("Host"));
    return path + "?" + query +
           "&X-Goog-Signature=" + HexEncode(Sign(StringToSign(signature, canonical)));
  }

  std::string V2Target(const std::string& method, const std::string& path,
                       const std::string& expires, const HttpHeaders& headers = {}) const {
    const std::string text = V2StringToSign({method, path, "", headers}, path, expires);
    const std::string signature = Sign(text);
    return path + "?GoogleAccessId=" + PercentEncode(account_) + "&Expires=" + expires +
           "&Signature=" +
           PercentEncode(Base64(std::span(reinterpret_cast<const std::uint8_t*>(signature.data()),
                                          signature.size())));
  }

  const std::string& account() const { return account_; }

 private:
  const std::string account_;
  const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key_;
};

}  // namespace hyperlocal::gcs
