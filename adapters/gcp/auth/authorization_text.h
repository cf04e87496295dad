#pragma once

#include <string>
#include <string_view>

namespace hyperlocal {

// `text` without the secret of an Authorization header ("Bearer …"): whoever echoes the header in
// an error message must not have us print it.
inline std::string WithoutSecret(std::string text, std::string_view authorization) {
  const std::size_t space = authorization.find(' ');
  const std::string_view secret =
      space == std::string_view::npos ? authorization : authorization.substr(space + 1);
  if (secret.empty()) return text;
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), "[…]");
  }
  return text;
}

}  // namespace hyperlocal
