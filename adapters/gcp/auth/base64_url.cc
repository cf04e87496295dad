#include <algorithm>
#include <cstdint>
#include <span>

#include "adapters/gcp/auth/base64_url_internal.h"
#include "engine/hash/base64.h"

namespace hyperlocal {

std::string Base64Url(std::string_view bytes) {
  std::string text =
      Base64(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  text.erase(std::find(text.begin(), text.end(), '='), text.end());
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::optional<std::string> ParseBase64Url(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string standard(text);
  std::replace(standard.begin(), standard.end(), '-', '+');
  std::replace(standard.begin(), standard.end(), '_', '/');
  standard.resize((standard.size() + 3) / 4 * 4, '=');
  const auto bytes = ParseBase64(standard);
  if (!bytes) return std::nullopt;
  return std::string(bytes->begin(), bytes->end());
}

}  // namespace hyperlocal
