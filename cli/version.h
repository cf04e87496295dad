#pragma once

#include <string_view>

namespace hyperlocal::cli {

// The project's version, "0.1.0". CMake's project() says it; nothing else does.
std::string_view Version();

}  // namespace hyperlocal::cli
