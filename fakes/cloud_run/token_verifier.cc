#include "fakes/cloud_run/token_verifier.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "fakes/cloud_run/json_web_token_internal.h"
#include "fakes/cloud_run/rsa_key_internal.h"

namespace hyperlocal::cloud_run {
namespace {

constexpr std::chrono::seconds kBetweenLooks{10};

bool IsFor(const JsonWebToken& token, const std::vector<std::string>& audiences) {
  for (const std::string& claimed : token.audiences) {
    for (std::string_view ours : audiences) {
      while (ours.ends_with('/')) ours.remove_suffix(1);
      if (ours.empty() || !claimed.starts_with(ours)) continue;
      const std::string_view rest = std::string_view(claimed).substr(ours.size());
      if (rest.empty() || rest.front() == '/') return true;
    }
  }
  return false;
}

bool IsMember(std::string_view invoker) {
  const auto names = [invoker](std::string_view kind) {
    return invoker.starts_with(kind) && invoker.size() > kind.size();
  };
  return invoker == "allAuthenticatedUsers" || names("serviceAccount:") || names("user:");
}

}  // namespace

struct TokenVerifier::State {
  // The key of that name; nothing when there is none, also not in a key set asked for anew.
  std::optional<RsaPublicKey> Find(std::string_view id) {
    std::unique_lock lock(mutex);
    if (auto key = Known(id)) return key;
    const auto now = std::chrono::steady_clock::now();
    if (is_looking || now - looked_at < kBetweenLooks) return std::nullopt;
    is_looking = true;
    lock.unlock();
    std::optional<std::vector<RsaPublicKey>> found;
    if (auto text = options.key_set()) {
      if (auto parsed = ParseKeySet(*text)) found = std::move(*parsed);
    }
    lock.lock();
    is_looking = false;
    looked_at = std::chrono::steady_clock::now();
    if (found) keys = std::move(*found);
    return Known(id);
  }

  std::optional<RsaPublicKey> Known(std::string_view id) const {
    for (const RsaPublicKey& key : keys) {
      if (key.id() == id) return key;
    }
    return std::nullopt;
  }

  bool MayCall(const std::string& email) const {
    return std::any_of(options.invokers.begin(), options.invokers.end(), [&](const auto& invoker) {
      if (invoker == "allAuthenticatedUsers") return true;
      const std::size_t colon = invoker.find(':');
      return !email.empty() && std::string_view(invoker).substr(colon + 1) == email;
    });
  }

  TokenVerifierOptions options;
  std::mutex mutex;
  std::vector<RsaPublicKey> keys;                     // guarded by mutex
  std::chrono::steady_clock::time_point looked_at{};  // guarded by mutex
  bool is_looking = false;                            // guarded by mutex
};

TokenVerifier::TokenVerifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
TokenVerifier::~TokenVerifier() = default;

Result<std::unique_ptr<TokenVerifier>> TokenVerifier::Create(TokenVerifierOptions options) {
  if (!options.key_set) return Error{ErrorCode::kUsage, "a token verifier needs a key set"};
  for (const std::string& invoker : options.invokers) {
    if (!IsMember(invoker)) {
      return Error{ErrorCode::kUsage, "\"" + invoker +
                                          "\" is no invoker; it must be serviceAccount:EMAIL, "
                                          "user:EMAIL or allAuthenticatedUsers"};
    }
  }
  HYPERLOCAL_TRY(const std::string text, options.key_set());
  HYPERLOCAL_TRY(std::vector<RsaPublicKey> keys, ParseKeySet(text));
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  if (!state->options.now) state->options.now = [] { return std::chrono::system_clock::now(); };
  state->keys = std::move(keys);
  return std::unique_ptr<TokenVerifier>(new TokenVerifier(std::move(state)));
}

std::variant<Identity, TokenRefusal> TokenVerifier::Verify(
    std::string_view text, const std::vector<std::string>& audiences) {
  Result<JsonWebToken> parsed = ParseJsonWebToken(text);
  if (!parsed) return TokenRefusal{401, parsed.error().message};
  const JsonWebToken& token = *parsed;
  if (token.algorithm != "RS256") return TokenRefusal{401, "the token is not signed with RS256"};
  const auto key = state_->Find(token.key_id);
  if (!key) return TokenRefusal{401, "the token is signed by a key that nobody knows"};
  if (!key->Verifies(token.signed_text, token.signature)) {
    return TokenRefusal{401, "the token's signature is wrong"};
  }
  const TokenVerifierOptions& options = state_->options;
  if (std::find(options.issuers.begin(), options.issuers.end(), token.issuer) ==
      options.issuers.end()) {
    return TokenRefusal{401, "the token is of another issuer"};
  }
  const auto now =
      std::chrono::floor<std::chrono::seconds>(options.now().time_since_epoch()).count();
  const auto leeway = options.leeway.count();
  if (now >= token.expires_at + leeway) return TokenRefusal{401, "the token has expired"};
  if ((token.issued_at && *token.issued_at > now + leeway) ||
      (token.not_before && *token.not_before > now + leeway)) {
    return TokenRefusal{401, "the token is not valid yet"};
  }
  if (!IsFor(token, audiences)) return TokenRefusal{401, "the token is for another audience"};
  if (!state_->MayCall(token.email_verified ? token.email : "")) {
    return TokenRefusal{403, "its owner is no invoker of the service"};
  }
  return Identity{token.email, token.subject};
}

}  // namespace hyperlocal::cloud_run
