#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal::cloud_run {

struct TokenVerifierOptions {
  // The JSON Web Key Set of the issuer; asked at the start, and again for a key that is not in it,
  // at most every ten seconds. May block. Any thread.
  std::function<Result<std::string>()> key_set;
  std::vector<std::string> issuers = {"https://accounts.google.com", "accounts.google.com"};
  // Whose clocks differ by no more than that agree.
  std::chrono::seconds leeway = std::chrono::seconds(30);
  // Who may call: "serviceAccount:EMAIL", "user:EMAIL", or "allAuthenticatedUsers".
  std::vector<std::string> invokers = {"allAuthenticatedUsers"};
  // The time of day; the system clock when absent. Any thread.
  std::function<std::chrono::system_clock::time_point()> now;
};

// Whose token it was.
struct Identity {
  std::string email;
  std::string subject;
};

struct TokenRefusal {
  int status = 401;  // 403: the token is good, but not its owner
  std::string why;   // for a log; shows nothing of the token
};

// Decides as the edge of Cloud Run does whether a token lets its bearer in. RS256 and nothing else:
// a token that names another algorithm, or none, is refused before any key is looked at. However
// bad a token is, it costs at most the parsing of 16 KiB and one signature. Any number of threads.
class TokenVerifier {
 public:
  // Errors: kUsage for an option that makes no sense, kBadRequest for a key set that is none, or
  // what `key_set` fails with.
  static Result<std::unique_ptr<TokenVerifier>> Create(TokenVerifierOptions options);
  ~TokenVerifier();

  // `audiences`: what the service is called. A token for an address below one of them counts too: a
  // workflow that names no audience asks for the address that it calls, path and all.
  std::variant<Identity, TokenRefusal> Verify(std::string_view token,
                                              const std::vector<std::string>& audiences);

 private:
  struct State;
  explicit TokenVerifier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hyperlocal::cloud_run
