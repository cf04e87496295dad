#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <limits>
#include <string>

#include "engine/error/result.h"
#include "orchestrator/stdlib/library_internal.h"

namespace hyperlocal::workflow::library {
namespace {

// The algorithm of parameter number `parameter` by the names of the reference page.
Raising<const EVP_MD*> Algorithm(const Arguments& arguments, std::size_t parameter) {
  HYPERLOCAL_TRY(const std::string* const name, arguments.String(parameter));
  if (*name == "MD5") return EVP_md5();
  if (*name == "SHA1") return EVP_sha1();
  if (*name == "SHA224") return EVP_sha224();
  if (*name == "SHA256") return EVP_sha256();
  if (*name == "SHA384") return EVP_sha384();
  if (*name == "SHA512") return EVP_sha512();
  return arguments.WrongValue(
      parameter, "must be one of MD5, SHA1, SHA224, SHA256, SHA384, SHA512; got: " + *name);
}

Raised CryptographyFailed(const Arguments& arguments) {
  return RaiseTagged(std::string(arguments.function_name()) + ": OpenSSL failed", {"SystemError"});
}

std::string Text(const std::array<unsigned char, EVP_MAX_MD_SIZE>& digest, unsigned length) {
  return std::string(digest.begin(), digest.begin() + length);
}

}  // namespace

Raising<Value> HashComputeChecksum(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const data, arguments.Bytes(0));
  HYPERLOCAL_TRY(const EVP_MD* const algorithm, Algorithm(arguments, 1));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(data->data(), data->size(), digest.data(), &length, algorithm, nullptr) != 1) {
    return CryptographyFailed(arguments);
  }
  return Value::Bytes(Text(digest, length));
}

Raising<Value> HashComputeHmac(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const std::string* const key, arguments.Bytes(0));
  HYPERLOCAL_TRY(const std::string* const data, arguments.Bytes(1));
  HYPERLOCAL_TRY(const EVP_MD* const algorithm, Algorithm(arguments, 2));
  if (key->size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return arguments.WrongValue(0, "is too long");
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (HMAC(algorithm, key->data(), static_cast<int>(key->size()),
           reinterpret_cast<const unsigned char*>(data->data()), data->size(), digest.data(),
           &length) == nullptr) {
    return CryptographyFailed(arguments);
  }
  return Value::Bytes(Text(digest, length));
}

}  // namespace hyperlocal::workflow::library
