#include <algorithm>
#include <charconv>
#include <ctime>
#include <map>
#include <optional>

#include "engine/hash/sha256.h"
#include "fakes/gcs/server/signed_keys_internal.h"
#include "fakes/gcs/server/signed_request_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::chrono::seconds kLongest = std::chrono::hours(24 * 7);

char LowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return LowerCase(c); });
  return lower;
}

// `name=value` pairs, as they are.
std::vector<std::pair<std::string_view, std::string_view>> RawPairs(std::string_view query) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    pairs.emplace_back(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
  }
  return pairs;
}

// What does not decode is as it is.
std::string Decoded(std::string_view text) {
  auto decoded = PercentDecode(text);
  return decoded ? std::move(*decoded) : std::string(text);
}

// Trimmed, and white space within made one blank, as signers do.
std::string CanonicalValue(std::string_view value) {
  std::string canonical;
  bool blank = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      blank = !canonical.empty();
      continue;
    }
    if (blank) canonical += ' ';
    blank = false;
    canonical += c;
  }
  return canonical;
}

// Fields that occur more than once are one, joined by commas.
std::string HeaderValue(const HttpHeaders& headers, std::string_view name) {
  std::string joined;
  bool first = true;
  for (const HttpHeader& field : headers) {
    if (LowerCase(field.name) != name) continue;
    if (!first) joined += ',';
    first = false;
    joined += CanonicalValue(field.value);
  }
  return joined;
}

Error Missing(std::string_view name) {
  return Error{ErrorCode::kBadRequest,
               "the signed URL has no " + std::string(name) +
                   "; it needs X-Goog-Algorithm, X-Goog-Credential, X-Goog-Date, X-Goog-Expires, "
                   "X-Goog-SignedHeaders and X-Goog-Signature"};
}

Error Wrong(std::string_view name, std::string_view value, std::string_view expectation) {
  return Error{ErrorCode::kBadRequest, std::string(name) + " of the signed URL is \"" +
                                           std::string(value.substr(0, 200)) + "\"; it must be " +
                                           std::string(expectation)};
}

Status ReadCredential(const std::string& credential, V4Signature& read) {
  constexpr std::string_view kEnd = "/storage/goog4_request";
  constexpr std::string_view kExpectation =
      "ACCOUNT/YYYYMMDD/LOCATION/storage/goog4_request, with the day of X-Goog-Date";
  const std::size_t account_end = credential.find('/');
  if (account_end == 0 || account_end == std::string::npos || !credential.ends_with(kEnd)) {
    return Wrong("X-Goog-Credential", credential, kExpectation);
  }
  read.account = credential.substr(0, account_end);
  read.scope = credential.substr(account_end + 1);
  if (!read.scope.starts_with(read.date.substr(0, 8) + "/") ||
      std::count(read.scope.begin(), read.scope.end(), '/') != 3) {
    return Wrong("X-Goog-Credential", credential, kExpectation);
  }
  return Ok();
}

Status ReadSignedHeaders(std::string_view names, V4Signature& read) {
  constexpr std::string_view kExpectation =
      "header names in lower case, sorted, with ; between them, host among them";
  for (std::string_view rest = names; !rest.empty();) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    read.signed_headers.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const auto& headers = read.signed_headers;
  const bool lower = std::all_of(headers.begin(), headers.end(),
                                 [](const std::string& name) { return LowerCase(name) == name; });
  if (!lower || !std::is_sorted(headers.begin(), headers.end()) ||
      !std::binary_search(headers.begin(), headers.end(), "host")) {
    return Wrong("X-Goog-SignedHeaders", names, kExpectation);
  }
  return Ok();
}

bool AllDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool IsV4Signed(std::string_view query) {
  return !QueryParameter(query, "x-goog-signature").empty() ||
         !QueryParameter(query, "x-goog-algorithm").empty();
}

bool IsV2Signed(std::string_view query) {
  return !QueryParameter(query, "googleaccessid").empty() &&
         !QueryParameter(query, "signature").empty();
}

std::string QueryParameter(std::string_view query, std::string_view name) {
  for (const auto& [key, value] : RawPairs(query)) {
    if (LowerCase(Decoded(key)) == LowerCase(name)) return Decoded(value);
  }
  return "";
}

std::optional<std::chrono::system_clock::time_point> ParseBasicTime(std::string_view text) {
  // 20190201T090000Z
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z' || !AllDigits(text.substr(0, 8)) ||
      !AllDigits(text.substr(9, 6))) {
    return std::nullopt;
  }
  const auto number = [text](std::size_t at, std::size_t count) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + count, value);
    return value;
  };
  using namespace std::chrono;
  const year_month_day day{year(number(0, 4)), month(static_cast<unsigned>(number(4, 2))),
                           std::chrono::day(static_cast<unsigned>(number(6, 2)))};
  const int hour = number(9, 2), minute = number(11, 2), second = number(13, 2);
  if (!day.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return sys_days(day) + hours(hour) + minutes(minute) + seconds(second);
}

Result<V4Signature> ReadV4Signature(std::string_view query) {
  V4Signature read;
  read.algorithm = QueryParameter(query, "x-goog-algorithm");
  if (read.algorithm.empty()) return Missing("X-Goog-Algorithm");
  if (read.algorithm != "GOOG4-RSA-SHA256" && read.algorithm != "GOOG4-HMAC-SHA256") {
    return Wrong("X-Goog-Algorithm", read.algorithm, "GOOG4-RSA-SHA256 or GOOG4-HMAC-SHA256");
  }
  read.date = QueryParameter(query, "x-goog-date");
  if (read.date.empty()) return Missing("X-Goog-Date");
  const auto signed_at = ParseBasicTime(read.date);
  if (!signed_at) return Wrong("X-Goog-Date", read.date, "YYYYMMDDTHHMMSSZ");
  read.signed_at = *signed_at;

  const std::string credential = QueryParameter(query, "x-goog-credential");
  if (credential.empty()) return Missing("X-Goog-Credential");
  HYPERLOCAL_TRY_STATUS(ReadCredential(credential, read));

  const std::string expires = QueryParameter(query, "x-goog-expires");
  if (expires.empty()) return Missing("X-Goog-Expires");
  std::int64_t seconds = 0;
  const auto [stop, error] =
      std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
  if (error != std::errc() || stop != expires.data() + expires.size() || seconds < 0 ||
      seconds > kLongest.count()) {
    return Wrong("X-Goog-Expires", expires, "a number of seconds from 0 to 604800 (seven days)");
  }
  read.valid_for = std::chrono::seconds(seconds);

  const std::string names = QueryParameter(query, "x-goog-signedheaders");
  if (names.empty()) return Missing("X-Goog-SignedHeaders");
  HYPERLOCAL_TRY_STATUS(ReadSignedHeaders(names, read));

  const std::string signature = QueryParameter(query, "x-goog-signature");
  if (signature.empty()) return Missing("X-Goog-Signature");
  read.signature = HexDecode(signature);
  if (read.signature.empty()) return Wrong("X-Goog-Signature", signature, "in hex");
  return read;
}

std::string CanonicalRequest(const SignedRequest& request, const V4Signature& signature,
                             std::string_view path, std::string_view host) {
  std::vector<std::string> pairs;
  for (const auto& [name, value] : RawPairs(request.query)) {
    const std::string decoded = Decoded(name);
    if (LowerCase(decoded) == "x-goog-signature") continue;
    pairs.push_back(PercentEncode(decoded) + "=" + PercentEncode(Decoded(value)));
  }
  // By name, then value: `=` would sort wrongly among the characters of a name.
  std::sort(pairs.begin(), pairs.end(), [](const std::string& a, const std::string& b) {
    const std::string_view name_a = std::string_view(a).substr(0, a.find('='));
    const std::string_view name_b = std::string_view(b).substr(0, b.find('='));
    return name_a != name_b ? name_a < name_b : a < b;
  });

  std::string canonical(request.method);
  canonical += '\n';
  canonical += path;
  canonical += '\n';
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i > 0) canonical += '&';
    canonical += pairs[i];
  }
  canonical += '\n';
  std::string names;
  for (const std::string& name : signature.signed_headers) {
    canonical += name;
    canonical += ':';
    canonical += name == "host" ? std::string(host) : HeaderValue(request.headers, name);
    canonical += '\n';
    if (!names.empty()) names += ';';
    names += name;
  }
  canonical += '\n';
  canonical += names;
  canonical += '\n';
  // A signer that knows the body says so in a header.
  const std::string payload = HeaderValue(request.headers, "x-goog-content-sha256");
  canonical += payload.empty() ? "UNSIGNED-PAYLOAD" : payload;
  return canonical;
}

std::string StringToSign(const V4Signature& signature, std::string_view canonical_request) {
  return signature.algorithm + "\n" + signature.date + "\n" + signature.scope + "\n" +
         Sha256Hex(canonical_request);
}

std::string V2StringToSign(const SignedRequest& request, std::string_view resource,
                           std::string_view expires) {
  std::map<std::string, std::string> extensions;
  for (const HttpHeader& field : request.headers) {
    const std::string name = LowerCase(field.name);
    if (!name.starts_with("x-goog-") || name.starts_with("x-goog-encryption-key")) continue;
    extensions[name] = HeaderValue(request.headers, name);
  }
  std::string text(request.method);
  text += '\n';
  text += request.headers.Get("Content-MD5");
  text += '\n';
  text += request.headers.Get("Content-Type");
  text += '\n';
  text += expires;
  text += '\n';
  for (const auto& [name, value] : extensions) text += name + ":" + value + "\n";
  text += resource;
  return text;
}

}  // namespace hyperlocal::gcs
