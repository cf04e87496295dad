#include "fakes/cloud_run/rsa_key_internal.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/file/file_descriptor_internal.h"
#include "engine/file/posix_error_internal.h"
#include "engine/file/whole_file.h"
#include "engine/hash/sha256.h"
#include "engine/json/canonical_json.h"
#include "fakes/cloud_run/base64_url_internal.h"

namespace hyperlocal::cloud_run {
namespace {

constexpr int kBits = 2048;
constexpr std::string_view kFileName = "identity-key.pem";

struct Deleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
};
template <typename T>
using Owned = std::unique_ptr<T, Deleter>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string NumberOf(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return "";
  const Owned<BIGNUM> number(raw);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
}

Owned<EVP_PKEY> PublicKeyOf(std::string_view modulus, std::string_view exponent) {
  const Owned<BIGNUM> n(BN_bin2bn(Bytes(modulus), static_cast<int>(modulus.size()), nullptr));
  const Owned<BIGNUM> e(BN_bin2bn(Bytes(exponent), static_cast<int>(exponent.size()), nullptr));
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return Owned<EVP_PKEY>(key);
}

// Makes the file for its owner's eyes only; nobody else's, not even for a moment.
Status WriteSecret(const std::filesystem::path& file, std::string_view bytes) {
  const std::filesystem::path aside = AsideOf(file);
  ::unlink(aside.c_str());
  FileDescriptor out(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!out.valid()) return PosixError(errno, "write", file, ErrorCode::kCannotWrite);
  while (!bytes.empty()) {
    const ssize_t written = ::write(out.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return PosixError(errno, "write", file, ErrorCode::kIo);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(out.get()) != 0 || !out.Close() || ::rename(aside.c_str(), file.c_str()) != 0) {
    return PosixError(errno, "write", file, ErrorCode::kIo);
  }
  return Ok();
}

}  // namespace

struct RsaPublicKey::Key {
  Owned<EVP_PKEY> key;
};

struct RsaSigningKey::Key {
  Owned<EVP_PKEY> key;
};

Result<RsaPublicKey> RsaPublicKey::Of(std::string id, std::string_view modulus,
                                      std::string_view exponent) {
  // The exponent of every key in use is 65537; large ones would only cost time.
  Owned<EVP_PKEY> key;
  if (modulus.size() <= 1024 && !exponent.empty() && exponent.size() <= 4) {
    key = PublicKeyOf(modulus, exponent);
  }
  if (!key || EVP_PKEY_get_bits(key.get()) < kBits) {
    return Error{ErrorCode::kBadRequest,
                 "the key " + id.substr(0, 60) + " is no RSA key of at least 2048 bits"};
  }
  return RsaPublicKey(std::move(id), std::make_shared<const Key>(Key{std::move(key)}));
}

bool RsaPublicKey::Verifies(std::string_view text, std::string_view signature) const {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  return context &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->key.get()) ==
             1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(text),
                          text.size()) == 1;
}

Result<std::vector<RsaPublicKey>> ParseKeySet(std::string_view json) {
  using Json = nlohmann::json;
  HYPERLOCAL_TRY(const Json set, ParseJson(json, "key set"));
  const auto keys = set.is_object() ? set.find("keys") : set.end();
  if (keys == set.end() || !keys->is_array()) {
    return Error{ErrorCode::kBadRequest, "the key set is no object with an array of keys"};
  }
  std::vector<RsaPublicKey> usable;
  for (const Json& key : *keys) {
    const auto text = [&key](const char* name) -> std::string {
      const auto it = key.is_object() ? key.find(name) : key.end();
      return it != key.end() && it->is_string() ? it->get<std::string>() : "";
    };
    // A key that says what it is for is used for nothing else (RFC 7517, 4.2 and 4.4).
    if (text("kty") != "RSA" || (text("alg") != "RS256" && !text("alg").empty()) ||
        (text("use") != "sig" && !text("use").empty())) {
      continue;
    }
    const auto modulus = ParseBase64Url(text("n")), exponent = ParseBase64Url(text("e"));
    if (!modulus || !exponent) {
      return Error{ErrorCode::kBadRequest, "a key of the key set has no numbers"};
    }
    HYPERLOCAL_TRY(RsaPublicKey one, RsaPublicKey::Of(text("kid"), *modulus, *exponent));
    usable.push_back(std::move(one));
  }
  return usable;
}

RsaSigningKey::RsaSigningKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {
  const std::string modulus = NumberOf(key_->key.get(), OSSL_PKEY_PARAM_RSA_N);
  id_ = Sha256Hex(modulus).substr(0, 40);
  nlohmann::json one;
  one["kty"] = "RSA";
  one["alg"] = "RS256";
  one["use"] = "sig";
  one["kid"] = id_;
  one["n"] = Base64Url(modulus);
  one["e"] = Base64Url(NumberOf(key_->key.get(), OSSL_PKEY_PARAM_RSA_E));
  nlohmann::json set;
  set["keys"] = nlohmann::json::array({std::move(one)});
  key_set_ = set.dump();
}

Result<RsaSigningKey> RsaSigningKey::Generate() {
  Owned<EVP_PKEY> key(EVP_RSA_gen(kBits));
  if (!key) return Error{ErrorCode::kInternal, "OpenSSL could not make an RSA key"};
  return RsaSigningKey(std::make_shared<const Key>(Key{std::move(key)}));
}

Result<RsaSigningKey> RsaSigningKey::InDirectory(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / kFileName;
  Result<std::string> pem = ReadWholeFile(file);
  if (pem) {
    const Owned<BIO> bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
    // No password: OpenSSL would ask for one on the terminal.
    const auto no_password = [](char*, int, int, void*) { return -1; };
    Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
    if (!key || EVP_PKEY_is_a(key.get(), "RSA") != 1 || EVP_PKEY_get_bits(key.get()) < kBits) {
      return Error{ErrorCode::kBadRequest,
                   file.string() +
                       " holds no private RSA key of at least 2048 bits; remove it, "
                       "and a new one is made"};
    }
    return RsaSigningKey(std::make_shared<const Key>(Key{std::move(key)}));
  }
  if (pem.error().code != ErrorCode::kNoInput) return std::move(pem).error();
  HYPERLOCAL_TRY(RsaSigningKey made, Generate());
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_PrivateKey(bio.get(), made.key_->key.get(), nullptr, nullptr, 0,
                                       nullptr, nullptr) != 1) {
    return Error{ErrorCode::kInternal, "OpenSSL could not write an RSA key"};
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  HYPERLOCAL_TRY_STATUS(WriteSecret(file, {text, static_cast<std::size_t>(size)}));
  return made;
}

Result<std::string> RsaSigningKey::Sign(std::string_view text) const {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  std::size_t size = 0;
  std::string signature;
  if (context &&
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->key.get()) == 1 &&
      EVP_DigestSign(context.get(), nullptr, &size, Bytes(text), text.size()) == 1) {
    signature.resize(size);
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       Bytes(text), text.size()) == 1) {
      signature.resize(size);
      return signature;
    }
  }
  return Error{ErrorCode::kInternal, "OpenSSL could not sign a token"};
}

}  // namespace hyperlocal::cloud_run
