#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/error/result.h"
#include "engine/http/http_message.h"

namespace hyperlocal::gcs {

// A request as its signer saw it.
struct SignedRequest {
  std::string_view method;
  std::string_view path;   // encoded
  std::string_view query;  // encoded, without the `?`
  const HttpHeaders& headers;
};

// What the query of a V4 signed URL says (parameters named without regard to case):
// https://cloud.google.com/storage/docs/authentication/signatures
struct V4Signature {
  std::string algorithm;  // "GOOG4-RSA-SHA256" or "GOOG4-HMAC-SHA256"
  std::string account;    // "…@….iam.gserviceaccount.com", or an HMAC access id
  std::string scope;      // "20190201/auto/storage/goog4_request"
  std::string date;       // "20190201T090000Z"
  std::chrono::system_clock::time_point signed_at;
  std::chrono::seconds valid_for{0};
  std::vector<std::string> signed_headers;  // lower case, in order
  std::string signature;                    // bytes
};

// Whether the query is that of a V4 signed URL, or of a V2 one.
bool IsV4Signed(std::string_view query);
bool IsV2Signed(std::string_view query);

// A parameter of a query, decoded, its name compared without case; or "".
std::string QueryParameter(std::string_view query, std::string_view name);

// Error: kBadRequest with the parameter that is missing or wrong, and what it must be.
Result<V4Signature> ReadV4Signature(std::string_view query);
// "20190201T090000Z".
std::optional<std::chrono::system_clock::time_point> ParseBasicTime(std::string_view text);

// The canonical request: method, path, sorted query without the signature, sorted signed headers,
// their names, payload. `host` stands for the Host header, `path` for the request's.
std::string CanonicalRequest(const SignedRequest& request, const V4Signature& signature,
                             std::string_view path, std::string_view host);
// "GOOG4-RSA-SHA256\n<date>\n<scope>\n<hex of the canonical request's SHA-256>"
std::string StringToSign(const V4Signature& signature, std::string_view canonical_request);

// What V2 signs: https://cloud.google.com/storage/docs/access-control/signed-urls-v2
std::string V2StringToSign(const SignedRequest& request, std::string_view resource,
                           std::string_view expires);

}  // namespace hyperlocal::gcs
