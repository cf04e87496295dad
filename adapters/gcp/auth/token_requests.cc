#include <algorithm>
#include <cctype>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <variant>

#include "adapters/gcp/auth/base64_url_internal.h"
#include "adapters/gcp/auth/token_requests_internal.h"
#include "engine/http/http_message.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::size_t kMostQuoted = 200;
// Longer words of an answer may be tokens, and are not repeated.
constexpr std::size_t kLongestWord = 32;
constexpr std::size_t kMostReplyBytes = std::size_t{64} << 10;
// The most that an issuer may say of a token's life; its clock may be wrong.
constexpr std::int64_t kLongestLifeSeconds = 12 * 3600;

// What of an issuer's words may be shown.
std::string Shown(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (!secret.empty() && text.find(secret) != std::string::npos) return "";
  }
  std::string shown;
  std::size_t word = 0;
  for (const char c : text) {
    const bool plain = c >= ' ' && c <= '~';
    word = c == ' ' ? 0 : word + 1;
    if (word == kLongestWord + 1) {
      shown.resize(shown.size() - kLongestWord);
      shown += "[…]";
    }
    if (word <= kLongestWord) shown += plain ? c : '?';
    if (shown.size() >= kMostQuoted) break;
  }
  return shown;
}

// {"error": "invalid_grant", "error_description": "…"}, or nothing.
std::string WhatWasSaid(const std::string& body, const std::vector<std::string>& secrets) {
  const auto parsed = ParseJson(body, "the answer");
  if (!parsed || !parsed->is_object()) return "";
  std::string said;
  for (const char* name : {"error", "error_description"}) {
    const auto member = parsed->find(name);
    if (member == parsed->end() || !member->is_string()) continue;
    const std::string text = Shown(member->get<std::string>(), secrets);
    if (!text.empty()) said += (said.empty() ? "" : ": ") + text;
  }
  return said;
}

std::string FailureOf(const HttpResult& result) {
  if (const auto* reply = std::get_if<HttpReply>(&result)) {
    return "HTTP status " + std::to_string(reply->status);
  }
  if (const auto* failure = std::get_if<HttpCallFailure>(&result)) return failure->message;
  return std::get<Error>(result).message;
}

Error NoToken(const std::string& whom, const std::string& what) {
  return Error{ErrorCode::kPermission, whom + ": the answer holds no " + what};
}

}  // namespace

std::string EncodeForm(const FormFields& fields) {
  std::string form;
  for (const auto& [name, value] : fields) {
    form += (form.empty() ? "" : "&") + name + "=" + PercentEncode(value);
  }
  return form;
}

TokenRequests::TokenRequests(GoogleCredentialOptions options)
    : options_(std::move(options)),
      http_(options_.http),
      pauses_(options_.retry.seed != 0 ? options_.retry.seed : std::random_device{}()) {
  if (!options_.now) options_.now = [] { return std::chrono::system_clock::now(); };
  if (!options_.clock) options_.clock = std::make_shared<SteadyRetryClock>();
}

milliseconds TokenRequests::Draw(milliseconds longest) {
  const std::lock_guard lock(mutex_);
  return milliseconds(std::uniform_int_distribution<std::int64_t>(0, longest.count())(pauses_));
}

HttpResult TokenRequests::TryOnce(HttpExchange exchange, milliseconds patience) {
  exchange.timeout = patience;
  exchange.max_reply_bytes = kMostReplyBytes;
  return http_.Exchange(exchange);
}

Result<HttpReply> TokenRequests::Ask(HttpExchange exchange, const std::string& whom,
                                     std::string_view way_out,
                                     const std::vector<std::string>& secrets) {
  for (int attempt = 0;; ++attempt) {
    HttpResult result = TryOnce(exchange, options_.request_timeout);
    const auto* reply = std::get_if<HttpReply>(&result);
    if (reply != nullptr && reply->status == 200)
      return std::move(*std::get_if<HttpReply>(&result));
    if (const auto* never = std::get_if<Error>(&result)) {
      return Error{never->code, whom + ": " + never->message};
    }
    if (reply != nullptr && !SaysNotNow(reply->status)) {
      const std::string said = WhatWasSaid(reply->body, secrets);
      return Error{ErrorCode::kPermission,
                   whom + " was refused (HTTP status " + std::to_string(reply->status) +
                       (said.empty() ? "" : ", " + said) + "). " + std::string(way_out)};
    }
    if (attempt + 1 >= options_.retry.max_attempts) {
      return Error{ErrorCode::kRetriesExhausted,
                   whom + ": no token after " + std::to_string(attempt + 1) +
                       " attempts; the last one: " + FailureOf(result)};
    }
    milliseconds pause = Draw(LongestPause(options_.retry, attempt));
    if (reply != nullptr) {
      const milliseconds asked = RetryAfter(reply->headers).value_or(milliseconds(0));
      pause = std::max(pause, std::min(asked, options_.retry.longest_pause));
    }
    options_.clock->Sleep(pause, {});
  }
}

Result<IssuedToken> ReadIssuedToken(const std::string& body, const char* name,
                                    std::chrono::system_clock::time_point now,
                                    const std::string& whom) {
  const auto parsed = ParseJson(body, "the answer");
  if (!parsed || !parsed->is_object()) return NoToken(whom, "JSON object");
  const auto token = parsed->find(name);
  if (token == parsed->end() || !token->is_string() || token->get_ref<const std::string&>().empty())
    return NoToken(whom, name);
  const auto seconds = parsed->find("expires_in");
  if (seconds == parsed->end() || !seconds->is_number()) return NoToken(whom, "expires_in");
  const double life = std::clamp(seconds->get<double>(), 0.0, double{kLongestLifeSeconds});
  return IssuedToken{token->get<std::string>(),
                     now + std::chrono::seconds(static_cast<std::int64_t>(life))};
}

Result<IssuedToken> ReadIdentityToken(const std::string& token, const std::string& whom) {
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string::npos ? first : token.find('.', first + 1);
  if (second == std::string::npos) return NoToken(whom, "identity token");
  const auto claims = ParseBase64Url(std::string_view(token).substr(first + 1, second - first - 1));
  if (!claims) return NoToken(whom, "identity token");
  const auto parsed = ParseJson(*claims, "the claims");
  if (!parsed || !parsed->is_object()) return NoToken(whom, "identity token");
  const auto expires = parsed->find("exp");
  if (expires == parsed->end() || !expires->is_number() || expires->get<double>() < 0 ||
      expires->get<double>() > 1e11) {
    return NoToken(whom, "identity token that says when it expires");
  }
  return IssuedToken{token, std::chrono::system_clock::time_point(std::chrono::seconds(
                                static_cast<std::int64_t>(expires->get<double>())))};
}

}  // namespace hyperlocal
