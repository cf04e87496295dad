#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal {

// An RSA key that signs as RS256 has it (RFC 7518, section 3.3). Any number of threads.
class PrivateKey {
 public:
  // Of PEM text, PKCS#8 or PKCS#1, without a pass phrase. Error: kInvalidConfig when it is no RSA
  // key, or one of less than 2048 bits.
  static Result<PrivateKey> Parse(const std::string& pem);

  // The signature's bytes. Error: kInternal.
  Result<std::string> Sign(std::string_view text) const;

 private:
  struct Key;
  explicit PrivateKey(std::shared_ptr<Key> key) : key_(std::move(key)) {}
  std::shared_ptr<Key> key_;
};

}  // namespace hyperlocal
