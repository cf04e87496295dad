#include <cstdint>
#include <span>

#include "engine/hash/base64.h"
#include "fakes/cloud_run/base64_url_internal.h"

namespace hyperlocal::cloud_run {

std::string Base64Url(std::string_view bytes) {
  std::string text =
      Base64(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text;
}

std::optional<std::string> ParseBase64Url(std::string_view text) {
  std::string standard(text);
  for (char& c : standard) {
    if (c == '+' || c == '/' || c == '=') return std::nullopt;
    if (c == '-') c = '+';
    if (c == '_') c = '/';
  }
  standard.append((4 - standard.size() % 4) % 4, '=');
  const auto bytes = ParseBase64(standard);
  if (!bytes) return std::nullopt;
  return std::string(bytes->begin(), bytes->end());
}

}  // namespace hyperlocal::cloud_run
