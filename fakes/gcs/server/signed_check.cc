#include "fakes/gcs/server/signed_check_internal.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/hash/base64.h"
#include "fakes/gcs/server/rfc3339_internal.h"

namespace hyperlocal::gcs {
namespace {

// How far the clocks of a signer and of the service may be apart.
constexpr std::chrono::minutes kSkew{15};
// Accounts beyond that are taken without a word: the list of those warned of is not to grow.
constexpr std::size_t kMostWarnings = 1000;

XmlError Mismatch(const std::string& string_to_sign, const std::string& canonical_request) {
  XmlError error{403, "SignatureDoesNotMatch", "Access denied.",
                 "The request signature we calculated does not match the signature you provided. "
                 "Check your Google secret key and signing method."};
  error.more.emplace_back("StringToSign", string_to_sign);
  if (!canonical_request.empty()) error.more.emplace_back("CanonicalRequest", canonical_request);
  return error;
}

XmlError Expired(std::chrono::system_clock::time_point when) {
  return XmlError{400, "ExpiredToken", "The provided token has expired.",
                  "Request signature expired at: " + Rfc3339(when)};
}

std::string_view WithoutPort(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || host.find(']', colon) != std::string_view::npos) {
    return host;
  }
  return host.substr(0, colon);
}

// "" for what is no base64.
std::string Base64Bytes(std::string_view text) {
  const auto bytes = ParseBase64(text);
  return bytes ? std::string(bytes->begin(), bytes->end()) : std::string();
}

// The first of a list that proxies append to.
std::string_view FirstOf(std::string_view list) {
  std::string_view first = list.substr(0, list.find(','));
  while (first.ends_with(' ')) first.remove_suffix(1);
  return first;
}

}  // namespace

SignatureChecker::SignatureChecker(const GcsServerOptions& options)
    : require_known_(options.require_known_signers), now_(options.now), warn_(options.warn) {
  if (!now_) now_ = [] { return std::chrono::system_clock::now(); };
}

Result<std::unique_ptr<SignatureChecker>> SignatureChecker::Create(
    const GcsServerOptions& options) {
  std::unique_ptr<SignatureChecker> checker(new SignatureChecker(options));
  for (const std::string& key : options.service_account_keys) {
    HYPERLOCAL_TRY_STATUS(checker->keys_.AddServiceAccount(key));
  }
  for (const HmacKey& key : options.hmac_keys) {
    HYPERLOCAL_TRY_STATUS(checker->keys_.AddHmac(key));
  }
  return checker;
}

bool SignatureChecker::HasKey(std::string_view account, std::optional<XmlError>& refusal) {
  if (keys_.Knows(account)) return true;
  if (require_known_) {
    refusal = XmlError{403, "AccessDenied", "Access denied.",
                       "no key is known of " + std::string(account) +
                           "; give the server its service-account key file or HMAC pair"};
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    if (warned_.size() >= kMostWarnings || !warned_.emplace(account).second) return false;
  }
  if (warn_) {
    warn_("signatures of " + std::string(account) +
          " are taken as they are: no key of it is known; give its service-account key file to "
          "have them checked");
  }
  return false;
}

std::optional<XmlError> SignatureChecker::CheckUrl(const SignedRequest& request) {
  // Nearly every query is told to be of no signature by this alone.
  const bool perhaps = request.query.find("ignature") != std::string_view::npos ||
                       request.query.find("lgorithm") != std::string_view::npos;
  if (!perhaps) return std::nullopt;
  if (IsV4Signed(request.query)) return CheckV4(request);
  if (IsV2Signed(request.query)) return CheckV2(request);
  return std::nullopt;
}

std::optional<XmlError> SignatureChecker::CheckV4(const SignedRequest& request) {
  auto signature = ReadV4Signature(request.query);
  if (!signature) return InvalidArgument(signature.error().message);
  const auto now = now_();
  if (now < signature->signed_at - kSkew) {
    return XmlError{403, "AccessDenied", "Access denied.",
                    "Request is not valid before " + Rfc3339(signature->signed_at)};
  }
  if (now > signature->signed_at + signature->valid_for) {
    return Expired(signature->signed_at + signature->valid_for);
  }
  // A header that the signer counted on must be there.
  for (const std::string& name : signature->signed_headers) {
    if (name != "host" && !request.headers.Has(name)) {
      return XmlError{400, "MalformedSecurityHeader", "Your request has a malformed header.",
                      "Header was included in signedheaders, but not in the request: " + name};
    }
  }
  std::optional<XmlError> refusal;
  if (!HasKey(signature->account, refusal)) return refusal;

  // Signers leave the port of an emulator's address out, or they do not; behind a proxy the
  // client's own idea of the host counts.
  const std::string_view host = request.headers.Get("Host");
  const std::string_view forwarded = FirstOf(request.headers.Get("X-Forwarded-Host"));
  std::string first_canonical;
  for (const std::string_view name : {host, WithoutPort(host), forwarded, WithoutPort(forwarded)}) {
    if (name.empty()) continue;
    const std::string canonical = CanonicalRequest(request, *signature, request.path, name);
    if (first_canonical.empty()) first_canonical = canonical;
    const std::string text = StringToSign(*signature, canonical);
    const bool good = signature->algorithm == "GOOG4-RSA-SHA256"
                          ? keys_.VerifiesRsa(signature->account, text, signature->signature)
                          : keys_.VerifiesHmacV4(signature->account, signature->scope, text,
                                                 signature->signature);
    if (good) return std::nullopt;
  }
  return Mismatch(StringToSign(*signature, first_canonical), first_canonical);
}

std::optional<XmlError> SignatureChecker::CheckV2(const SignedRequest& request) {
  const std::string account = QueryParameter(request.query, "GoogleAccessId");
  const std::string expires = QueryParameter(request.query, "Expires");
  std::int64_t seconds = 0;
  const auto [stop, error] =
      std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
  if (expires.empty() || error != std::errc() || stop != expires.data() + expires.size()) {
    return InvalidArgument("Expires parameter is not a valid long value: " +
                           expires.substr(0, 100));
  }
  // The clock counts nanoseconds, and would run over in the year 2262.
  constexpr std::int64_t kFarthest = 9'000'000'000;
  const std::chrono::system_clock::time_point end{
      std::chrono::seconds(std::clamp(seconds, std::int64_t{0}, kFarthest))};
  if (now_() > end) return Expired(end);
  std::optional<XmlError> refusal;
  if (!HasKey(account, refusal)) return refusal;
  const std::string signature = Base64Bytes(QueryParameter(request.query, "Signature"));
  const std::string text = V2StringToSign(request, request.path, expires);
  if (keys_.VerifiesRsa(account, text, signature) ||
      keys_.VerifiesHmacV2(account, text, signature)) {
    return std::nullopt;
  }
  return Mismatch(text, "");
}

std::optional<XmlError> SignatureChecker::CheckForm(const Form& form) {
  const bool v2 = !form.access_id.empty();
  std::string account = form.access_id;
  std::string scope;
  if (!v2) {
    if (form.algorithm != "GOOG4-RSA-SHA256" && form.algorithm != "GOOG4-HMAC-SHA256") {
      return InvalidArgument("x-goog-algorithm of the form is \"" + form.algorithm.substr(0, 100) +
                             "\"; it must be GOOG4-RSA-SHA256 or GOOG4-HMAC-SHA256");
    }
    if (!ParseBasicTime(form.date)) {
      return InvalidArgument("x-goog-date of the form is \"" + form.date.substr(0, 100) +
                             "\"; it must be YYYYMMDDTHHMMSSZ");
    }
    const std::size_t slash = form.credential.find('/');
    if (slash == 0 || slash == std::string::npos ||
        !form.credential.ends_with("/storage/goog4_request")) {
      return InvalidArgument("x-goog-credential of the form is \"" +
                             form.credential.substr(0, 200) +
                             "\"; it must be ACCOUNT/YYYYMMDD/LOCATION/storage/goog4_request");
    }
    account = form.credential.substr(0, slash);
    scope = form.credential.substr(slash + 1);
  }
  std::optional<XmlError> refusal;
  if (!HasKey(account, refusal)) return refusal;
  const std::string bytes = v2 ? Base64Bytes(form.signature) : HexDecode(form.signature);
  const bool good = v2 ? keys_.VerifiesRsa(account, form.policy, bytes) ||
                             keys_.VerifiesHmacV2(account, form.policy, bytes)
                    : form.algorithm == "GOOG4-RSA-SHA256"
                        ? keys_.VerifiesRsa(account, form.policy, bytes)
                        : keys_.VerifiesHmacV4(account, scope, form.policy, bytes);
  if (good) return std::nullopt;
  return Mismatch(form.policy, "");
}

}  // namespace hyperlocal::gcs
