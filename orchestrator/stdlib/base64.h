#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hyperlocal::workflow {

// RFC 4648 section 4. Padding is written or not, and when reading demanded or refused accordingly.
std::string EncodeBase64(std::string_view bytes, bool padding);
std::optional<std::string> DecodeBase64(std::string_view text, bool padding);

}  // namespace hyperlocal::workflow
