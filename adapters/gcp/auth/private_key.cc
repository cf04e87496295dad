#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <utility>

#include "adapters/gcp/auth/private_key_internal.h"

namespace hyperlocal {
namespace {

constexpr int kLeastBits = 2048;

// Asked for a pass phrase, we have none; OpenSSL would ask the terminal.
int NoPassPhrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

struct PrivateKey::Key {
  explicit Key(EVP_PKEY* its_key) : key(its_key) {}
  ~Key() { ::EVP_PKEY_free(key); }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  EVP_PKEY* const key;
};

Result<PrivateKey> PrivateKey::Parse(const std::string& pem) {
  const std::unique_ptr<BIO, int (*)(BIO*)> text(
      ::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), ::BIO_free);
  EVP_PKEY* const parsed =
      text ? ::PEM_read_bio_PrivateKey(text.get(), nullptr, NoPassPhrase, nullptr) : nullptr;
  ::ERR_clear_error();  // what it says may quote the key
  if (parsed == nullptr) return Error{ErrorCode::kInvalidConfig, "holds no private key in PEM"};
  auto key = std::make_shared<Key>(parsed);
  if (::EVP_PKEY_get_base_id(parsed) != EVP_PKEY_RSA || ::EVP_PKEY_get_bits(parsed) < kLeastBits) {
    return Error{ErrorCode::kInvalidConfig, "is not an RSA key of 2048 bits or more"};
  }
  return PrivateKey(std::move(key));
}

Result<std::string> PrivateKey::Sign(std::string_view text) const {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(::EVP_MD_CTX_new(),
                                                                   ::EVP_MD_CTX_free);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  std::string signature;
  const bool good =
      context &&
      ::EVP_DigestSignInit(context.get(), nullptr, ::EVP_sha256(), nullptr, key_->key) == 1 &&
      ::EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
  if (good) signature.resize(size);
  if (!good || ::EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                                &size, bytes, text.size()) != 1) {
    ::ERR_clear_error();
    return Error{ErrorCode::kInternal, "OpenSSL cannot sign"};
  }
  signature.resize(size);
  return signature;
}

}  // namespace hyperlocal
