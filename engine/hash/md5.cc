#include "engine/hash/md5.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>

#include "engine/hash/base64.h"

namespace hyperlocal {
namespace {

// OpenSSL fails to hash only when it cannot allocate or was built without MD5 (a FIPS build):
// nothing a caller can handle.
void Require(int openssl_result) {
  if (openssl_result != 1) std::abort();
}

}  // namespace

struct Md5Hash::Context {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> evp{EVP_MD_CTX_new()};
};

Md5Hash::Md5Hash() : context_(std::make_unique<Context>()) {
  Require(context_->evp != nullptr ? 1 : 0);
  Require(EVP_DigestInit_ex(context_->evp.get(), EVP_md5(), nullptr));
}
Md5Hash::~Md5Hash() = default;
Md5Hash::Md5Hash(Md5Hash&&) noexcept = default;
Md5Hash& Md5Hash::operator=(Md5Hash&&) noexcept = default;

Md5Hash& Md5Hash::Update(std::string_view bytes) {
  Require(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()));
  return *this;
}

Md5Digest Md5Hash::Digest() {
  Md5Digest digest{};
  std::uint8_t bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  Require(EVP_DigestFinal_ex(context_->evp.get(), bytes, &size));
  Require(size == digest.size() ? 1 : 0);
  std::copy_n(bytes, digest.size(), digest.begin());
  return digest;
}

Md5Digest Md5Of(std::string_view bytes) {
  return Md5Hash().Update(bytes).Digest();
}

std::string Md5Hex(const Md5Digest& digest) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const std::uint8_t byte : digest) {
    hex += kHex[byte >> 4];
    hex += kHex[byte & 0xF];
  }
  return hex;
}

std::string Md5Base64(const Md5Digest& digest) {
  return Base64(digest);
}

std::optional<Md5Digest> ParseMd5Base64(std::string_view text) {
  const auto bytes = ParseBase64(text);
  Md5Digest digest{};
  if (!bytes || bytes->size() != digest.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

}  // namespace hyperlocal
