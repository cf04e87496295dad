#include "fakes/gcs/server/signed_keys_internal.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"

namespace hyperlocal::gcs {
namespace {

struct OpensslDeleter {
  void operator()(BIO* bio) const { ::BIO_free_all(bio); }
  void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { ::EVP_MD_CTX_free(context); }
  void operator()(X509* certificate) const { ::X509_free(certificate); }
};
template <typename T>
using OpensslHandle = std::unique_ptr<T, OpensslDeleter>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

OpensslHandle<BIO> Reader(std::string_view text) {
  return OpensslHandle<BIO>(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Nobody is there to type a passphrase.
int NoPassphrase(char*, int, int, void*) {
  return -1;
}

OpensslHandle<EVP_PKEY> ReadPrivateKey(std::string_view pem) {
  const auto reader = Reader(pem);
  return OpensslHandle<EVP_PKEY>(
      ::PEM_read_bio_PrivateKey(reader.get(), nullptr, NoPassphrase, nullptr));
}

OpensslHandle<EVP_PKEY> ReadPublicKey(std::string_view pem) {
  const auto reader = Reader(pem);
  OpensslHandle<EVP_PKEY> key(::PEM_read_bio_PUBKEY(reader.get(), nullptr, NoPassphrase, nullptr));
  if (key) return key;
  const auto again = Reader(pem);
  const OpensslHandle<X509> certificate(
      ::PEM_read_bio_X509(again.get(), nullptr, NoPassphrase, nullptr));
  if (!certificate) return nullptr;
  return OpensslHandle<EVP_PKEY>(::X509_get_pubkey(certificate.get()));
}

// A key that holds nothing but the public half: what was read from the file goes.
OpensslHandle<EVP_PKEY> PublicHalf(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = ::i2d_PUBKEY(key, &der);
  if (length <= 0) return nullptr;
  const unsigned char* at = der;
  OpensslHandle<EVP_PKEY> half(::d2i_PUBKEY(nullptr, &at, length));
  ::OPENSSL_free(der);
  return half;
}

std::string Hmac(const EVP_MD* digest, std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int length = 0;
  if (::HMAC(digest, key.data(), static_cast<int>(key.size()), Bytes(text), text.size(), mac.data(),
             &length) == nullptr) {
    return "";
  }
  return std::string(reinterpret_cast<const char*>(mac.data()), length);
}

bool SameBytes(std::string_view a, std::string_view b) {
  return !a.empty() && a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

struct SignerKeys::RsaKey {
  OpensslHandle<EVP_PKEY> key;
};

SignerKeys::SignerKeys() = default;
SignerKeys::~SignerKeys() = default;
SignerKeys::SignerKeys(SignerKeys&&) noexcept = default;
SignerKeys& SignerKeys::operator=(SignerKeys&&) noexcept = default;

Status SignerKeys::AddServiceAccount(std::string_view json) {
  HYPERLOCAL_TRY(const nlohmann::json file, ParseJson(json, "service-account key"));
  HYPERLOCAL_TRY(const JsonObject members, JsonObject::Of(file, "service-account key"));
  HYPERLOCAL_TRY(std::string account, members.Text("client_email"));
  HYPERLOCAL_TRY(std::string pem, members.Text("private_key"));
  const auto key = ReadPrivateKey(pem);
  ::OPENSSL_cleanse(pem.data(), pem.size());
  const auto half = key ? PublicHalf(key.get()) : nullptr;
  ::ERR_clear_error();
  if (!half || ::EVP_PKEY_get_base_id(half.get()) != EVP_PKEY_RSA) {
    return Error{ErrorCode::kBadRequest,
                 "service-account key of " + account +
                     ": private_key is no RSA key in PEM; give the file as the service made it"};
  }
  auto kept = std::make_unique<RsaKey>();
  kept->key = PublicHalf(key.get());
  rsa_[std::move(account)].push_back(std::move(kept));
  return Ok();
}

Status SignerKeys::AddPublicKey(std::string account, std::string_view pem) {
  auto kept = std::make_unique<RsaKey>();
  kept->key = ReadPublicKey(pem);
  ::ERR_clear_error();
  if (!kept->key || ::EVP_PKEY_get_base_id(kept->key.get()) != EVP_PKEY_RSA) {
    return Error{ErrorCode::kBadRequest,
                 "public key of " + account + ": it is no RSA key or certificate in PEM"};
  }
  rsa_[std::move(account)].push_back(std::move(kept));
  return Ok();
}

Status SignerKeys::AddHmac(const HmacKey& key) {
  if (key.access_id.empty() || key.secret.empty()) {
    return Error{ErrorCode::kBadRequest,
                 "HMAC key \"" + key.access_id + "\": access id and secret must not be empty"};
  }
  hmac_[key.access_id] = key.secret;
  return Ok();
}

bool SignerKeys::Knows(std::string_view account) const {
  return rsa_.find(account) != rsa_.end() || hmac_.find(account) != hmac_.end();
}

bool SignerKeys::VerifiesRsa(std::string_view account, std::string_view text,
                             std::string_view signature) const {
  const auto it = rsa_.find(account);
  if (it == rsa_.end()) return false;
  const bool verified = std::any_of(it->second.begin(), it->second.end(), [&](const auto& known) {
    const OpensslHandle<EVP_MD_CTX> context(::EVP_MD_CTX_new());
    return context &&
           ::EVP_DigestVerifyInit(context.get(), nullptr, ::EVP_sha256(), nullptr,
                                  known->key.get()) == 1 &&
           ::EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(text),
                              text.size()) == 1;
  });
  ::ERR_clear_error();
  return verified;
}

bool SignerKeys::VerifiesHmacV4(std::string_view access_id, std::string_view scope,
                                std::string_view text, std::string_view signature) const {
  const auto it = hmac_.find(access_id);
  if (it == hmac_.end()) return false;
  std::string key = "GOOG4" + it->second;
  // Each part of the scope in turn is signed with what the one before it gave.
  for (std::string_view rest = scope; !rest.empty();) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    key = Hmac(::EVP_sha256(), key, rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return SameBytes(Hmac(::EVP_sha256(), key, text), signature);
}

bool SignerKeys::VerifiesHmacV2(std::string_view access_id, std::string_view text,
                                std::string_view signature) const {
  const auto it = hmac_.find(access_id);
  return it != hmac_.end() && SameBytes(Hmac(::EVP_sha1(), it->second, text), signature);
}

std::string HexEncode(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

std::string HexDecode(std::string_view text) {
  std::string bytes;
  if (text.size() % 2 != 0) return bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = HexValue(text[i]), low = HexValue(text[i + 1]);
    if (high < 0 || low < 0) return "";
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

}  // namespace hyperlocal::gcs
