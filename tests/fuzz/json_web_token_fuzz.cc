#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fakes/cloud_run/base64_url_internal.h"
#include "fakes/cloud_run/json_web_token_internal.h"

// Any bytes are a token or refused; one that is a token is signed over its own text, its signature
// reads back from its only spelling, and without the signature only the claims are left.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal::cloud_run;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto bytes = ParseBase64Url(text); bytes && Base64Url(*bytes) != text) std::abort();
  const auto token = ParseJsonWebToken(text);
  if (!token) return 0;
  if (text.size() > kLongestToken) std::abort();
  if (token->signed_text + "." + Base64Url(token->signature) != text) std::abort();
  if (!WithoutSignature(text).starts_with(token->signed_text + ".")) std::abort();
  if (token->expires_at < 0) std::abort();
  return 0;
}
