#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal::cloud_run {

// A signed token (RFC 7519 in the compact form of RFC 7515), taken apart and believed in nothing:
// whether the signature is right is for the key to say.
struct JsonWebToken {
  std::string algorithm;
  std::string key_id;  // empty: none is named
  std::string issuer;
  std::string subject;
  std::string email;
  bool email_verified = false;
  std::vector<std::string> audiences;
  std::int64_t expires_at = 0;  // seconds since 1970
  std::optional<std::int64_t> issued_at;
  std::optional<std::int64_t> not_before;
  std::string signed_text;  // header and claims as they were signed
  std::string signature;    // bytes

  bool operator==(const JsonWebToken&) const = default;
};

// No token of ours or of Google's is longer.
inline constexpr std::size_t kLongestToken = std::size_t{16} << 10;

// Error: kBadRequest, which never shows the token.
Result<JsonWebToken> ParseJsonWebToken(std::string_view text);

// The token as the service behind the edge gets it: the signature is taken off it, so that the
// service cannot use it elsewhere.
std::string WithoutSignature(std::string_view token);

}  // namespace hyperlocal::cloud_run
