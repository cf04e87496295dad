#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal::cloud_run {

struct TokenIssuerOptions {
  // What tokens say of themselves. The defaults are what services are used to see.
  std::string issuer = "https://accounts.google.com";
  std::string email = "hyperlocal@local-project.iam.gserviceaccount.com";  // whose tokens they are
  std::string subject = "100000000000000000000";
  std::chrono::seconds lifetime = std::chrono::hours(1);
  // Where the key is kept, so that tokens outlive a restart; empty: a new key at every start. Must
  // exist.
  std::filesystem::path key_directory;
  // The time of day; the system clock when absent. Any thread.
  std::function<std::chrono::system_clock::time_point()> now;
};

// Gives identity tokens (OpenID Connect, RS256) as Google's service accounts have them, signed by a
// key of this machine: the edge of CloudRunHost believes them, Google does not. Any number of
// threads.
class TokenIssuer {
 public:
  // Errors: kUsage for an option that makes no sense; those of reading and writing the key.
  static Result<std::unique_ptr<TokenIssuer>> Create(TokenIssuerOptions options);
  ~TokenIssuer();

  // For whoever is called `audience`, mostly the address of a service. Error: kBadRequest when the
  // audience is empty, or longer than 2048 bytes.
  Result<std::string> Token(std::string_view audience) const;
  // The same for another account.
  Result<std::string> TokenOf(std::string_view email, std::string_view audience) const;

  const TokenIssuerOptions& options() const;
  const std::string& key_id() const;
  // The public key as a JSON Web Key Set.
  const std::string& key_set() const;

 private:
  struct State;
  explicit TokenIssuer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hyperlocal::cloud_run
