#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hyperlocal::workflow {

// Text in another character set, by its IANA name in any case, through the C library's iconv.
// Nothing when the set is not known here.

// Every byte that is no text in `charset` becomes U+FFFD.
std::optional<std::string> DecodeCharset(std::string_view bytes, std::string_view charset);

struct EncodedCharset {
  std::string bytes;
  bool complete = true;  // false: a character that `charset` lacks ended it
};
std::optional<EncodedCharset> EncodeCharset(std::string_view text, std::string_view charset);

}  // namespace hyperlocal::workflow
