#include "fakes/cloud_run/json_web_token_internal.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/json/canonical_json.h"
#include "fakes/cloud_run/base64_url_internal.h"

namespace hyperlocal::cloud_run {
namespace {

using Json = nlohmann::json;

Error Bad(std::string_view what) {
  return Error{ErrorCode::kBadRequest, "the token " + std::string(what)};
}

Result<Json> ReadObject(std::string_view part, std::string_view name) {
  const auto bytes = ParseBase64Url(part);
  if (!bytes) return Bad("has a " + std::string(name) + " that is no base64url");
  Result<Json> value = ParseJson(*bytes, "token");
  if (!value || !value->is_object()) return Bad("has a " + std::string(name) + " that is no JSON");
  return value;
}

// The member when it is a text; empty when it is absent. False: it is something else.
bool ReadText(const Json& object, const char* name, std::string& text) {
  const auto it = object.find(name);
  if (it == object.end()) return true;
  if (!it->is_string()) return false;
  text = it->get<std::string>();
  return true;
}

// Times are numbers that may have a fraction (RFC 7519, section 2); what is beyond the year 9999
// is none.
bool ReadTime(const Json& object, const char* name, std::optional<std::int64_t>& time) {
  const auto it = object.find(name);
  if (it == object.end()) return true;
  if (!it->is_number()) return false;
  const double seconds = it->get<double>();
  if (!(seconds >= 0 && seconds < 253402300800.0)) return false;
  time = static_cast<std::int64_t>(std::floor(seconds));
  return true;
}

bool ReadAudiences(const Json& object, std::vector<std::string>& audiences) {
  const auto it = object.find("aud");
  if (it == object.end()) return true;
  if (it->is_string()) {
    audiences.push_back(it->get<std::string>());
    return true;
  }
  if (!it->is_array()) return false;
  for (const Json& one : *it) {
    if (!one.is_string()) return false;
    audiences.push_back(one.get<std::string>());
  }
  return true;
}

}  // namespace

Result<JsonWebToken> ParseJsonWebToken(std::string_view text) {
  if (text.size() > kLongestToken) return Bad("is too long");
  const std::size_t first = text.find('.');
  const std::size_t second = first == text.npos ? first : text.find('.', first + 1);
  if (second == text.npos || text.find('.', second + 1) != text.npos) {
    return Bad("does not have three parts");
  }
  JsonWebToken token;
  {
    Result<Json> header = ReadObject(text.substr(0, first), "header");
    if (!header) return std::move(header).error();
    if (!ReadText(*header, "alg", token.algorithm) || !ReadText(*header, "kid", token.key_id)) {
      return Bad("has a header with a member of the wrong type");
    }
    // Extensions that must be understood, and that we do not understand (RFC 7515, 4.1.11).
    if (header->contains("crit")) return Bad("has critical extensions");
  }
  Result<Json> claims = ReadObject(text.substr(first + 1, second - first - 1), "body");
  if (!claims) return std::move(claims).error();
  std::optional<std::int64_t> expires_at;
  if (!ReadText(*claims, "iss", token.issuer) || !ReadText(*claims, "sub", token.subject) ||
      !ReadText(*claims, "email", token.email) || !ReadAudiences(*claims, token.audiences) ||
      !ReadTime(*claims, "exp", expires_at) || !ReadTime(*claims, "iat", token.issued_at) ||
      !ReadTime(*claims, "nbf", token.not_before)) {
    return Bad("has a claim of the wrong type");
  }
  if (!expires_at) return Bad("does not say when it expires");
  token.expires_at = *expires_at;
  const auto verified = claims->find("email_verified");
  token.email_verified =
      verified != claims->end() && verified->is_boolean() && verified->get<bool>();
  auto signature = ParseBase64Url(text.substr(second + 1));
  if (!signature) return Bad("has a signature that is no base64url");
  token.signature = std::move(*signature);
  token.signed_text = text.substr(0, second);
  return token;
}

std::string WithoutSignature(std::string_view token) {
  return std::string(token.substr(0, token.rfind('.') + 1)) + "SIGNATURE_REMOVED_BY_GOOGLE";
}

}  // namespace hyperlocal::cloud_run
