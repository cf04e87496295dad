#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal::cloud_run {

// The public half of an RSA key. Any number of threads.
class RsaPublicKey {
 public:
  // Of the numbers as big-endian bytes. Error: kBadRequest when they are no key, or one of less
  // than 2048 bits.
  static Result<RsaPublicKey> Of(std::string id, std::string_view modulus,
                                 std::string_view exponent);

  const std::string& id() const { return id_; }
  // Whether `signature` is RS256's (RFC 7518, section 3.3) over `text`, made by this key.
  bool Verifies(std::string_view text, std::string_view signature) const;

 private:
  struct Key;
  RsaPublicKey(std::string id, std::shared_ptr<const Key> key)
      : id_(std::move(id)), key_(std::move(key)) {}

  std::string id_;
  std::shared_ptr<const Key> key_;
};

// The keys of a JSON Web Key Set (RFC 7517) that can verify RS256; others are left out. Error:
// kBadRequest.
Result<std::vector<RsaPublicKey>> ParseKeySet(std::string_view json);

// A key that signs. Any number of threads.
class RsaSigningKey {
 public:
  // A new one of 2048 bits, which takes some tenths of a second. Error: kInternal.
  static Result<RsaSigningKey> Generate();
  // That of `directory`/identity-key.pem, made there at the first time (mode 0600). Errors:
  // kBadRequest when the file holds no such key, kCannotWrite, kPermission, kIo.
  static Result<RsaSigningKey> InDirectory(const std::filesystem::path& directory);

  // 40 hex digits of the modulus' SHA-256.
  const std::string& id() const { return id_; }
  Result<std::string> Sign(std::string_view text) const;
  // {"keys":[{"kty":"RSA","alg":"RS256","use":"sig","kid":…,"n":…,"e":…}]}
  const std::string& key_set() const { return key_set_; }

 private:
  struct Key;
  explicit RsaSigningKey(std::shared_ptr<const Key> key);

  std::shared_ptr<const Key> key_;
  std::string id_;
  std::string key_set_;
};

}  // namespace hyperlocal::cloud_run
