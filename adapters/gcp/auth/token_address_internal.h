#pragma once

#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal {

inline constexpr std::string_view kGoogleTokenAddress = "https://oauth2.googleapis.com/token";

// Whether secrets may be sent there: over TLS, or within this machine. Error: kInvalidConfig.
Status CheckTokenAddress(const std::string& address, const std::string& what);

}  // namespace hyperlocal
