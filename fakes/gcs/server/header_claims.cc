#include <algorithm>
#include <string>

#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"
#include "fakes/gcs/server/header_claims_internal.h"

namespace hyperlocal::gcs {
namespace {

char LowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool IsName(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return LowerCase(a) == b; });
}

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

Error Bad(std::string_view header, std::string_view value, std::string_view problem) {
  return Error{ErrorCode::kBadRequest, "Invalid value for header " + std::string(header) + ": \"" +
                                           std::string(value.substr(0, 100)) + "\" " +
                                           std::string(problem)};
}

template <typename T>
Status Claim(std::optional<T>& claim, const std::optional<T>& value, std::string_view header,
             std::string_view text, std::string_view expectation) {
  if (!value) return Bad(header, text, expectation);
  if (claim && *claim != *value) return Bad(header, text, "contradicts another checksum");
  claim = value;
  return Ok();
}

Status ClaimMd5(std::string_view header, std::string_view text, ContentClaims& claims) {
  return Claim(claims.md5, ParseMd5Base64(text), header, text, "is not 16 bytes in base64");
}

// "crc32c=n03x6A==,md5=…". Other names are of checksums to come, and ignored.
Status ReadGoogHash(std::string_view value, ContentClaims& claims) {
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(','), value.size());
    const std::string_view pair = Trimmed(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      if (pair.empty()) continue;
      return Bad("x-goog-hash", pair, "is not of the form name=base64");
    }
    const std::string_view name = pair.substr(0, equals);
    const std::string_view text = pair.substr(equals + 1);
    if (name == "md5") {
      HYPERLOCAL_TRY_STATUS(ClaimMd5("x-goog-hash", text, claims));
    } else if (name == "crc32c") {
      HYPERLOCAL_TRY_STATUS(Claim(claims.crc32c, ParseCrc32cBase64(text), "x-goog-hash", text,
                                  "is not 4 bytes in base64"));
    }
  }
  return Ok();
}

}  // namespace

Status ReadHeaderClaims(const HttpHeaders& headers, ContentClaims& claims) {
  for (const HttpHeader& header : headers) {
    if (IsName(header.name, "x-goog-hash")) {
      HYPERLOCAL_TRY_STATUS(ReadGoogHash(header.value, claims));
    } else if (IsName(header.name, "content-md5")) {
      HYPERLOCAL_TRY_STATUS(ClaimMd5("Content-MD5", Trimmed(header.value), claims));
    }
  }
  return Ok();
}

}  // namespace hyperlocal::gcs
